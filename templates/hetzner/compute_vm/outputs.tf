output "public_address" {
  description = "Address on the internet, where it has one."
  value       = one(hcloud_primary_ip.this[*].ip_address)
}

output "private_address" {
  description = "Address in the network."
  value       = one(hcloud_server.this.network[*].ip)
}

output "server_id" {
  description = "Id of the server."
  value       = hcloud_server.this.id
}

output "connect_command" {
  description = "Opens a shell on the machine, for those whom its firewall lets in."
  value       = var.public_ip ? "ssh root@${hcloud_primary_ip.this[0].ip_address}" : null
}

output "target_id" {
  description = "What a load balancer sends requests to."
  value       = hcloud_server.this.id
}

output "target_key_id" {
  description = "Name of the machine in its stack, by which a load balancer tells its targets apart."
  value       = var.name
}
