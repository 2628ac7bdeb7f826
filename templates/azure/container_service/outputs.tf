output "url" {
  description = "Where requests are taken."
  value       = "https://${azurerm_container_app.this.ingress[0].fqdn}"
}

output "address" {
  description = "Address that answers: private where nobody on the internet may reach it."
  value       = azurerm_container_app_environment.this.static_ip_address
}

output "identity" {
  description = "Object id of the container's identity, to grant it access to buckets and the like."
  value       = azurerm_user_assigned_identity.this.principal_id
}

output "log_workspace" {
  description = "Workspace of Log Analytics with its logs."
  value       = azurerm_log_analytics_workspace.this.name
}

output "console_url" {
  description = "The service in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_container_app.this.id}"
}
