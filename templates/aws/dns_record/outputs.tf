output "address" {
  description = "The name that now resolves."
  value       = aws_route53_record.this.fqdn
}

output "console_url" {
  description = "The hosted zone in the AWS console."
  value       = "https://console.aws.amazon.com/route53/v2/hostedzones#ListRecordSets/${var.zone}"
}
