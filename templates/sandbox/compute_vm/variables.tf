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

variable "size" {
  description = <<-EOT
    Size of the machine.
    small: 1 vCPU, 2 GiB
    medium: 2 vCPU, 4 GiB
    large: 4 vCPU, 16 GiB
  EOT
  type        = string
  default     = "small"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "One of small, medium, large."
  }
}

variable "image" {
  description = <<-EOT
    Operating system.
    debian-12: Debian 12
    ubuntu-24.04: Ubuntu 24.04 LTS
    broken: never boots, to see an apply fail
    withdrawn: is not offered, to see a plan fail
  EOT
  type        = string
  default     = "debian-12"
  nullable    = false

  validation {
    condition     = contains(["debian-12", "ubuntu-24.04", "broken", "withdrawn"], var.image)
    error_message = "One of debian-12, ubuntu-24.04, broken, withdrawn."
  }
}

variable "disk_gib" {
  description = "Size of the disk in GiB."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.disk_gib >= 10 && var.disk_gib <= 1000 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 10 to 1000."
  }
}

variable "public_ip" {
  description = "Gives the machine an address on the internet."
  type        = bool
  default     = false
  nullable    = false
}

variable "network_id" {
  description = "Network that the machine joins; the default network when there is none."
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
