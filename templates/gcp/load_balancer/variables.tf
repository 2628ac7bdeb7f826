variable "name" {
  description = "Name of the resource in its stack."
  type        = string
  nullable    = false
}

variable "labels" {
  description = "Labels of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "public" {
  description = "Say yes: it takes requests from the whole internet, and has no other address."
  type        = bool
  nullable    = false

  validation {
    condition     = var.public
    error_message = "Yes: this load balancer is on the internet, for everybody. A stack that is not to be needs none of this kind."
  }
}

variable "domain" {
  description = "Domain to serve over HTTPS, such as www.example.com, whose A record leads here; empty for HTTP."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain)) && length(var.domain) <= 253
    error_message = "A domain in small letters, such as www.example.com."
  }
}

variable "health_path" {
  description = "Path that tells whether a machine is well."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/", var.health_path)) && length(var.health_path) <= 200
    error_message = "A path that starts with /, of at most 200 characters."
  }
}

variable "timeout_seconds" {
  description = "Seconds that a machine has to answer a request."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "A whole number of seconds from 1 to 3600."
  }
}

variable "access_logs" {
  description = "Logs every request, which is billed by volume."
  type        = bool
  default     = false
  nullable    = false
}

variable "target_ids" {
  description = "Machines that requests are sent to, at their service port."
  type        = list(string)
  nullable    = false
}
