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

variable "versioning" {
  description = "Keeps what was overwritten."
  type        = bool
  default     = true
  nullable    = false
}

variable "replication" {
  description = <<-EOT
    Where copies are kept.
    LRS: three in one data centre
    ZRS: one in each of three zones, in regions that have them
    GRS: three here, three in the paired region
    GZRS: in three zones here, and in the paired region
  EOT
  type        = string
  default     = "LRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS"], var.replication)
    error_message = "One of LRS, ZRS, GRS, GZRS."
  }
}

variable "writers" {
  description = "Who may read and write: object ids of users, groups or identities, such as a machine's."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.writers : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "Object ids such as 0f8fad5b-d9cb-469f-a165-70867728950e, in small letters."
  }
}

variable "allowed_cidrs" {
  description = "Ranges outside of the stack's network that may reach it. Whoever does still needs access in Azure."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.allowed_cidrs : can(cidrnetmask(c)) && !endswith(c, "/31")])
    error_message = "IPv4 ranges such as 203.0.113.0/24, or 203.0.113.7/32 for one address; Azure takes no /31. 0.0.0.0/0 is the whole internet."
  }
}

variable "readers" {
  description = "Who may read: object ids of users, groups or identities."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.readers : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "Object ids such as 0f8fad5b-d9cb-469f-a165-70867728950e, in small letters."
  }
}

variable "undelete_days" {
  description = "How many days what was deleted can be brought back."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.undelete_days >= 1 && var.undelete_days <= 365 && floor(var.undelete_days) == var.undelete_days
    error_message = "A whole number of days from 1 to 365."
  }
}

variable "access_tier" {
  description = <<-EOT
    What storing and reading cost.
    Hot: cheap to read
    Cool: cheap to store, for what is read less than once a month
  EOT
  type        = string
  default     = "Hot"
  nullable    = false

  validation {
    condition     = contains(["Hot", "Cool"], var.access_tier)
    error_message = "One of Hot, Cool."
  }
}

variable "deletion_protection" {
  description = <<-EOT
    Azure refuses to delete the bucket, full or empty. Before destroying it, set this to no and apply.
    While it is on, Azure refuses as well to take access away from writers and readers.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the stack's network, which may reach it."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets of the stack's network, which may reach it."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
