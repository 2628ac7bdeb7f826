output "address" {
  description = "The name that now resolves."
  value       = trimsuffix(azurerm_dns_a_record.this.fqdn, ".")
}

output "name_servers" {
  description = "Name servers to enter at the domain's registrar, where the zone is made here."
  value       = local.own_zone ? sort(azurerm_dns_zone.this[0].name_servers) : []
}

output "resource_group" {
  description = "Resource group of the zone, for other records in it."
  value       = azurerm_dns_a_record.this.resource_group_name
}

output "console_url" {
  description = "The record in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_dns_a_record.this.id}"
}
