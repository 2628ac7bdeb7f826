variable "name" {
  description = "Name of the resource in its stack."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Location in which it is created."
  type        = string
  nullable    = false
}

variable "labels" {
  description = "Labels of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "public" {
  description = "Takes requests from the internet too, from everybody: Hetzner's know no allowed ranges."
  type        = bool
  default     = false
  nullable    = false
}

variable "domain" {
  description = <<-EOT
    Domain to serve over HTTPS, such as www.example.com; empty for plain HTTP.
    Its zone must be in the same project of Hetzner's.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain)) && length(var.domain) <= 253
    error_message = "A domain in small letters, such as www.example.com."
  }
}

variable "target_port" {
  description = "Port on which the machines take requests."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.target_port >= 1 && var.target_port <= 65535 && floor(var.target_port) == var.target_port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "health_path" {
  description = "Path that answers with a status below 400 when all is well."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/[!-~]*$", var.health_path)) && length(var.health_path) <= 200
    error_message = "A path that starts with /, without spaces, of at most 200 characters."
  }
}

variable "size" {
  description = <<-EOT
    Size of the load balancer.
    lb11: 25 machines, 10,000 connections at a time
    lb21: 75 machines, 20,000 connections at a time
    lb31: 150 machines, 40,000 connections at a time
  EOT
  type        = string
  default     = "lb11"
  nullable    = false

  validation {
    condition     = contains(["lb11", "lb21", "lb31"], var.size)
    error_message = "One of lb11, lb21, lb31."
  }
}

variable "deletion_protection" {
  description = "Refuses to destroy the load balancer. To destroy it, turn this off and apply first."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the network that the load balancer joins."
  type        = list(string)
  nullable    = false
}

variable "target_ids" {
  description = "Machines that requests are sent to."
  type        = list(string)
  nullable    = false
}

variable "target_key_ids" {
  description = "Names of these machines, in the same order."
  type        = list(string)
  nullable    = false
}
