output "private_address" {
  description = "Private address."
  value       = azurerm_network_interface.this.private_ip_address
}

output "public_address" {
  description = "Address on the internet, where it has one."
  value       = one(azurerm_public_ip.this[*].ip_address)
}

output "connect_command" {
  description = "How to connect, from an address that may."
  value       = "ssh ${local.user}@${var.public_ip ? azurerm_public_ip.this[0].ip_address : azurerm_network_interface.this.private_ip_address}"
}

output "identity" {
  description = "Object id of the machine's identity, to grant it access to buckets and the like."
  value       = azurerm_linux_virtual_machine.this.identity[0].principal_id
}

output "target_id" {
  description = "Id of the network interface, for load balancers."
  # The interface's own id, put together so that it is known before it exists: load
  # balancers have a resource for each target, by its id.
  value = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/rg-${local.base}/providers/Microsoft.Network/networkInterfaces/${local.nic}"

  depends_on = [azurerm_linux_virtual_machine.this]
}

output "console_url" {
  description = "The machine in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_linux_virtual_machine.this.id}"
}
