variable "domain" {
  description = "Name of the record in full, such as www.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain)) && length(var.domain) <= 253
    error_message = "A name in small letters without a dot at its end, such as www.example.com."
  }
}

variable "zone" {
  description = "Name of the zone in Cloud DNS, such as example-com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.zone))
    error_message = "The zone's name in Cloud DNS, not its domain: small letters, digits and dashes, such as example-com."
  }
}

variable "type" {
  description = <<-EOT
    Type of the record.
    A: IPv4 addresses
    AAAA: IPv6 addresses
    CNAME: another name
    MX: mail servers
    TXT: text
    SRV: services
    NS: name servers
  EOT
  type        = string
  default     = "A"
  nullable    = false

  validation {
    condition     = contains(["A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS"], var.type)
    error_message = "One of A, AAAA, CNAME, MX, TXT, SRV, NS."
  }
}

variable "values" {
  description = "What the name stands for, such as 203.0.113.7; empty for the stack's load balancer."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.values) <= 20 && alltrue([for value in var.values : length(value) <= 1000])
    error_message = "At most 20 values of at most 1000 characters."
  }

  validation {
    condition     = var.type != "A" || alltrue([for value in var.values : can(cidrnetmask("${value}/32"))])
    error_message = "IPv4 addresses for an A record, such as 203.0.113.7."
  }

  validation {
    condition     = var.type != "CNAME" || length(var.values) <= 1
    error_message = "One name for a CNAME record, such as www.example.com."
  }

  validation {
    condition     = var.type != "MX" || alltrue([for value in var.values : can(regex("^[0-9]{1,5} [a-zA-Z0-9.-]+$", value))])
    error_message = "Mail servers with their rank for an MX record, such as 10 mail.example.com."
  }
}

variable "ttl_seconds" {
  description = "Seconds for which others may remember the answer."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.ttl_seconds >= 30 && var.ttl_seconds <= 86400 && floor(var.ttl_seconds) == var.ttl_seconds
    error_message = "A whole number of seconds from 30 to 86400."
  }
}

variable "alias_address" {
  description = "Load balancer that the record leads to."
  type        = string
  default     = null
}
