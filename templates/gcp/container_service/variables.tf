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

variable "image" {
  description = "Image to run, with its registry, such as docker.io/library/nginx:1.29."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9.-]+\\.[a-z]{2,}(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)+(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$", var.image))
    error_message = "An image with its registry, such as docker.io/library/nginx:1.29."
  }
}

variable "port" {
  description = "Port that the container listens on."
  type        = number
  default     = 8080
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "public" {
  description = "Lets everybody on the internet send requests. Otherwise the project's own networks, with permission."
  type        = bool
  default     = false
  nullable    = false
}

variable "size" {
  description = <<-EOT
    Size of each instance.
    1-512: 1 vCPU, 512 MiB
    1-1024: 1 vCPU, 1 GiB
    2-2048: 2 vCPU, 2 GiB
    4-4096: 4 vCPU, 4 GiB
    8-8192: 8 vCPU, 8 GiB
  EOT
  type        = string
  default     = "1-512"
  nullable    = false

  validation {
    condition     = contains(["1-512", "1-1024", "2-2048", "4-4096", "8-8192"], var.size)
    error_message = "One of 1-512, 1-1024, 2-2048, 4-4096, 8-8192."
  }
}

variable "environment" {
  description = "Environment of the container, such as LOG_LEVEL=info. No secrets: whoever sees the service sees it."
  type        = map(string)
  default     = {}
  nullable    = false

  # https://cloud.google.com/run/docs/container-contract#env-vars
  validation {
    condition = alltrue([for key in keys(var.environment) :
      can(regex("^[A-Za-z_][A-Za-z0-9_]*$", key)) && !contains(["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"], key)
    ])
    error_message = "Names of letters, digits and underscores; PORT and the K_ ones are set by Cloud Run."
  }
}

variable "min_instances" {
  description = "Instances that always run; 0 lets it sleep while nobody asks."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 100 && floor(var.min_instances) == var.min_instances
    error_message = "A whole number from 0 to 100."
  }
}

variable "max_instances" {
  description = "Most instances that may run at once, which bounds what it costs."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "A whole number from 1 to 100."
  }

  validation {
    condition     = var.max_instances >= var.min_instances
    error_message = "Not fewer than the instances that always run."
  }
}

variable "concurrency" {
  description = "Requests that an instance handles at once."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "A whole number from 1 to 1000."
  }
}

variable "timeout_seconds" {
  description = "Seconds that a request may take."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "A whole number of seconds from 1 to 3600."
  }
}

variable "deletion_protection" {
  description = "Refuses to delete the service. Turn it off and deploy before destroying it."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets that requests to private addresses go through; the first one is used."
  type        = list(string)
  default     = []
  nullable    = false
}
