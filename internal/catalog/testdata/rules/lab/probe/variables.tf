variable "option" {
  type    = string
  default = "a"
  validation {
    condition     = contains(["a", "b", "ü"], var.option)
    error_message = "The option must be a, b or ü."
  }
}

variable "number_option" {
  type    = number
  default = 1
  validation {
    condition     = contains([1, 2, 4], var.number_option)
    error_message = "The number must be 1, 2 or 4."
  }
}

variable "between" {
  type    = number
  default = 1
  validation {
    condition     = var.between >= 1 && var.between <= 64 && floor(var.between) == var.between
    error_message = "A whole number from 1 to 64."
  }
}

variable "mirrored" {
  type    = number
  default = 0
  validation {
    condition     = (-1.5 <= var.mirrored) && (2.5 >= var.mirrored)
    error_message = "Between -1.5 and 2.5."
  }
}

variable "open_bound" {
  type    = number
  default = 1
  validation {
    condition     = var.open_bound > 0
    error_message = "More than zero."
  }
}

variable "pattern" {
  type    = string
  default = "abc"
  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)*$", var.pattern))
    error_message = "Small letters and single dashes."
  }
}

variable "short" {
  type    = string
  default = "abc"
  validation {
    condition     = length(var.short) >= 2 && length(var.short) < 6
    error_message = "2 to 5 characters."
  }
}

variable "optional" {
  type    = string
  default = null
  validation {
    condition     = var.optional == null ? true : length(var.optional) > 2
    error_message = "Nothing, or more than 2 characters."
  }
}

variable "prefix" {
  type    = string
  default = "arn:x"
  validation {
    condition     = startswith(var.prefix, "arn:") && !endswith(var.prefix, ":") && !strcontains(var.prefix, "*")
    error_message = "Starts with arn:, ends with no colon, has no star."
  }
}

variable "range" {
  type    = string
  default = "10.0.0.0/16"
  validation {
    condition     = can(cidrhost(var.range, 10))
    error_message = "A range with at least 11 addresses."
  }
  validation {
    condition     = can(cidrnetmask(var.range)) && try(tonumber(split("/", var.range)[1]), 99) <= 26
    error_message = "IPv4, at most /26, not ${var.range}."
  }
}

variable "tags" {
  type    = list(string)
  default = []
  validation {
    condition     = length(var.tags) <= 3 && alltrue([for t in var.tags : can(regex("^[a-z]+$", t))])
    error_message = "At most 3 tags of small letters."
  }
}

variable "ports" {
  type    = set(number)
  default = [80]
  validation {
    condition     = !anytrue([for p in var.ports : p < 1 || p > 65535])
    error_message = "Ports from 1 to 65535."
  }
}

variable "pairs" {
  type    = map(string)
  default = {}
  validation {
    condition     = length(setsubtract(keys(var.pairs), ["x", "y"])) == 0
    error_message = "Only x and y."
  }
}

variable "names" {
  type    = list(string)
  default = ["a", "b"]
  validation {
    condition     = length(var.names) >= 2
    error_message = "At least 2 names."
  }
}

variable "table" {
  type    = map(string)
  default = {}
}

variable "flag" {
  type    = bool
  default = false
  validation {
    condition     = !var.flag || var.option == "a"
    error_message = "The flag goes with option a only."
  }
}

variable "object" {
  type    = object({ a = string, b = optional(number, 3) })
  default = { a = "x" }
  validation {
    condition     = var.object.b == 3
    error_message = "Always 3."
  }
}
