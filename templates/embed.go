// Package templates holds the Terraform modules that come with the program:
// <provider>/provider.json names a provider and its regions, and each folder
// beside it is one resource kind. It knows nothing of who reads them.
package templates

import "embed"

// FS holds every built-in provider and its modules.
//
//go:embed all:aws all:azure all:gcp all:hetzner all:sandbox
var FS embed.FS
