output "cluster_name" {
  description = "Name of the cluster in Google Cloud."
  value       = google_container_cluster.this.name
}

output "address" {
  description = "Address of the Kubernetes API."
  value       = google_container_cluster.this.endpoint
}

output "connect_command" {
  description = "Command that sets kubectl up; without address ranges for the API, from a machine of the network."
  value = join(" ", compact([
    "gcloud container clusters get-credentials ${google_container_cluster.this.name}",
    length(var.allowed_cidrs) == 0 ? "--internal-ip" : "",
    "--region ${var.region} --project ${google_container_cluster.this.project}",
  ]))
}

output "workload_pool" {
  description = "Pool of accounts that pods may act as."
  value       = "${google_container_cluster.this.project}.svc.id.goog"
}

output "service_account" {
  description = "Account of the nodes."
  value       = google_service_account.nodes.email
}

output "console_url" {
  description = "The cluster in the Google Cloud console."
  value       = "https://console.cloud.google.com/kubernetes/clusters/details/${var.region}/${google_container_cluster.this.name}/details?project=${google_container_cluster.this.project}"
}
