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

variable "engine" {
  description = <<-EOT
    Kind of database.
    postgres: PostgreSQL
    mysql: MySQL
  EOT
  type        = string
  default     = "postgres"
  nullable    = false

  validation {
    condition     = contains(["postgres", "mysql"], var.engine)
    error_message = "One of postgres, mysql."
  }
}

variable "engine_version" {
  description = <<-EOT
    Version of the engine.
    15: PostgreSQL 15
    16: PostgreSQL 16
    17: PostgreSQL 17
    8.0: MySQL 8.0
    8.4: MySQL 8.4
  EOT
  type        = string
  default     = "16"
  nullable    = false

  validation {
    condition     = contains(["15", "16", "17", "8.0", "8.4"], var.engine_version)
    error_message = "One of 15, 16, 17, 8.0, 8.4."
  }

  validation {
    condition     = contains(var.engine == "mysql" ? ["8.0", "8.4"] : ["15", "16", "17"], var.engine_version)
    error_message = "A version of the chosen engine: 15, 16 or 17 for postgres, 8.0 or 8.4 for mysql."
  }
}

variable "size" {
  description = <<-EOT
    Size of the server.
    small: 1 vCPU, 2 GiB
    medium: 2 vCPU, 8 GiB
    large: 4 vCPU, 32 GiB
  EOT
  type        = string
  default     = "small"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "One of small, medium, large."
  }
}

variable "storage_gib" {
  description = "Storage in GiB. It can grow later, not shrink."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 1000 && floor(var.storage_gib) == var.storage_gib
    error_message = "A whole number of GiB from 20 to 1000."
  }
}

variable "network_id" {
  description = "Network that the database joins; the default network when there is none."
  type        = string
  default     = null
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
