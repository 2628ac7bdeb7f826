output "private_address" {
  description = "Address inside the network."
  value       = google_compute_instance.this.network_interface[0].network_ip
}

output "public_address" {
  description = "Address on the internet, where it has one."
  value       = one(google_compute_address.this[*].address)
}

output "target_id" {
  description = "Group with the machine, for load balancers."
  value       = google_compute_instance_group.this.id
}

output "connect_command" {
  description = "Command that opens a shell on the machine, for those with the roles IAP-secured Tunnel User and Compute OS Login."
  value       = "gcloud compute ssh ${google_compute_instance.this.name} --tunnel-through-iap --zone ${local.zone} --project ${google_compute_instance.this.project}"
}

output "service_account" {
  description = "Account that the machine acts as: grant it what the machine needs."
  value       = google_service_account.this.email
}

output "console_url" {
  description = "The machine in the Google Cloud console."
  value       = "https://console.cloud.google.com/compute/instancesDetail/zones/${local.zone}/instances/${google_compute_instance.this.name}?project=${google_compute_instance.this.project}"
}
