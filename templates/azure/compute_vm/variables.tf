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

variable "ssh_public_key" {
  description = "SSH public key of the user azureuser, as in ~/.ssh/id_ed25519.pub. Passwords are not accepted."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]{60,}( .*)?$", var.ssh_public_key)) && length(var.ssh_public_key) <= 2000
    error_message = "One line that begins with ssh-ed25519 or ssh-rsa: the public key, not the private one."
  }
}

variable "size" {
  description = <<-EOT
    Size of the machine.
    Standard_B2ats_v2: 2 vCPU (burstable), 1 GiB, about $8/month in westeurope
    Standard_B2als_v2: 2 vCPU (burstable), 4 GiB, about $32/month in westeurope
    Standard_B2as_v2: 2 vCPU (burstable), 8 GiB, about $70/month in westeurope
    Standard_D2s_v5: 2 vCPU, 8 GiB, about $84/month in westeurope
    Standard_D4s_v5: 4 vCPU, 16 GiB, about $168/month in westeurope
    Standard_E4s_v5: 4 vCPU, 32 GiB, about $222/month in westeurope
  EOT
  type        = string
  default     = "Standard_B2als_v2"
  nullable    = false

  validation {
    condition     = contains(["Standard_B2ats_v2", "Standard_B2als_v2", "Standard_B2as_v2", "Standard_D2s_v5", "Standard_D4s_v5", "Standard_E4s_v5"], var.size)
    error_message = "One of Standard_B2ats_v2, Standard_B2als_v2, Standard_B2as_v2, Standard_D2s_v5, Standard_D4s_v5, Standard_E4s_v5."
  }
}

variable "image" {
  description = <<-EOT
    Operating system. Changing it replaces the machine and its disk.
    ubuntu-24.04: Ubuntu 24.04 LTS
    ubuntu-22.04: Ubuntu 22.04 LTS
    debian-12: Debian 12
  EOT
  type        = string
  default     = "ubuntu-24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu-24.04", "ubuntu-22.04", "debian-12"], var.image)
    error_message = "One of ubuntu-24.04, ubuntu-22.04, debian-12."
  }
}

variable "public_ip" {
  description = "Gives the machine an address on the internet. What may reach it is still denied until it is allowed."
  type        = bool
  default     = false
  nullable    = false
}

variable "ssh_cidrs" {
  description = "Address ranges outside of the network that may connect over SSH, such as 203.0.113.0/24."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.ssh_cidrs : can(cidrnetmask(c)) && !can(regex("/[0-7]$", c))])
    error_message = "IPv4 ranges from /8 to /32, such as 203.0.113.0/24. SSH is never opened to the whole internet."
  }
}

variable "open_ports" {
  description = "TCP ports to open to the allowed ranges, such as 443."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for p in var.open_ports : p >= 1 && p <= 65535 && floor(p) == p && p != 22])
    error_message = "Whole numbers from 1 to 65535, and not 22: who may use SSH is a setting of its own."
  }
}

variable "allowed_cidrs" {
  description = "Ranges that may reach these ports, the clients of a public load balancer among them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.allowed_cidrs : can(cidrnetmask(c))])
    error_message = "IPv4 ranges such as 203.0.113.0/24; 0.0.0.0/0 is the whole internet."
  }

  validation {
    condition     = (length(var.allowed_cidrs) > 0) == (length(var.open_ports) > 0)
    error_message = "Ports and the ranges that may reach them go together: name both, or neither."
  }
}

variable "disk_gib" {
  description = "Size of the disk in GiB. It can grow later, not shrink."
  type        = number
  default     = 32
  nullable    = false

  validation {
    condition     = var.disk_gib >= 32 && var.disk_gib <= 2048 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 32 to 2048."
  }
}

variable "disk_type" {
  description = <<-EOT
    Kind of disk.
    Standard_LRS: hard disk, for what is hardly used
    StandardSSD_LRS: SSD
    Premium_LRS: fast SSD, for databases and the like
  EOT
  type        = string
  default     = "StandardSSD_LRS"
  nullable    = false

  validation {
    condition     = contains(["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"], var.disk_type)
    error_message = "One of Standard_LRS, StandardSSD_LRS, Premium_LRS."
  }
}

variable "zone" {
  description = <<-EOT
    Availability zone, in regions that have them. Changing it replaces the machine.
    any: wherever there is room
    1: zone 1
    2: zone 2
    3: zone 3
  EOT
  type        = string
  default     = "any"
  nullable    = false

  validation {
    condition     = contains(["any", "1", "2", "3"], var.zone)
    error_message = "One of any, 1, 2, 3."
  }
}

variable "subnet_number" {
  description = "Which private subnet it joins, from 1; with a public address it is in the public one."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.subnet_number >= 1 && var.subnet_number <= 8 && floor(var.subnet_number) == var.subnet_number
    error_message = "A whole number from 1 to 8."
  }
}

variable "startup_script" {
  description = "Script (#!) or #cloud-config for the first boot, no secrets. Changing it replaces the machine."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.startup_script) <= 4000
    error_message = "At most 4000 characters."
  }

  validation {
    condition     = var.startup_script == "" || startswith(var.startup_script, "#!") || startswith(var.startup_script, "#cloud-config")
    error_message = "Text that begins with #! or #cloud-config."
  }
}

variable "encryption_at_host" {
  description = "Encrypts caches and temporary disks too, in subscriptions with the feature EncryptionAtHost."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network that the machine joins."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Subnets of the network for machines with an address on the internet."
  type        = list(string)
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that takes them; project and stack become part of names."
  type        = map(string)
  default     = {}
  nullable    = false
}
