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

variable "cidr" {
  description = "Address range, such as 10.0.0.0/16. It cannot be changed while something uses it."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(regex("/(1[6-9]|2[01])$", var.cidr))
    error_message = "An IPv4 range from /16 to /21, such as 10.0.0.0/16."
  }

  validation {
    condition     = try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], false)
    error_message = "A range that begins at its first address, such as 10.0.0.0/16, not 10.0.0.1/16."
  }

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.", var.cidr))
    error_message = "A private range: within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Clusters have addresses of their own outside of these."
  }

  # https://learn.microsoft.com/azure/aks/azure-cni-overlay#ip-address-planning
  # https://learn.microsoft.com/azure/container-apps/custom-virtual-networks#subnet-address-range-restrictions
  validation {
    condition     = !can(regex("^172\\.3[01]\\.", var.cidr))
    error_message = "Not 172.30.0.0/16 or 172.31.0.0/16: Azure's clusters and container services keep these for themselves."
  }
}

variable "subnets" {
  description = "Number of private subnets. Each spans all zones: more than one only keeps things apart."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.subnets >= 1 && var.subnets <= 8 && floor(var.subnets) == var.subnets
    error_message = "A whole number from 1 to 8."
  }
}

variable "nat" {
  description = "Lets private machines reach the internet, about $33/month in westeurope and traffic."
  type        = bool
  default     = false
  nullable    = false
}

variable "container_subnets" {
  description = "Number of subnets for container services: each of these needs one of its own. They cost nothing."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.container_subnets >= 0 && var.container_subnets <= 8 && floor(var.container_subnets) == var.container_subnets
    error_message = "A whole number from 0 to 8."
  }
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
