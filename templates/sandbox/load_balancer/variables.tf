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

variable "protocol" {
  description = "What it listens for."
  type        = string
  default     = "http"
  nullable    = false

  validation {
    condition     = contains(["http", "https", "tcp"], var.protocol)
    error_message = "One of http, https, tcp."
  }
}

variable "port" {
  description = "Port that it listens on."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "health_path" {
  description = "Path that tells whether a machine is well."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/", var.health_path)) && length(var.health_path) <= 200
    error_message = "A path that starts with /, of at most 200 characters."
  }
}

variable "network_id" {
  description = "Network that it joins; the default network when there is none."
  type        = string
  default     = null
}

variable "target_ids" {
  description = "Machines that requests are sent to."
  type        = list(string)
  nullable    = false
}

variable "target_addresses" {
  description = "Addresses of these machines."
  type        = list(string)
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
