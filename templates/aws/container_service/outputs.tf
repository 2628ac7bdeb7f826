output "url" {
  description = "Where requests are taken. With a certificate, give its name a DNS record that leads here."
  value       = "${local.https ? "https" : "http"}://${aws_lb.this.dns_name}"
}

output "address" {
  description = "Host name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "log_group" {
  description = "Log group in CloudWatch."
  value       = aws_cloudwatch_log_group.this.name
}

output "task_role_name" {
  description = "Role of the containers; give it what they may do in AWS."
  value       = aws_iam_role.this["task"].name
}

output "console_url" {
  description = "The service in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/ecs/v2/clusters/${local.name}/services/${var.name}?region=${var.region}"
}

output "alias_address" {
  description = "What a DNS record leads to."
  value       = aws_lb.this.dns_name
}

output "alias_zone_id" {
  description = "Hosted zone of that name, which belongs to AWS."
  value       = aws_lb.this.zone_id
}
