variable "name" {
  description = "Name of the resource in its stack."
  type        = string
  nullable    = false
}

variable "home_region" {
  description = "Region of the resource group. DNS itself is everywhere."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "Full name, such as www.example.com; *.example.com is for all that have no record."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z]{2,63}$", var.domain)) && length(var.domain) <= 253
    error_message = "A name in small letters without a dot at its end, such as www.example.com."
  }

  validation {
    condition     = var.domain == var.zone || endswith(var.domain, ".${var.zone}")
    error_message = "A name in the zone: the zone's own, or one that ends with a dot and the zone."
  }
}

variable "zone" {
  description = "Domain of the zone, such as example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.zone)) && length(var.zone) <= 253
    error_message = "A domain in small letters, such as example.com."
  }
}

variable "zone_resource_group" {
  description = "Resource group that the zone is in. Leave it empty to make the zone here."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.()-]*$", var.zone_resource_group)) && length(var.zone_resource_group) <= 90
    error_message = "The name of a resource group."
  }
}

variable "values" {
  description = "IPv4 addresses that the name stands for. Leave it empty for the stack's load balancer."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.values) <= 20
    error_message = "At most 20 addresses."
  }

  validation {
    condition     = alltrue([for a in var.values : can(cidrnetmask("${a}/32"))])
    error_message = "IPv4 addresses such as 203.0.113.7."
  }
}

variable "ttl_seconds" {
  description = "How long others may remember the answer."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.ttl_seconds >= 30 && var.ttl_seconds <= 604800 && floor(var.ttl_seconds) == var.ttl_seconds
    error_message = "A whole number of seconds from 30 to 604800."
  }
}

variable "alias_address" {
  description = "Load balancer of the stack that the name stands for, where no values are given."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
