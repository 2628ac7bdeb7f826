output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "address" {
  description = "Where the API answers."
  value       = aws_eks_cluster.this.endpoint
}

output "kubernetes_version" {
  description = "Version of Kubernetes that it runs."
  value       = aws_eks_cluster.this.version
}

output "connect_command" {
  description = "Sets kubectl up for the cluster, for those whom an access entry lets in."
  value       = "aws eks update-kubeconfig --region ${var.region} --name ${local.name}"
}

output "console_url" {
  description = "The cluster in the AWS console."
  value       = "https://${var.region}.console.aws.amazon.com/eks/home?region=${var.region}#/clusters/${local.name}"
}
