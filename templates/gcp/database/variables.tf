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

variable "engine" {
  description = <<-EOT
    Kind of database. Another one means a new, empty server.
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
    Version of the engine. It can be raised later, not lowered.
    15: PostgreSQL 15
    16: PostgreSQL 16
    17: PostgreSQL 17
    8.0: MySQL 8.0
    8.4: MySQL 8.4
  EOT
  type        = string
  default     = "17"
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
    Size of the server, without its storage.
    db-f1-micro: shared vCPU, 0.6 GiB, for trying out
    db-g1-small: shared vCPU, 1.7 GiB, for trying out
    db-custom-1-3840: 1 vCPU, 3.75 GiB, about $49/month in us-central1
    db-custom-2-7680: 2 vCPU, 7.5 GiB, about $99/month in us-central1
    db-custom-4-15360: 4 vCPU, 15 GiB, about $197/month in us-central1
    db-custom-8-30720: 8 vCPU, 30 GiB, about $394/month in us-central1
  EOT
  type        = string
  default     = "db-custom-1-3840"
  nullable    = false

  validation {
    condition     = contains(["db-f1-micro", "db-g1-small", "db-custom-1-3840", "db-custom-2-7680", "db-custom-4-15360", "db-custom-8-30720"], var.size)
    error_message = "One of db-f1-micro, db-g1-small, db-custom-1-3840, db-custom-2-7680, db-custom-4-15360, db-custom-8-30720."
  }
}

variable "storage_gib" {
  description = "Storage in GiB to begin with. It grows by itself when it is nearly full, and never shrinks."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.storage_gib >= 10 && var.storage_gib <= 10000 && floor(var.storage_gib) == var.storage_gib
    error_message = "A whole number of GiB from 10 to 10000."
  }
}

variable "high_availability" {
  description = "Keeps a second server in another zone, which takes over by itself. Costs twice as much."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Refuses to delete the database: turn it off and deploy first. Its backups stay for their days."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup_days" {
  description = "Days for which daily backups are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 365 && floor(var.backup_days) == var.backup_days
    error_message = "A whole number of days from 1 to 365."
  }
}

variable "database_name" {
  description = "Name of the first database on the server."
  type        = string
  default     = "app"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name)) && !contains(["postgres", "template0", "template1", "cloudsqladmin", "mysql", "sys", "information_schema", "performance_schema"], var.database_name)
    error_message = "1 to 63 small letters, digits and underscores, a letter first, and not a name that the server has already."
  }
}

variable "network_id" {
  description = "Network that the database is reached from."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of this network; the database's address is in the first one."
  type        = list(string)
  nullable    = false
}
