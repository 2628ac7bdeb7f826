# Hetzner Cloud. There is no price list of it: what is paid for is not priced, and says so.

provider = "hetzner"

free = [
  "hcloud_firewall",
  "hcloud_firewall_attachment",
  "hcloud_load_balancer_network",
  "hcloud_load_balancer_service",
  "hcloud_load_balancer_target",
  "hcloud_managed_certificate",
  "hcloud_network",
  "hcloud_network_route",
  "hcloud_network_subnet",
  "hcloud_placement_group",
  "hcloud_rdns",
  "hcloud_server_network",
  "hcloud_ssh_key",
  "hcloud_uploaded_certificate",
  "hcloud_volume_attachment",
  "hcloud_zone",
  "hcloud_zone_rrset",
]

type "hcloud_server" {
  region = self.location

  fixed "compute" {
    label    = "Server ${self.server_type}"
    unit     = "hour"
    key      = "server/${self.server_type}"
    quantity = hours
  }

  fixed "backups" {
    label    = "Backups of the server"
    unit     = "hour"
    key      = "server.backups/${self.server_type}"
    quantity = hours
    when     = self.backups == true
  }
}

type "hcloud_volume" {
  region = coalesce(self.location, try(server.location, null))

  uses "server" {
    type    = "hcloud_server"
    through = ["server_id"]
  }

  fixed "storage" {
    label    = "Volume"
    unit     = "GB-month"
    key      = "volume"
    quantity = self.size
  }
}

type "hcloud_load_balancer" {
  region = coalesce(self.location, self.network_zone)

  fixed "balancer" {
    label    = "Load balancer ${self.load_balancer_type}"
    unit     = "hour"
    key      = "load_balancer/${self.load_balancer_type}"
    quantity = hours
  }
}

# Addresses of version 6 cost nothing.
type "hcloud_primary_ip" {
  region = self.location

  fixed "address" {
    label    = "Address of version 4"
    unit     = "hour"
    key      = "primary_ip/ipv4"
    quantity = hours
    when     = self.type == "ipv4"
  }
}
