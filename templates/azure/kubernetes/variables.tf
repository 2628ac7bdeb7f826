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

variable "node_size" {
  description = <<-EOT
    Size of each node.
    Standard_D2as_v5: 2 vCPU, 8 GiB, about $76/month in westeurope
    Standard_D2s_v5: 2 vCPU, 8 GiB, about $84/month in westeurope
    Standard_D4s_v5: 4 vCPU, 16 GiB, about $168/month in westeurope
    Standard_D8s_v5: 8 vCPU, 32 GiB, about $336/month in westeurope
    Standard_E4s_v5: 4 vCPU, 32 GiB, about $222/month in westeurope
  EOT
  type        = string
  default     = "Standard_D2s_v5"
  nullable    = false

  validation {
    condition     = contains(["Standard_D2as_v5", "Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5", "Standard_E4s_v5"], var.node_size)
    error_message = "One of Standard_D2as_v5, Standard_D2s_v5, Standard_D4s_v5, Standard_D8s_v5, Standard_E4s_v5."
  }
}

variable "min_nodes" {
  description = "Nodes that always run."
  type        = number
  default     = 2
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
    error_message = "At least as many as always run."
  }
}

variable "allowed_cidrs" {
  description = "Who may reach the API from the internet; empty is the network only. To or from empty replaces it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.allowed_cidrs : can(cidrnetmask(c)) && !can(regex("/[0-7]$", c))])
    error_message = "IPv4 ranges from /8 to /32, such as 203.0.113.0/24. The API is never opened to the whole internet."
  }
}

variable "admins" {
  description = "Who administers the cluster: object ids of users, groups or identities. There are no other accounts."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.admins : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "Object ids such as 0f8fad5b-d9cb-469f-a165-70867728950e, in small letters."
  }
}

variable "kubernetes_version" {
  description = "Minor version, such as 1.33; empty for Azure's choice. Patches are applied by Azure."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(1\\.[0-9]{2})?$", var.kubernetes_version))
    error_message = "A minor version such as 1.33."
  }
}

variable "tier" {
  description = <<-EOT
    What Azure promises of the control plane.
    Free: nothing, and it costs nothing
    Standard: 99.95 % with zones, at about $73/month in eastus
  EOT
  type        = string
  default     = "Free"
  nullable    = false

  validation {
    condition     = contains(["Free", "Standard"], var.tier)
    error_message = "One of Free, Standard."
  }
}

variable "high_availability" {
  description = "Spreads the nodes over three availability zones, in regions that have them."
  type        = bool
  default     = false
  nullable    = false
}

variable "disk_gib" {
  description = "Disk of each node in GiB."
  type        = number
  default     = 64
  nullable    = false

  validation {
    condition     = var.disk_gib >= 32 && var.disk_gib <= 2048 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 32 to 2048."
  }
}

variable "subnet_number" {
  description = "Which private subnet of the network the nodes are in, from 1."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.subnet_number >= 1 && var.subnet_number <= 8 && floor(var.subnet_number) == var.subnet_number
    error_message = "A whole number from 1 to 8."
  }
}

variable "subnet_ids" {
  description = "Private subnets of the network that the nodes join."
  type        = list(string)
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
