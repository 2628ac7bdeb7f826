// Package fakehcloud is a small Hetzner Cloud: its API, as far as Terraform's provider
// and the modules of templates/hetzner use it, in memory. Networks, servers, firewalls,
// volumes, primary addresses, placement groups, load balancers, certificates and DNS
// records are made, found, changed and deleted; names are unique, what is in use or
// protected stays, limits hold, and errors come on demand, in the API's own words.
//
// It holds to https://docs.hetzner.cloud/reference/cloud. Tests count what it has. It
// must not know the engine: it is a stranger, as a cloud is.
package fakehcloud
