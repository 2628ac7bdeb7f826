output "url" {
  description = "Where the bucket is reached."
  value       = terraform_data.this.output.url
}
