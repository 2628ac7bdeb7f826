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

variable "size" {
  description = <<-EOT
    Size of the machine.
    t3.micro: 2 vCPU, 1 GiB, about $8/month in us-east-1
    t3.small: 2 vCPU, 2 GiB, about $15/month in us-east-1
    t3.medium: 2 vCPU, 4 GiB, about $30/month in us-east-1
    t3.large: 2 vCPU, 8 GiB, about $61/month in us-east-1
    m6i.large: 2 vCPU, 8 GiB, steady, about $70/month in us-east-1
    m6i.xlarge: 4 vCPU, 16 GiB, steady, about $140/month in us-east-1
  EOT
  type        = string
  default     = "t3.small"
  nullable    = false

  validation {
    condition     = contains(["t3.micro", "t3.small", "t3.medium", "t3.large", "m6i.large", "m6i.xlarge"], var.size)
    error_message = "One of t3.micro, t3.small, t3.medium, t3.large, m6i.large, m6i.xlarge."
  }
}

variable "image" {
  description = <<-EOT
    Operating system, its newest release when the machine is made. Another one replaces the machine.
    ubuntu-24.04: Ubuntu 24.04 LTS
    debian-13: Debian 13, without Session Manager's agent
    debian-12: Debian 12, without Session Manager's agent
    amazon-linux-2023: Amazon Linux 2023
  EOT
  type        = string
  default     = "ubuntu-24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu-24.04", "debian-13", "debian-12", "amazon-linux-2023"], var.image)
    error_message = "One of ubuntu-24.04, debian-13, debian-12, amazon-linux-2023."
  }
}

variable "disk_gib" {
  description = "Size of the disk in GiB. It can grow later, not shrink."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.disk_gib >= 10 && var.disk_gib <= 1000 && floor(var.disk_gib) == var.disk_gib
    error_message = "A whole number of GiB from 10 to 1000."
  }
}

variable "public_ip" {
  description = <<-EOT
    Gives the machine a fixed address on the internet. No port is open on it by itself.
    Changing it replaces the machine.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "ssh_public_key" {
  description = "Key for SSH, such as \"ssh-ed25519 AAAA… ada\". Another one replaces the machine."
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

  validation {
    condition     = length(var.ssh_cidrs) == 0 || var.ssh_public_key != ""
    error_message = "SSH needs a key, too: give the SSH public key, or leave this empty."
  }
}

variable "open_ports" {
  description = "TCP ports that are open to the allowed CIDRs. Load balancers of the stack need none of them."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for port in var.open_ports : port >= 1 && port <= 65535 && floor(port) == port && port != 22])
    error_message = "Whole numbers from 1 to 65535. For 22 there are the SSH CIDRs."
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

variable "startup_script" {
  description = <<-EOT
    Script for the first start. Everybody in the account can read it: no secrets.
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

variable "deletion_protection" {
  description = "Refuses to destroy the machine. To destroy it, turn this off and apply first."
  type        = bool
  default     = false
  nullable    = false
}

variable "permissions_boundary" {
  description = <<-EOT
    Policy that bounds what its roles may do, by ARN, where the account demands one; empty for none.
    Such as arn:aws:iam::123456789012:policy/boundary.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.permissions_boundary == "" || can(regex("^arn:aws:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]{1,600}$", var.permissions_boundary))
    error_message = "The ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "network_id" {
  description = "Network that the machine joins."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the network."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets of the network, for a machine with an address on the internet."
  type        = list(string)
  nullable    = false
}

variable "workload_security_group_id" {
  description = "Security group of what runs in the stack."
  type        = string
  nullable    = false
}
