output "address" {
  description = "Private address."
  value       = terraform_data.this.output.address
}

output "port" {
  description = "Port that the server listens on."
  value       = terraform_data.this.output.port
}

output "password" {
  description = "Password of the administrator."
  value       = substr(sha256("password/${terraform_data.this.id}"), 0, 24)
  sensitive   = true
}
