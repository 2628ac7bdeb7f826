output "cluster_name" {
  description = "Name of the cluster."
  value       = azurerm_kubernetes_cluster.this.name
}

output "address" {
  description = "Host name of its API."
  value       = length(var.allowed_cidrs) > 0 ? azurerm_kubernetes_cluster.this.fqdn : azurerm_kubernetes_cluster.this.private_fqdn
}

output "kubernetes_version" {
  description = "Version that runs."
  value       = azurerm_kubernetes_cluster.this.current_kubernetes_version
}

output "connect_command" {
  description = "How an administrator gets to it, from where the API is reached."
  value       = "az aks get-credentials --resource-group ${azurerm_resource_group.this.name} --name ${azurerm_kubernetes_cluster.this.name}"
}

output "oidc_issuer_url" {
  description = "Issuer of the pods' identities, for federated credentials."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "console_url" {
  description = "The cluster in Azure's portal."
  value       = "https://portal.azure.com/#resource${azurerm_kubernetes_cluster.this.id}"
}
