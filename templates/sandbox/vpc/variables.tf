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
  description = "Address range of the network, such as 10.0.0.0/16."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(regex("/(1[6-9]|2[0-8])$", var.cidr))
    error_message = "An IPv4 range from /16 to /28, such as 10.0.0.0/16."
  }
}

variable "subnets" {
  description = "Number of subnets, spread over the region's zones."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.subnets >= 1 && var.subnets <= 8 && floor(var.subnets) == var.subnets
    error_message = "A whole number from 1 to 8."
  }
}

variable "nat" {
  description = "Lets private machines reach the internet."
  type        = bool
  default     = false
  nullable    = false
}

# What follows is set by whoever runs the engine, never asked in a form.

variable "sandbox_seconds" {
  description = "How long the creation takes, in seconds."
  type        = number
  default     = 1
  nullable    = false
}

variable "sandbox_counter" {
  description = "A file that gets one line per creation; empty for none."
  type        = string
  default     = ""
  nullable    = false
}

variable "sandbox_fail" {
  description = "Resources whose creation fails on purpose, such as \"database.db\", with commas between them."
  type        = string
  default     = ""
  nullable    = false
}
