# Kubernetes cluster
# An EKS cluster with a group of nodes in the private subnets of the stack's network. Its API
# is reached from that network, and from the internet where ranges are allowed.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  # People recognise the first part. The hash tells apart what would else have the same name:
  # that of other projects, kinds and regions.
  whose = [for key in ["guild", "project", "stack"] : lookup(var.tags, key, "")]
  label = join("-", compact([local.whose[1], local.whose[2], var.name]))
  hash  = sha256(jsonencode(concat(local.whose, ["kubernetes", var.name, var.region])))
  name  = "${trim(substr(replace(local.label, "/-+/", "-"), 0, 40), "-")}-${substr(local.hash, 0, 8)}"

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  # What AWS demands of the roles: https://docs.aws.amazon.com/eks/latest/userguide/security-iam.html
  roles = {
    cluster = { service = "eks.amazonaws.com", policies = ["AmazonEKSClusterPolicy"] }
    node    = { service = "ec2.amazonaws.com", policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"] }
  }
  policies = merge([for role, r in local.roles : { for policy in r.policies : policy => role }]...)
}

# Secrets in the cluster are encrypted by EKS itself:
# https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
resource "aws_eks_cluster" "this" {
  name     = local.name
  version  = var.kubernetes_version == "" ? null : var.kubernetes_version
  role_arn = aws_iam_role.this["cluster"].arn

  vpc_config {
    subnet_ids              = var.subnet_ids
    security_group_ids      = [aws_security_group.api.id]
    endpoint_private_access = true
    endpoint_public_access  = length(var.allowed_cidrs) > 0
    public_access_cidrs     = length(var.allowed_cidrs) > 0 ? toset(var.allowed_cidrs) : null
  }

  # Whoever the engine is in AWS becomes the administrator; others are let in by access entries.
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  enabled_cluster_log_types = ["audit", "authenticator"]

  tags = local.tags

  depends_on = [aws_iam_role_policy_attachment.this, aws_cloudwatch_log_group.this]

  lifecycle {
    precondition {
      condition     = var.nat_gateway_id != null
      error_message = "The nodes of ${var.name} are in private subnets and must reach the internet to join: turn on NAT in the network."
    }
  }
}

# EKS writes to the group of this name, and would make one that keeps everything for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = 30
  tags              = local.tags
}

resource "aws_eks_node_group" "this" {
  node_group_name_prefix = "nodes-"
  cluster_name           = aws_eks_cluster.this.name
  version                = aws_eks_cluster.this.version
  node_role_arn          = aws_iam_role.this["node"].arn
  subnet_ids             = var.subnet_ids
  instance_types         = [var.node_size]

  scaling_config {
    desired_size = var.nodes
    min_size     = var.nodes
    max_size     = var.nodes
  }

  update_config {
    max_unavailable = 1
  }

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  tags = local.tags

  depends_on = [aws_iam_role_policy_attachment.this]

  lifecycle {
    create_before_destroy = true # another size: new nodes first, then the old ones are drained
  }
}

resource "aws_launch_template" "node" {
  name_prefix            = "${local.name}-"
  vpc_security_group_ids = [aws_eks_cluster.this.vpc_config[0].cluster_security_group_id, var.workload_security_group_id]

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required" # IMDSv2
    http_put_response_hop_limit = 1          # and not for pods
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gib
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }

  tags = local.tags
}

resource "aws_eks_addon" "this" {
  for_each = toset(["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"])

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  resolve_conflicts_on_create = "OVERWRITE" # a new cluster has them already, unmanaged
  resolve_conflicts_on_update = "PRESERVE"
  tags                        = local.tags

  depends_on = [aws_eks_node_group.this]
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name = "${local.name}-${each.key}"
  path = "/cloud-engine/"

  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = each.value.service }
    }]
  })

  tags = local.tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.policies

  role       = aws_iam_role.this[each.value].name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_security_group" "api" {
  name        = "cloud-engine/${local.name}"
  description = "Who may reach the API of the cluster ${var.name}"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  security_group_id            = aws_security_group.api.id
  description                  = "Members of the stack"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = var.workload_security_group_id
  tags                         = local.tags
}
