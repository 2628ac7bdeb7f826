output "address" {
  description = "The name that now resolves."
  value       = trimsuffix(google_dns_record_set.this.name, ".")
}

output "console_url" {
  description = "The zone in the Google Cloud console."
  value       = "https://console.cloud.google.com/net-services/dns/zones/${google_dns_record_set.this.managed_zone}/details?project=${google_dns_record_set.this.project}"
}
