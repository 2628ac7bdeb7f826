output "url" {
  description = "Where the bucket is reached, by those who may."
  value       = "${azurerm_storage_account.this.primary_blob_endpoint}${azurerm_storage_container.this.name}"
}

output "account_name" {
  description = "Name of the storage account."
  value       = azurerm_storage_account.this.name
}

output "bucket_name" {
  description = "Name of the container in the account."
  value       = azurerm_storage_container.this.name
}

output "console_url" {
  description = "The storage account in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_storage_account.this.id}"
}
