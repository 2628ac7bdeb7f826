output "address" {
  description = "Private address."
  value       = terraform_data.this.output.address
}

output "public_address" {
  description = "Address on the internet, where it has one."
  value       = terraform_data.this.output.public_address
}

output "target_id" {
  description = "Id of the machine, for load balancers."
  value       = terraform_data.this.id
}

output "target_address" {
  description = "Address that load balancers send requests to."
  value       = terraform_data.this.output.address
}
