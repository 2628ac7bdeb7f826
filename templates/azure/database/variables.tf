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
    Kind of database. Changing it makes a new, empty server.
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
    Version of the engine. Changing it makes a new, empty server.
    newest: 17 of PostgreSQL, 8.4 of MySQL
    15: PostgreSQL 15
    16: PostgreSQL 16
    17: PostgreSQL 17
    8.0: MySQL 8.0
    8.4: MySQL 8.4
  EOT
  type        = string
  default     = "newest"
  nullable    = false

  validation {
    condition     = contains(["newest", "15", "16", "17", "8.0", "8.4"], var.engine_version)
    error_message = "One of newest, 15, 16, 17, 8.0, 8.4."
  }

  validation {
    condition     = contains(var.engine == "mysql" ? ["newest", "8.0", "8.4"] : ["newest", "15", "16", "17"], var.engine_version)
    error_message = "A version of the chosen engine: 15, 16 or 17 for postgres, 8.0 or 8.4 for mysql, or newest."
  }
}

variable "size" {
  description = <<-EOT
    Size of the server.
    B_Standard_B1ms: 1 vCPU (burstable), 2 GiB
    B_Standard_B2s: 2 vCPU (burstable), 4 GiB
    B_Standard_B2ms: 2 vCPU (burstable), 8 GiB
    GP_Standard_D2ads_v5: 2 vCPU, 8 GiB
    GP_Standard_D4ads_v5: 4 vCPU, 16 GiB
    MO_Standard_E2ads_v5: 2 vCPU, 16 GiB
  EOT
  type        = string
  default     = "B_Standard_B2s"
  nullable    = false

  validation {
    condition     = contains(["B_Standard_B1ms", "B_Standard_B2s", "B_Standard_B2ms", "GP_Standard_D2ads_v5", "GP_Standard_D4ads_v5", "MO_Standard_E2ads_v5"], var.size)
    error_message = "One of B_Standard_B1ms, B_Standard_B2s, B_Standard_B2ms, GP_Standard_D2ads_v5, GP_Standard_D4ads_v5, MO_Standard_E2ads_v5."
  }
}

variable "storage_gib" {
  description = <<-EOT
    Storage in GiB. It can grow later, not shrink.
    A MySQL server with a standby grows by itself before it is full: then raise this to
    what it has, or Terraform wants to replace it.
  EOT
  type        = number
  default     = 32
  nullable    = false

  validation {
    condition     = contains([32, 64, 128, 256, 512, 1024, 2048], var.storage_gib)
    error_message = "One of 32, 64, 128, 256, 512, 1024, 2048."
  }
}

variable "vault_cidrs" {
  description = <<-EOT
    Who may reach the password's vault beside the stack's network: the host of this engine at least.
    Such as 203.0.113.7/32, its address on the internet, from which it keeps the password there;
    0.0.0.0/0 leaves it to Azure's roles. Whoever reaches it still needs one of these.
  EOT
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.vault_cidrs) > 0 && alltrue([for c in var.vault_cidrs : can(cidrnetmask(c))])
    error_message = "One IPv4 range at least, such as 203.0.113.7/32, or 0.0.0.0/0 for everywhere."
  }

  validation {
    condition     = alltrue([for c in var.vault_cidrs : !can(regex("^(10|127|169\\.254|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.", c))])
    error_message = "Addresses on the internet: Azure's vaults take no private ranges, and the stack's network may anyway."
  }
}

variable "database_name" {
  description = "Name of the database that is made on the server."
  type        = string
  default     = "app"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "1 to 63 small letters, digits and underscores, a letter first."
  }

  validation {
    condition     = !contains(["postgres", "template0", "template1", "mysql", "sys", "information_schema", "performance_schema"], var.database_name)
    error_message = "A name that the engine does not keep for itself, such as app."
  }
}

variable "high_availability" {
  description = <<-EOT
    A standby that takes over, at twice the price. Not for burstable sizes.
    none: no standby
    same-zone: standby in the same availability zone
    zone-redundant: standby in another availability zone, in regions that have them
  EOT
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "same-zone", "zone-redundant"], var.high_availability)
    error_message = "One of none, same-zone, zone-redundant."
  }

  validation {
    condition     = var.high_availability == "none" || !startswith(var.size, "B_")
    error_message = "A standby needs a size that is not burstable: one that begins with GP or MO."
  }
}

variable "backup_days" {
  description = "How many days backups are kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "A whole number of days from 7 to 35."
  }
}

variable "geo_backup" {
  description = "Keeps backups in the paired region too. Changing it makes a new, empty server."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Azure refuses to delete the database. Before destroying it, set this to no and apply."
  type        = bool
  default     = true
  nullable    = false
}

variable "network_id" {
  description = "Network that the database is reached from."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network, from which the password can be read."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets of the network, from which the password can be read."
  type        = list(string)
  nullable    = false
}

variable "postgres_subnet_id" {
  description = "The network's subnet for PostgreSQL servers."
  type        = string
  nullable    = false
}

variable "mysql_subnet_id" {
  description = "The network's subnet for MySQL servers."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
