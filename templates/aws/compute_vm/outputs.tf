output "public_address" {
  description = "Address on the internet, where it has one."
  value       = one(aws_eip.this[*].public_ip)
}

output "private_address" {
  description = "Address in the network."
  value       = aws_instance.this.private_ip
}

output "instance_id" {
  description = "Id of the instance."
  value       = aws_instance.this.id
}

output "role_name" {
  description = "Role of the machine; give it what it may do in AWS."
  value       = aws_iam_role.this.name
}

output "connect_command" {
  description = "Opens a shell on the machine through Session Manager."
  value       = "aws ssm start-session --region ${var.region} --target ${aws_instance.this.id}"
}

output "console_url" {
  description = "The machine in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/ec2/home?region=${var.region}#InstanceDetails:instanceId=${aws_instance.this.id}"
}

output "target_id" {
  description = "What a load balancer sends requests to."
  value       = aws_instance.this.id
}

output "target_key_id" {
  description = "Name of the machine in its stack, by which a load balancer tells its targets apart."
  value       = var.name
}
