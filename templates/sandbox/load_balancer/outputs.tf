output "address" {
  description = "Address on the internet."
  value       = terraform_data.this.output.address
}

output "url" {
  description = "Where requests are taken."
  value       = "${var.protocol}://${terraform_data.this.output.address}:${var.port}"
}
