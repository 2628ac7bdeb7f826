output "address" {
  description = "Address on the internet, for the domain's A record."
  value       = google_compute_global_address.this.address
}

output "alias_address" {
  description = "What a DNS record leads to."
  value       = google_compute_global_address.this.address
}

output "url" {
  description = "Where requests are taken."
  value       = local.https ? "https://${var.domain}" : "http://${google_compute_global_address.this.address}"
}

output "console_url" {
  description = "The load balancer in the Google Cloud console."
  value       = "https://console.cloud.google.com/net-services/loadbalancing/details/httpAdvanced/${google_compute_url_map.this.name}?project=${google_compute_url_map.this.project}"
}
