output "address" {
  description = "The name that now resolves."
  value       = var.domain
}
