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

variable "allowed_cidrs" {
  description = <<-EOT
    Who may reach it from the internet: 0.0.0.0/0 is everybody, empty is the stack's network only.
    Changing it from or to empty replaces the load balancer, and gives it another address.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && try(cidrhost(cidr, 0) == split("/", cidr)[0], false)])
    error_message = "IPv4 ranges that start with their first address, such as 203.0.113.0/24 or 0.0.0.0/0."
  }
}

variable "certificate_arn" {
  description = "Certificate of Certificate Manager in this region, for HTTPS. Without one it speaks HTTP."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.certificate_arn == "" || can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+$", var.certificate_arn))
    error_message = "The ARN of a certificate, such as arn:aws:acm:eu-central-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab."
  }

  validation {
    condition     = var.certificate_arn == "" || strcontains(var.certificate_arn, ":${var.region}:")
    error_message = "A certificate in the region of the stack."
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

variable "deletion_protection" {
  description = "Refuses to destroy the load balancer. To destroy it, turn this off and apply first."
  type        = bool
  default     = false
  nullable    = false
}

variable "network_id" {
  description = "Network that the load balancer joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network, for one that is reached from within."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets of the network, for one that is reached from the internet."
  type        = list(string)
  nullable    = false
}

variable "workload_security_group_id" {
  description = "Security group of what runs in the stack."
  type        = string
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
