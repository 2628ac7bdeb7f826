output "address" {
  description = "Address inside the network. Connections must use TLS."
  value       = google_compute_address.this.address
}

output "port" {
  description = "Port that the server listens on."
  value       = local.port
}

output "database_name" {
  description = "Name of the database."
  value       = google_sql_database.this.name
}

output "username" {
  description = "User to log in as."
  value       = google_sql_user.this.name
}

output "password_secret" {
  description = "Secret of Secret Manager that holds the password."
  value       = google_secret_manager_secret.password.name
}

output "password_command" {
  description = "Command that shows the password to those who may read the secret."
  value       = "gcloud secrets versions access latest --secret ${google_secret_manager_secret.password.secret_id} --project ${google_secret_manager_secret.password.project}"
}

output "connection_name" {
  description = "Name by which connectors of Cloud SQL find the server."
  value       = google_sql_database_instance.this.connection_name
}

output "console_url" {
  description = "The server in the Google Cloud console."
  value       = "https://console.cloud.google.com/sql/instances/${google_sql_database_instance.this.name}/overview?project=${google_sql_database_instance.this.project}"
}
