output "bucket_name" {
  description = "Name of the bucket, unique in the world."
  value       = google_storage_bucket.this.name
}

output "url" {
  description = "Address of the bucket for Google's tools."
  value       = google_storage_bucket.this.url
}

output "console_url" {
  description = "The bucket in the Google Cloud console."
  value       = "https://console.cloud.google.com/storage/browser/${google_storage_bucket.this.name}?project=${google_storage_bucket.this.project}"
}
