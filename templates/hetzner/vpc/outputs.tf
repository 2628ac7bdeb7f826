output "network_id" {
  description = "Id of the network."
  value       = hcloud_network.this.id

  depends_on = [hcloud_network_subnet.this]
}

output "subnet_ids" {
  description = "Ids of the subnets."
  value       = [hcloud_network_subnet.this.id]
}

output "placement_group_id" {
  description = "Group whose machines run on different hardware."
  value       = hcloud_placement_group.this.id
}

output "cidr" {
  description = "Address range of the network."
  value       = hcloud_network.this.ip_range
}
