variable "name" {
  description = "Name of the resource in its stack."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Location in which it is created."
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
    Size of the machine, with its disk.
    cx23: 2 vCPU, 4 GiB, 40 GB disk, in Europe
    cx33: 4 vCPU, 8 GiB, 80 GB disk, in Europe
    cx43: 8 vCPU, 16 GiB, 160 GB disk, in Europe
    cpx21: 3 vCPU, 4 GiB, 80 GB disk, in the United States and Singapore
    cpx31: 4 vCPU, 8 GiB, 160 GB disk, in the United States and Singapore
    ccx13: 2 vCPU of its own, 8 GiB, 80 GB disk, everywhere
  EOT
  type        = string
  default     = "cx23"
  nullable    = false

  validation {
    condition     = contains(["cx23", "cx33", "cx43", "cpx21", "cpx31", "ccx13"], var.size)
    error_message = "One of cx23, cx33, cx43, cpx21, cpx31, ccx13."
  }
}

variable "image" {
  description = <<-EOT
    Operating system. Another one replaces the machine.
    ubuntu-24.04: Ubuntu 24.04 LTS
    debian-13: Debian 13
    debian-12: Debian 12
    alma-9: AlmaLinux 9
  EOT
  type        = string
  default     = "ubuntu-24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu-24.04", "debian-13", "debian-12", "alma-9"], var.image)
    error_message = "One of ubuntu-24.04, debian-13, debian-12, alma-9."
  }
}

variable "public_ip" {
  description = <<-EOT
    Gives the machine a fixed address on the internet. No port is open by itself.
    Without one it reaches nothing on the internet either.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "ssh_public_key" {
  description = "Key for SSH as root, such as \"ssh-ed25519 AAAA… ada\". Another one replaces the machine."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.ssh_public_key == "" || can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( [^\\n]*)?$", var.ssh_public_key))
    error_message = "A public key on one line that starts with ssh-ed25519 or ssh-rsa."
  }
}

variable "ssh_cidrs" {
  description = "Address ranges from which SSH is allowed, such as 203.0.113.7/32. Nobody where it is empty."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.ssh_cidrs : can(cidrnetmask(cidr)) && try(cidrhost(cidr, 0) == split("/", cidr)[0], false)])
    error_message = "IPv4 ranges that start with their first address, such as 203.0.113.7/32 or 203.0.113.0/24."
  }

  validation {
    condition     = alltrue([for cidr in var.ssh_cidrs : !can(regex("/[0-7]$", cidr))])
    error_message = "No range wider than /8: SSH is never open to everybody."
  }
}

variable "open_ports" {
  description = "TCP ports that are open to the allowed CIDRs. Load balancers of the stack need none of them."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for port in var.open_ports : port >= 1 && port <= 65535 && floor(port) == port && port != 22])
    error_message = "Whole numbers from 1 to 65535. For 22 there is ssh_cidrs."
  }
}

variable "allowed_cidrs" {
  description = "Who may reach the open ports, such as 203.0.113.0/24; 0.0.0.0/0 is everybody."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && try(cidrhost(cidr, 0) == split("/", cidr)[0], false)])
    error_message = "IPv4 ranges that start with their first address, such as 203.0.113.7/32 or 203.0.113.0/24."
  }
}

variable "volume_gib" {
  description = <<-EOT
    Size of a second disk in GiB, 0 for none. It can grow, not shrink. Hetzner does not encrypt it.
  EOT
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.volume_gib == 0 || var.volume_gib >= 10 && var.volume_gib <= 10240 && floor(var.volume_gib) == var.volume_gib
    error_message = "0, or a whole number of GiB from 10 to 10240."
  }
}

variable "startup_script" {
  description = <<-EOT
    Script for the first start. Everybody in Hetzner's project can read it: no secrets.
    Another script replaces the machine.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.startup_script) <= 4000
    error_message = "At most 4000 characters."
  }

  validation {
    condition     = var.startup_script == "" || startswith(var.startup_script, "#!") || startswith(var.startup_script, "#cloud-config")
    error_message = "A script whose first line starts with #!, such as #!/bin/bash, or with #cloud-config."
  }
}

variable "backups" {
  description = "Keeps a backup of each of the last seven days, for a fifth of the machine's price."
  type        = bool
  default     = false
  nullable    = false
}

variable "spread" {
  description = <<-EOT
    Runs it on other hardware than the stack's other machines that have this set, ten at most.
    It counts when the machine is made.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Refuses to destroy the machine. To destroy it, turn this off and apply first."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the network that the machine joins."
  type        = list(string)
  nullable    = false
}

variable "placement_group_id" {
  description = "Group of the network whose machines run on different hardware."
  type        = string
  nullable    = false
}
