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

variable "public" {
  description = <<-EOT
    Gives it an address on the internet. Whom the machines let in is theirs to say: allowed CIDRs.
    Changing it replaces the load balancer.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "port" {
  description = "Port that it listens on."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65534 && floor(var.port) == var.port
    error_message = "A whole number from 1 to 65534."
  }
}

variable "target_port" {
  description = "Port of the machines; 0 for the same one."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.target_port >= 0 && var.target_port <= 65535 && floor(var.target_port) == var.target_port
    error_message = "A whole number from 0 to 65535."
  }
}

variable "health_protocol" {
  description = <<-EOT
    How it finds out whether a machine is well.
    tcp: it accepts a connection
    http: it answers the health path with 200
    https: it answers the health path with 200, over TLS
  EOT
  type        = string
  default     = "tcp"
  nullable    = false

  validation {
    condition     = contains(["tcp", "http", "https"], var.health_protocol)
    error_message = "One of tcp, http, https."
  }
}

variable "health_path" {
  description = "Path that tells whether a machine is well, for http and https."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/", var.health_path)) && length(var.health_path) <= 200
    error_message = "A path that starts with /, of at most 200 characters."
  }
}

variable "sticky" {
  description = "Sends a client to the same machine each time."
  type        = bool
  default     = false
  nullable    = false
}

variable "idle_minutes" {
  description = "After how many minutes without traffic a connection is closed."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.idle_minutes >= 4 && var.idle_minutes <= 100 && floor(var.idle_minutes) == var.idle_minutes
    error_message = "A whole number of minutes from 4 to 100."
  }
}

variable "subnet_number" {
  description = "Which private subnet of the network its address is in, from 1, where it is not public."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.subnet_number >= 1 && var.subnet_number <= 8 && floor(var.subnet_number) == var.subnet_number
    error_message = "A whole number from 1 to 8."
  }
}

variable "subnet_ids" {
  description = "Private subnets of the network."
  type        = list(string)
  nullable    = false
}

variable "target_ids" {
  description = "Network interfaces of the machines that connections are sent to."
  type        = list(string)
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
