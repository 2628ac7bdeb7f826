variable "labels" {
  description = "Labels of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "domain" {
  description = "Full name, such as www.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.domain)) && length(var.domain) <= 253
    error_message = "A full name in small letters without a dot at the end, such as www.example.com."
  }
}

variable "zone" {
  description = "Zone in Hetzner's DNS that the name belongs to, such as example.com, in the token's project."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.zone))
    error_message = "The name of a zone in small letters, such as example.com."
  }

  validation {
    condition     = var.domain == var.zone || endswith(var.domain, ".${var.zone}")
    error_message = "The zone that the domain belongs to: example.com for www.example.com."
  }
}

variable "type" {
  description = <<-EOT
    Type of the record.
    A: IPv4 addresses, or the stack's load balancer
    AAAA: IPv6 addresses
    CNAME: another name
    TXT: texts
    MX: mail servers
  EOT
  type        = string
  default     = "A"
  nullable    = false

  validation {
    condition     = contains(["A", "AAAA", "CNAME", "TXT", "MX"], var.type)
    error_message = "One of A, AAAA, CNAME, TXT, MX."
  }
}

variable "values" {
  description = "What the name stands for; empty for the stack's load balancer."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.type != "A" || alltrue([for value in var.values : can(cidrnetmask("${value}/32"))])
    error_message = "A record of type A has IPv4 addresses, such as 203.0.113.7."
  }

  validation {
    condition     = var.type != "AAAA" || alltrue([for value in var.values : can(cidrhost("${value}/128", 0)) && strcontains(value, ":")])
    error_message = "A record of type AAAA has IPv6 addresses, such as 2001:db8::7."
  }

  validation {
    condition     = var.type != "CNAME" || length(var.values) <= 1
    error_message = "A record of type CNAME has one value."
  }

  validation {
    condition     = var.type != "MX" || alltrue([for value in var.values : can(regex("^[0-9]{1,5} [a-zA-Z0-9.-]+$", value))])
    error_message = "A record of type MX has values such as 10 mail.example.com."
  }

  validation {
    condition     = var.type != "TXT" || alltrue([for value in var.values : length(value) <= 255])
    error_message = "A text of at most 255 characters."
  }
}

variable "ttl_seconds" {
  description = "How long others remember the values, in seconds."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.ttl_seconds >= 60 && var.ttl_seconds <= 86400 && floor(var.ttl_seconds) == var.ttl_seconds
    error_message = "A whole number of seconds from 60 to 86400."
  }
}

variable "alias_address" {
  description = "Load balancer that the record leads to."
  type        = string
  default     = null
}
