output "network_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "subnet_ids" {
  description = "Ids of the private subnets, one a zone."
  value       = aws_subnet.private[*].id

  # What starts in them finds its way out.
  depends_on = [aws_route.private_internet, aws_route_table_association.private]
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, one a zone."
  value       = aws_subnet.public[*].id

  depends_on = [aws_route.public_internet, aws_route_table_association.public]
}

output "workload_security_group_id" {
  description = "Security group of what runs in the stack."
  value       = aws_security_group.workload.id
}

output "nat_gateway_id" {
  description = "NAT gateway of the private subnets; none where they cannot reach the internet."
  value       = try(aws_nat_gateway.this[0].id, null)
}

output "cidr" {
  description = "Address range of the network."
  value       = aws_vpc.this.cidr_block
}

output "nat_addresses" {
  description = "Addresses from which private machines reach the internet."
  value       = aws_eip.nat[*].public_ip
}

output "console_url" {
  description = "The network in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/vpcconsole/home?region=${var.region}#VpcDetails:VpcId=${aws_vpc.this.id}"
}
