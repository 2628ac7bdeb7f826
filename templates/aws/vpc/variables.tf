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

variable "cidr" {
  description = "Private address range of the network, such as 10.0.0.0/16. It cannot change later."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(regex("/(1[6-9]|2[0-2])$", var.cidr))
    error_message = "An IPv4 range from /16 to /22, such as 10.0.0.0/16."
  }

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.", var.cidr))
    error_message = "A private range: within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }

  validation {
    condition     = try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], true)
    error_message = "The first address of its range, such as 10.0.0.0/16 and not 10.0.0.1/16."
  }
}

variable "zones" {
  description = "Number of availability zones, each with a private and a public subnet."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.zones >= 2 && var.zones <= 3 && floor(var.zones) == var.zones
    error_message = "2 or 3: databases, clusters and load balancers need two zones."
  }
}

variable "nat" {
  description = "Lets private machines reach the internet through a gateway, about $33/month in us-east-1."
  type        = bool
  default     = true
  nullable    = false
}

variable "nat_per_zone" {
  description = "A gateway in each zone, so that the loss of one zone cuts off no other. Each is paid for."
  type        = bool
  default     = false
  nullable    = false
}
