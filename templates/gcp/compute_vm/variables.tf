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

variable "size" {
  description = <<-EOT
    Size of the machine.
    e2-micro: 2 shared vCPU, 1 GiB, about $7/month in europe-west1
    e2-small: 2 shared vCPU, 2 GiB, about $13/month in europe-west1
    e2-medium: 2 shared vCPU, 4 GiB, about $27/month in europe-west1
    e2-standard-2: 2 vCPU, 8 GiB, about $54/month in europe-west1
    e2-standard-4: 4 vCPU, 16 GiB, about $108/month in europe-west1
    e2-standard-8: 8 vCPU, 32 GiB, about $215/month in europe-west1
  EOT
  type        = string
  default     = "e2-small"
  nullable    = false

  validation {
    condition     = contains(["e2-micro", "e2-small", "e2-medium", "e2-standard-2", "e2-standard-4", "e2-standard-8"], var.size)
    error_message = "One of e2-micro, e2-small, e2-medium, e2-standard-2, e2-standard-4, e2-standard-8."
  }
}

variable "image" {
  description = <<-EOT
    Operating system. Another one means a new machine, disk and address.
    debian-13: Debian 13
    debian-12: Debian 12
    ubuntu-24.04: Ubuntu 24.04 LTS
    ubuntu-22.04: Ubuntu 22.04 LTS
    rocky-9: Rocky Linux 9
  EOT
  type        = string
  default     = "debian-12"
  nullable    = false

  validation {
    condition     = contains(["debian-13", "debian-12", "ubuntu-24.04", "ubuntu-22.04", "rocky-9"], var.image)
    error_message = "One of debian-13, debian-12, ubuntu-24.04, ubuntu-22.04, rocky-9."
  }
}

variable "disk_gib" {
  description = "Size of the disk in GiB. It can grow later, not shrink."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.disk_gib >= 20 && var.disk_gib <= 2000 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 20 to 2000."
  }
}

variable "public_ip" {
  description = "Gives the machine an address on the internet. Only what you open reaches it there."
  type        = bool
  default     = false
  nullable    = false
}

variable "ssh_cidrs" {
  description = "Address ranges that may use SSH, such as 203.0.113.7/32. Identity-Aware Proxy always may."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.ssh_cidrs : can(cidrnetmask(cidr)) && can(regex("/(8|9|[12][0-9]|3[0-2])$", cidr))])
    error_message = "IPv4 ranges from /8 to /32, such as 203.0.113.7/32. SSH is not opened to the whole internet."
  }
}

variable "open_ports" {
  description = "TCP ports that the ranges below may use, such as 443."
  type        = list(number)
  default     = [80, 443]
  nullable    = false

  validation {
    condition     = length(var.open_ports) > 0 && alltrue([for port in var.open_ports : port >= 1 && port <= 65535 && floor(port) == port && port != 22 && port != 3389])
    error_message = "Whole numbers from 1 to 65535, without 22 (see SSH CIDRs) and 3389."
  }
}

variable "allowed_cidrs" {
  description = "Address ranges that may use these ports, such as 203.0.113.0/24; 0.0.0.0/0 is everybody."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "IPv4 ranges, such as 203.0.113.0/24."
  }
}

variable "service_port" {
  description = "Port that load balancers send requests to."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.service_port >= 1 && var.service_port <= 65535 && floor(var.service_port) == var.service_port
    error_message = "A whole number from 1 to 65535."
  }
}

variable "disk_type" {
  description = <<-EOT
    Kind of disk. Another one means a new machine, disk and address.
    pd-standard: hard disk, $0.04 per GiB and month in europe-west1
    pd-balanced: SSD, $0.10 per GiB and month in europe-west1
    pd-ssd: fast SSD, $0.17 per GiB and month in europe-west1
  EOT
  type        = string
  default     = "pd-balanced"
  nullable    = false

  validation {
    condition     = contains(["pd-standard", "pd-balanced", "pd-ssd"], var.disk_type)
    error_message = "One of pd-standard, pd-balanced, pd-ssd."
  }
}

variable "zone" {
  description = "Zone of the region. Another one means a new machine, disk and address."
  type        = string
  default     = "b"
  nullable    = false

  validation {
    condition     = contains(["a", "b", "c", "d", "f"], var.zone)
    error_message = "One of a, b, c, d, f."
  }
}

variable "startup_script" {
  description = "Script that runs as root at every start. No secrets: whoever sees the machine sees it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.startup_script) <= 4000
    error_message = "At most 4000 characters."
  }
}

variable "deletion_protection" {
  description = "Refuses to delete the machine. Turn it off and deploy before destroying or replacing it."
  type        = bool
  default     = false
  nullable    = false
}

variable "network_id" {
  description = "Network that the machine joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of this network; the first one is used."
  type        = list(string)
  nullable    = false
}
