output "address" {
  description = "Address that it listens on."
  value       = local.address
}

output "alias_address" {
  description = "The same address, for DNS records."
  value       = local.address
}

output "port" {
  description = "Port that it listens on."
  value       = var.port
}

output "console_url" {
  description = "The load balancer in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_lb.this.id}"
}
