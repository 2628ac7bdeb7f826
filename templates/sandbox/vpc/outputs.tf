output "network_id" {
  description = "Id of the network."
  value       = terraform_data.this.id
}

output "cidr" {
  description = "Address range of the network."
  value       = terraform_data.this.output.cidr
}
