locals {
  address = var.public ? hcloud_load_balancer.this.ipv4 : hcloud_load_balancer_network.this.ip
}

output "url" {
  description = "Where requests are taken. With a domain, give it a DNS record that leads here."
  value       = local.https ? "https://${var.domain}" : "http://${local.address}"
}

output "address" {
  description = "Address of the load balancer, on the internet or in the network."
  value       = local.address
}

output "alias_address" {
  description = "What a DNS record leads to."
  value       = local.address
}
