output "address" {
  description = "Host name, reached from the network."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port that the server listens on."
  value       = local.port
}

output "database_name" {
  description = "Database that was made at the start."
  value       = var.database_name
}

output "username" {
  description = "Name of the administrator."
  value       = aws_db_instance.this.username
}

output "password_secret" {
  description = "Secret in Secrets Manager that holds the administrator's password."
  value       = try(aws_db_instance.this.master_user_secret[0].secret_arn, null)
}

output "password_command" {
  description = "Shows the administrator's name and password to those who may read the secret."
  value       = try("aws secretsmanager get-secret-value --region ${var.region} --secret-id ${aws_db_instance.this.master_user_secret[0].secret_arn} --query SecretString --output text", null)
}

output "console_url" {
  description = "The database in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/rds/home?region=${var.region}#database:id=${local.name}"
}
