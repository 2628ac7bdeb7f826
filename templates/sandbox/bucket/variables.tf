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
  description = "Keeps what was overwritten or deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "public" {
  description = "Lets everybody on the internet read it."
  type        = bool
  default     = false
  nullable    = false
}

variable "retention_days" {
  description = "Days after which objects are deleted; 0 keeps them."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 3650 && floor(var.retention_days) == var.retention_days
    error_message = "A whole number of days from 0 to 3650."
  }
}

variable "purpose" {
  description = "What it is for, in a few words."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.purpose) <= 2000
    error_message = "At most 2000 characters."
  }
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
