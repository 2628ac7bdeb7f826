output "fqdn" {
  description = "The full name, with a dot at its end."
  value       = azurerm_dns_a_record.this.fqdn
}

output "name_servers" {
  description = "Name servers to enter at the domain's registrar, where the zone is made here."
  value       = local.own_zone ? sort(azurerm_dns_zone.this[0].name_servers) : []
}

output "resource_group" {
  description = "Resource group of the zone, for other records in it."
  value       = azurerm_dns_a_record.this.resource_group_name
}
