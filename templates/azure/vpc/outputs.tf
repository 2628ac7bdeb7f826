output "network_id" {
  description = "Id of the virtual network."
  value       = azurerm_virtual_network.this.id
}

output "subnet_ids" {
  description = "Ids of the private subnets."
  value       = azurerm_subnet.private[*].id

  # A machine reaches the internet from its first boot on.
  depends_on = [azurerm_subnet_nat_gateway_association.private]
}

output "public_subnet_ids" {
  description = "Ids of the subnets for machines with an address on the internet."
  value       = [azurerm_subnet.public.id]
}

output "container_subnet_ids" {
  description = "Ids of the subnets for container services, one for each."
  value       = azurerm_subnet.container[*].id
}

output "postgres_subnet_id" {
  description = "Id of the subnet for PostgreSQL servers."
  value       = azurerm_subnet.database["postgres"].id
}

output "mysql_subnet_id" {
  description = "Id of the subnet for MySQL servers."
  value       = azurerm_subnet.database["mysql"].id
}

output "cidr" {
  description = "Address range of the network."
  value       = var.cidr
}

output "nat_addresses" {
  description = "Addresses that private machines have on the internet, where there is NAT."
  value       = azurerm_public_ip.nat[*].ip_address
}

output "console_url" {
  description = "The network in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_virtual_network.this.id}"
}
