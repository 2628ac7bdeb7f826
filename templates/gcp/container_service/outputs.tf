output "url" {
  description = "Where requests are taken."
  value       = google_cloud_run_v2_service.this.uri
}

output "service_name" {
  description = "Name of the service in Google Cloud."
  value       = google_cloud_run_v2_service.this.name
}

output "service_account" {
  description = "Account that the container acts as: grant it what the container needs."
  value       = google_service_account.this.email
}

output "console_url" {
  description = "The service in the Google Cloud console."
  value       = "https://console.cloud.google.com/run/detail/${var.region}/${google_cloud_run_v2_service.this.name}/metrics?project=${google_cloud_run_v2_service.this.project}"
}
