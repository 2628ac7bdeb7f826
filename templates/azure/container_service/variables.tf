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

variable "image" {
  description = "Image with its tag, such as docker.io/library/nginx:1.29 or myregistry.azurecr.io/web:7."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-zA-Z0-9._:/@-]*$", var.image)) && length(var.image) <= 255
    error_message = "The name of an image, such as docker.io/library/nginx:1.29."
  }
}

variable "port" {
  description = "Port on which the container takes HTTP requests."
  type        = number
  default     = 8080
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "size" {
  description = <<-EOT
    Size of each copy.
    0.25: 0.25 vCPU, 0.5 GiB
    0.5: 0.5 vCPU, 1 GiB
    1: 1 vCPU, 2 GiB
    2: 2 vCPU, 4 GiB
    4: 4 vCPU, 8 GiB
  EOT
  type        = string
  default     = "0.5"
  nullable    = false

  validation {
    condition     = contains(["0.25", "0.5", "1", "2", "4"], var.size)
    error_message = "One of 0.25, 0.5, 1, 2, 4."
  }
}

variable "allowed_cidrs" {
  description = <<-EOT
    Who may reach it from the internet: 0.0.0.0/0 is everybody, empty is the stack's network only.
    Changing it from or to empty replaces the service, and gives it another host name.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.allowed_cidrs : can(cidrnetmask(c))])
    error_message = "IPv4 ranges such as 203.0.113.0/24; 0.0.0.0/0 is the whole internet."
  }
}

variable "min_instances" {
  description = "Copies that always run; 0 lets it sleep while nobody asks."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 100 && floor(var.min_instances) == var.min_instances
    error_message = "A whole number from 0 to 100."
  }
}

variable "max_instances" {
  description = "Most copies that may run at once, which bounds what it costs."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "A whole number from 1 to 100."
  }

  validation {
    condition     = var.max_instances >= var.min_instances
    error_message = "At least as many as always run."
  }
}

variable "concurrency" {
  description = "Requests at once that make it start another copy."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "A whole number from 1 to 1000."
  }
}

variable "health_path" {
  description = "Path that answers with a status below 400 when all is well; empty: the port is open."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(/.*)?$", var.health_path)) && length(var.health_path) <= 200
    error_message = "A path that starts with /, of at most 200 characters."
  }
}

variable "environment" {
  description = "Environment of the container, such as LOG_LEVEL=info. No secrets: whoever sees the service sees it."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", key))])
    error_message = "Names of letters, digits and underscores, such as LOG_LEVEL."
  }
}

variable "registry" {
  description = "Resource id of the Azure container registry that the image is pulled from; empty for public images."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.ContainerRegistry/registries/[A-Za-z0-9]{5,50})?$", var.registry))
    error_message = "An id such as /subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/myregistry."
  }
}

variable "log_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_days >= 30 && var.log_days <= 730 && floor(var.log_days) == var.log_days
    error_message = "A whole number of days from 30 to 730."
  }
}

variable "subnet_number" {
  description = "Which of the network's container subnets it takes, from 1. Each service needs one of its own."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.subnet_number >= 1 && var.subnet_number <= 8 && floor(var.subnet_number) == var.subnet_number
    error_message = "A whole number from 1 to 8."
  }
}

variable "container_subnet_ids" {
  description = "The network's subnets for container services."
  type        = list(string)
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
