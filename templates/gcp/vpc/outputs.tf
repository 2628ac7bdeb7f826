output "network_id" {
  description = "Id of the network."
  value       = google_compute_network.this.id
}

output "network_name" {
  description = "Name of the network in Google Cloud."
  value       = google_compute_network.this.name
}

output "subnet_ids" {
  description = "Ids of the subnets."
  value       = [google_compute_subnetwork.this.id]
}

output "public_subnet_ids" {
  description = "Ids of the subnets for machines with a public address: the same ones, as Google Cloud tells machines apart by their address."
  value       = [google_compute_subnetwork.this.id]
}

output "cidr" {
  description = "Address range of the network."
  value       = google_compute_subnetwork.this.ip_cidr_range
}

output "nat_addresses" {
  description = "Addresses that requests to the internet come from, where NAT is on."
  value       = google_compute_address.nat[*].address
}

output "console_url" {
  description = "The network in the Google Cloud console."
  value       = "https://console.cloud.google.com/networking/networks/details/${google_compute_network.this.name}?project=${google_compute_network.this.project}"
}
