output "address" {
  description = "Host name of the server, known in its network."
  value       = local.server.fqdn
}

output "port" {
  description = "Port that the server listens on."
  value       = local.server.port
}

output "database_name" {
  description = "Name of the database on the server."
  value       = var.database_name
}

output "username" {
  description = "Name of the administrator."
  value       = local.admin
}

output "password_secret" {
  description = "Where the administrator's password is, for those who may read the vault's secrets."
  value       = azurerm_key_vault_secret.password.versionless_id
}

output "password_command" {
  description = "Shows the password to those who may read it, from where the vault is reached."
  value       = "az keyvault secret show --id ${azurerm_key_vault_secret.password.versionless_id} --query value --output tsv"
}

output "console_url" {
  description = "The server in Azure's portal."
  value       = "https://portal.azure.com/#resource${local.server.id}"
}
