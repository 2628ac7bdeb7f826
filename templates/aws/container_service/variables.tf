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

variable "image" {
  description = "Image with its tag, such as nginx:1.29 or 123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:7."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-zA-Z0-9._/:@-]{0,511}$", var.image))
    error_message = "An image of a registry, such as nginx:1.29 or ghcr.io/example/app:7."
  }
}

variable "port" {
  description = "Port on which the container takes HTTP requests."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "size" {
  description = <<-EOT
    Size of each copy.
    small: 0.25 vCPU, 0.5 GiB
    medium: 0.5 vCPU, 1 GiB
    large: 1 vCPU, 2 GiB
    xlarge: 2 vCPU, 4 GiB
    2xlarge: 4 vCPU, 8 GiB
  EOT
  type        = string
  default     = "small"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large", "xlarge", "2xlarge"], var.size)
    error_message = "One of small, medium, large, xlarge, 2xlarge."
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

variable "copies" {
  description = "How many copies run at the same time, spread over the zones."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.copies >= 1 && var.copies <= 50 && floor(var.copies) == var.copies
    error_message = "A whole number from 1 to 50."
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

variable "environment" {
  description = "Environment variables. They can be read in the console: secrets go elsewhere."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name))])
    error_message = "Names of letters, digits and underscores that do not start with a digit, such as LOG_LEVEL=info."
  }
}

variable "secrets" {
  description = "Environment variables whose values lie in Secrets Manager or Parameter Store, by ARN."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name))])
    error_message = "Names of letters, digits and underscores that do not start with a digit."
  }

  validation {
    condition     = alltrue([for arn in values(var.secrets) : can(regex("^arn:aws:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:|ssm:[a-z0-9-]+:[0-9]{12}:parameter/)[^*?]+$", arn))])
    error_message = "ARNs, such as PASSWORD=arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf."
  }

  validation {
    condition     = length(setintersection(keys(var.secrets), keys(var.environment))) == 0
    error_message = "A name is either a plain variable or a secret, not both."
  }
}

variable "public_ip" {
  description = "Gives each copy an address on the internet, for a network without NAT. Nothing is open on it."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 7, 14, 30, 90, 365], var.log_days)
    error_message = "One of 1, 7, 14, 30, 90, 365."
  }
}

variable "permissions_boundary" {
  description = <<-EOT
    Policy that bounds what its roles may do, by ARN, where the account demands one; empty for none.
    Such as arn:aws:iam::123456789012:policy/boundary.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.permissions_boundary == "" || can(regex("^arn:aws:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]{1,600}$", var.permissions_boundary))
    error_message = "The ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "network_id" {
  description = "Network that the containers join."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets of the network."
  type        = list(string)
  nullable    = false
}

variable "workload_security_group_id" {
  description = "Security group of what runs in the stack."
  type        = string
  nullable    = false
}

variable "nat_gateway_id" {
  description = "NAT gateway of the network, through which the containers reach the internet."
  type        = string
  default     = null
}
