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

variable "cidr" {
  description = "Address range, such as 10.0.0.0/16. It can grow later; another one means new machines."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(regex("/(1[6-9]|2[0-8])$", var.cidr))
    error_message = "An IPv4 range from /16 to /28, such as 10.0.0.0/16."
  }

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], false)
    error_message = "The first address of the range, such as 10.0.0.0/16 and not 10.0.0.1/16."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.cidr))
    error_message = "A private range: within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "nat" {
  description = "Lets machines without an address of their own reach the internet."
  type        = bool
  default     = false
  nullable    = false
}

variable "flow_logs" {
  description = "Logs who talks to whom in the network, which is billed by volume."
  type        = bool
  default     = false
  nullable    = false
}
