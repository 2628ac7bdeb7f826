output "url" {
  description = "Where requests are taken. With a certificate, give its name a DNS record that leads here."
  value       = "${local.https ? "https" : "http"}://${aws_lb.this.dns_name}"
}

output "address" {
  description = "Host name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "console_url" {
  description = "The load balancer in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/ec2/home?region=${var.region}#LoadBalancer:loadBalancerArn=${aws_lb.this.arn}"
}

output "alias_address" {
  description = "What a DNS record leads to."
  value       = aws_lb.this.dns_name
}

output "alias_zone_id" {
  description = "Hosted zone of that name, which belongs to AWS."
  value       = aws_lb.this.zone_id
}
