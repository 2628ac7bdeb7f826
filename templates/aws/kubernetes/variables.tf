variable "name" {
  description = "Name of the resource in its stack."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region in which it is created."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "node_size" {
  description = <<-EOT
    Size of each node. The control plane is about $73/month beside them.
    t3.medium: 2 vCPU, 4 GiB, about $30/month in us-east-1
    t3.large: 2 vCPU, 8 GiB, about $61/month in us-east-1
    t3.xlarge: 4 vCPU, 16 GiB, about $121/month in us-east-1
    m6i.large: 2 vCPU, 8 GiB, steady, about $70/month in us-east-1
    m6i.xlarge: 4 vCPU, 16 GiB, steady, about $140/month in us-east-1
    m6i.2xlarge: 8 vCPU, 32 GiB, steady, about $280/month in us-east-1
  EOT
  type        = string
  default     = "t3.medium"
  nullable    = false

  validation {
    condition     = contains(["t3.medium", "t3.large", "t3.xlarge", "m6i.large", "m6i.xlarge", "m6i.2xlarge"], var.node_size)
    error_message = "One of t3.medium, t3.large, t3.xlarge, m6i.large, m6i.xlarge, m6i.2xlarge."
  }
}

variable "nodes" {
  description = "How many nodes there are, spread over the zones."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 50 && floor(var.nodes) == var.nodes
    error_message = "A whole number from 1 to 50."
  }
}

variable "kubernetes_version" {
  description = <<-EOT
    Version, such as 1.34; empty for the one that EKS gives to new clusters.
    It can be raised later, one step at a time, and not lowered.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.kubernetes_version == "" || can(regex("^1\\.[1-9][0-9]$", var.kubernetes_version))
    error_message = "A version of two parts, such as 1.34."
  }
}

variable "allowed_cidrs" {
  description = "Who may reach the API from the internet, such as 203.0.113.0/24; empty is the network only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && try(cidrhost(cidr, 0) == split("/", cidr)[0], false)])
    error_message = "IPv4 ranges that start with their first address, such as 203.0.113.0/24."
  }

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : !can(regex("/[0-7]$", cidr))])
    error_message = "No range wider than /8: the API of a cluster is never open to everybody."
  }
}

variable "disk_gib" {
  description = "Size of each node's disk in GiB."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.disk_gib >= 20 && var.disk_gib <= 1000 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 20 to 1000."
  }
}

variable "permissions_boundary" {
  description = <<-EOT
    Policy that bounds what its roles may do, by ARN, where the account demands one; empty for none.
    Such as arn:aws:iam::123456789012:policy/boundary.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.permissions_boundary == "" || can(regex("^arn:aws:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]{1,600}$", var.permissions_boundary))
    error_message = "The ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "network_id" {
  description = "Network that the cluster joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network, in two zones at least."
  type        = list(string)
  nullable    = false
}

variable "workload_security_group_id" {
  description = "Security group of what runs in the stack."
  type        = string
  nullable    = false
}

variable "nat_gateway_id" {
  description = "NAT gateway of the network, through which the nodes reach the internet."
  type        = string
  default     = null
}
