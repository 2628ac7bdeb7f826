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

variable "storage_class" {
  description = <<-EOT
    How often its objects are read.
    STANDARD: often
    NEARLINE: once a month or less
    COLDLINE: once in three months or less
    ARCHIVE: once a year or less
  EOT
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"], var.storage_class)
    error_message = "One of STANDARD, NEARLINE, COLDLINE, ARCHIVE."
  }
}

variable "versioning" {
  description = "Keeps what was overwritten or deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "public" {
  description = "Lets everybody on the internet list and read it."
  type        = bool
  default     = false
  nullable    = false
}

variable "expire_days" {
  description = "Days after which objects are deleted; 0 keeps them."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.expire_days >= 0 && var.expire_days <= 3650 && floor(var.expire_days) == var.expire_days
    error_message = "A whole number of days from 0 to 3650."
  }
}

variable "old_versions_days" {
  description = "Days for which older versions are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.old_versions_days >= 1 && var.old_versions_days <= 3650 && floor(var.old_versions_days) == var.old_versions_days
    error_message = "A whole number of days from 1 to 3650."
  }
}

variable "delete_contents" {
  description = "Destroys the bucket together with what is in it. Otherwise one that is not empty is not destroyed."
  type        = bool
  default     = false
  nullable    = false
}
