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

variable "labels" {
  description = "Labels of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "node_size" {
  description = <<-EOT
    Size of each node. The cluster itself is $73/month.
    e2-medium: 2 shared vCPU, 4 GiB, about $27/month in europe-west1
    e2-standard-2: 2 vCPU, 8 GiB, about $54/month in europe-west1
    e2-highmem-2: 2 vCPU, 16 GiB, about $73/month in europe-west1
    e2-standard-4: 4 vCPU, 16 GiB, about $108/month in europe-west1
    e2-standard-8: 8 vCPU, 32 GiB, about $215/month in europe-west1
  EOT
  type        = string
  default     = "e2-standard-2"
  nullable    = false

  validation {
    condition     = contains(["e2-medium", "e2-standard-2", "e2-highmem-2", "e2-standard-4", "e2-standard-8"], var.node_size)
    error_message = "One of e2-medium, e2-standard-2, e2-highmem-2, e2-standard-4, e2-standard-8."
  }
}

variable "min_nodes" {
  description = "Nodes that always run."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.min_nodes >= 1 && var.min_nodes <= 100 && floor(var.min_nodes) == var.min_nodes
    error_message = "A whole number from 1 to 100."
  }
}

variable "max_nodes" {
  description = "Most nodes that may run at once, which bounds what they cost."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.max_nodes >= 1 && var.max_nodes <= 100 && floor(var.max_nodes) == var.max_nodes
    error_message = "A whole number from 1 to 100."
  }

  validation {
    condition     = var.max_nodes >= var.min_nodes
    error_message = "Not fewer than the nodes that always run."
  }

  # A new pool begins with a node in each zone, and us-central1 has four.
  validation {
    condition     = !var.high_availability || var.max_nodes >= (var.region == "us-central1" ? 4 : 3)
    error_message = "At least one for each zone that nodes are spread over: 3, and 4 in us-central1."
  }
}

variable "allowed_cidrs" {
  description = "Address ranges that may use the Kubernetes API, such as 203.0.113.7/32. The network always may."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.allowed_cidrs) <= 50 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && can(regex("/(8|9|[12][0-9]|3[0-2])$", cidr))])
    error_message = "At most 50 IPv4 ranges from /8 to /32, such as 203.0.113.7/32. The API is not opened to the whole internet."
  }
}

variable "high_availability" {
  description = "Spreads the nodes over the zones of the region. Otherwise they are in zone b."
  type        = bool
  default     = false
  nullable    = false
}

variable "disk_gib" {
  description = "Disk of each node in GiB. Another size means new nodes."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.disk_gib >= 30 && var.disk_gib <= 2000 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 30 to 2000."
  }
}

variable "release_channel" {
  description = <<-EOT
    How soon it gets new versions of Kubernetes, which it does by itself.
    rapid: at once
    regular: after some months
    stable: after many others had them
  EOT
  type        = string
  default     = "regular"
  nullable    = false

  validation {
    condition     = contains(["rapid", "regular", "stable"], var.release_channel)
    error_message = "One of rapid, regular, stable."
  }
}

variable "deletion_protection" {
  description = "Refuses to delete the cluster. Turn it off and deploy before destroying it."
  type        = bool
  default     = false
  nullable    = false
}

variable "network_id" {
  description = "Network that the cluster joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of this network; the nodes are in the first one."
  type        = list(string)
  nullable    = false
}
