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

variable "engine" {
  description = <<-EOT
    Kind of database. Another one replaces the server and its data.
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
    Major version. It can be raised later, not lowered.
    15: PostgreSQL 15
    16: PostgreSQL 16
    17: PostgreSQL 17
    8.4: MySQL 8.4
  EOT
  type        = string
  default     = "17"
  nullable    = false

  validation {
    condition     = contains(["15", "16", "17", "8.4"], var.engine_version)
    error_message = "One of 15, 16, 17, 8.4."
  }

  validation {
    condition     = contains(var.engine == "mysql" ? ["8.4"] : ["15", "16", "17"], var.engine_version)
    error_message = "A version of the chosen engine: 15, 16 or 17 for postgres, 8.4 for mysql."
  }
}

variable "size" {
  description = <<-EOT
    Size of the server. Prices are those of PostgreSQL in one zone.
    db.t4g.micro: 2 vCPU, 1 GiB, about $12/month in eu-west-1
    db.t4g.small: 2 vCPU, 2 GiB, about $26/month in eu-west-1
    db.t4g.medium: 2 vCPU, 4 GiB, about $50/month in eu-west-1
    db.t4g.large: 2 vCPU, 8 GiB, about $101/month in eu-west-1
    db.m6g.large: 2 vCPU, 8 GiB, steady
    db.m6g.xlarge: 4 vCPU, 16 GiB, steady
  EOT
  type        = string
  default     = "db.t4g.small"
  nullable    = false

  validation {
    condition     = contains(["db.t4g.micro", "db.t4g.small", "db.t4g.medium", "db.t4g.large", "db.m6g.large", "db.m6g.xlarge"], var.size)
    error_message = "One of db.t4g.micro, db.t4g.small, db.t4g.medium, db.t4g.large, db.m6g.large, db.m6g.xlarge."
  }
}

variable "storage_gib" {
  description = "Storage in GiB. It can grow later, not shrink."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 4000 && floor(var.storage_gib) == var.storage_gib
    error_message = "A whole number of GiB from 20 to 4000."
  }
}

variable "high_availability" {
  description = "Keeps a standby in another zone that takes over by itself. It doubles the price."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_name" {
  description = "Database that is made at the start. Another name replaces the server and its data."
  type        = string
  default     = "app"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "1 to 63 small letters, digits and underscores, a letter first."
  }

  validation {
    condition     = !contains(["postgres", "template0", "template1", "rdsadmin", "mysql", "sys", "db", "database", "all", "default"], var.database_name)
    error_message = "Another name: the servers keep this one for themselves."
  }
}

variable "backup_days" {
  description = "How many days daily backups are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "A whole number of days from 1 to 35."
  }
}

variable "allowed_cidrs" {
  description = "Who may connect beside the stack, such as a VPN's 10.8.0.0/24. There is no public address."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && try(cidrhost(cidr, 0) == split("/", cidr)[0], false)])
    error_message = "IPv4 ranges that start with their first address, such as 10.8.0.0/24."
  }

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : !can(regex("/[0-7]$", cidr))])
    error_message = "No range wider than /8: a database is never open to everybody."
  }
}

variable "deletion_protection" {
  description = "Refuses to destroy the database: turn it off and apply first. A last backup is kept."
  type        = bool
  default     = true
  nullable    = false
}

variable "network_id" {
  description = "Network that the database joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network, in two zones at least."
  type        = list(string)
  nullable    = false
}

variable "workload_security_group_id" {
  description = "Security group of what runs in the stack, which may connect."
  type        = string
  nullable    = false
}
