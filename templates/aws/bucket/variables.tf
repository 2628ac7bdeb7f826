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

variable "versioning" {
  description = "Keeps what is overwritten or deleted as an old version for a while."
  type        = bool
  default     = true
  nullable    = false
}

variable "old_versions_days" {
  description = "How many days old versions are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.old_versions_days >= 1 && var.old_versions_days <= 3650 && floor(var.old_versions_days) == var.old_versions_days
    error_message = "A whole number of days from 1 to 3650."
  }
}

variable "expire_days" {
  description = "After how many days objects are deleted by themselves; 0 for never."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.expire_days >= 0 && var.expire_days <= 3650 && floor(var.expire_days) == var.expire_days
    error_message = "A whole number of days from 0 to 3650."
  }
}

variable "delete_contents" {
  description = "Destroying the bucket deletes what is in it. Otherwise a bucket with objects is not destroyed."
  type        = bool
  default     = false
  nullable    = false
}
