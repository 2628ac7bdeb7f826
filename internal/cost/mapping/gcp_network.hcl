# Addresses, load balancers, gateways and tunnels of Google Cloud.

provider = "gcp"

free = [
  "google_compute_attached_disk",
  "google_compute_backend_bucket",
  "google_compute_backend_service",
  "google_compute_external_vpn_gateway",
  "google_compute_firewall",
  "google_compute_global_network_endpoint_group",
  "google_compute_ha_vpn_gateway",
  "google_compute_health_check",
  "google_compute_http_health_check",
  "google_compute_https_health_check",
  "google_compute_instance_group",
  "google_compute_instance_template",
  "google_compute_managed_ssl_certificate",
  "google_compute_network",
  "google_compute_network_endpoint_group",
  "google_compute_network_peering",
  "google_compute_project_metadata",
  "google_compute_project_metadata_item",
  "google_compute_region_backend_service",
  "google_compute_region_health_check",
  "google_compute_region_instance_template",
  "google_compute_region_ssl_certificate",
  "google_compute_region_target_http_proxy",
  "google_compute_region_target_https_proxy",
  "google_compute_region_url_map",
  "google_compute_resource_policy",
  "google_compute_route",
  "google_compute_router",
  "google_compute_router_interface",
  "google_compute_router_peer",
  "google_compute_ssl_certificate",
  "google_compute_ssl_policy",
  "google_compute_subnetwork",
  "google_compute_target_http_proxy",
  "google_compute_target_https_proxy",
  "google_compute_target_pool",
  "google_compute_target_ssl_proxy",
  "google_compute_target_tcp_proxy",
  "google_compute_url_map",
  "google_compute_vpn_gateway",
  "google_dns_record_set",
  "google_kms_key_ring",
  "google_project_iam_binding",
  "google_project_iam_member",
  "google_project_service",
  "google_service_account",
  "google_service_account_iam_binding",
  "google_service_account_iam_member",
  "google_service_networking_connection",
]

type "google_compute_address" {
  locals {
    internal = self.address_type == "INTERNAL" || self.ip_version == "IPV6"
    used     = try(length(self.users) > 0, false)
    use      = assume(local.used ? "in-use" : self.users == null ? null : "static-unused", "static-unused", "the price of an address that nothing uses, the highest,")
  }

  fixed "address" {
    label    = "External address, ${local.use == "in-use" ? "in use" : "not in use"}"
    unit     = "hour"
    key      = "address/${local.use}"
    quantity = hours
    when     = !local.internal
  }
}

type "google_compute_global_address" {
  region = "global"

  fixed "address" {
    label    = "External address, not in use"
    unit     = "hour"
    key      = "address/static-unused"
    quantity = assume(null, hours, "the price of an address that nothing uses, the highest,")
    when     = self.address_type != "INTERNAL" && self.ip_version != "IPV6"
  }
}

# The first five rules of a project cost the same together as one of them does; the
# plan does not tell how many there are.
components "forwarding_rule" {
  fixed "rule" {
    label    = "Forwarding rule, after the first five"
    unit     = "hour"
    key      = "lb.rule"
    quantity = assume(null, hours, "the price of a rule after the first five of the project, which cost more together,")
  }

  usage "data" {
    label = "Data received"
    unit  = "GB"
    key   = "lb.data"
  }
}

type "google_compute_forwarding_rule" {
  include = ["forwarding_rule"]
}

type "google_compute_global_forwarding_rule" {
  include = ["forwarding_rule"]
  region  = "global"
}

# Its price grows with the machines behind it, up to 32; then it stays.
type "google_compute_router_nat" {
  locals {
    kind = self.type == "PRIVATE" ? "nat.private" : "nat"
  }

  fixed "gateway" {
    label    = "NAT gateway"
    unit     = "hour"
    key      = "${local.kind}.hours"
    quantity = assume(null, hours, "the price for more than 32 machines behind the gateway, the highest,")
  }

  fixed "addresses" {
    label    = "External address in use"
    unit     = "hour"
    key      = "address/in-use"
    quantity = assume(null, hours, "one address of the gateway's own")
    when     = self.nat_ip_allocate_option == "AUTO_ONLY"
  }

  usage "data" {
    label = "Data processed"
    unit  = "GB"
    key   = "${local.kind}.data"
  }
}

type "google_compute_vpn_tunnel" {
  fixed "tunnel" {
    label    = "VPN tunnel"
    unit     = "hour"
    key      = "vpn.tunnel"
    quantity = hours
  }
}
