# DNS record
# A name in a public or private zone of Cloud DNS that exists already. An A record
# without values names a public address of the stack.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  given = length(var.values) == 0 && var.type == "A" ? compact([var.public_address]) : var.values

  # Names end with a dot; text is quoted, in parts of at most 255 characters.
  rrdatas = [for value in local.given :
    contains(["CNAME", "MX", "NS", "SRV"], var.type) ? "${trimsuffix(value, ".")}." :
    var.type == "TXT" && !startswith(value, "\"") ? "\"${join("\" \"", regexall(".{1,255}", value))}\"" :
    value
  ]
}

resource "google_dns_record_set" "this" {
  managed_zone = var.zone
  name         = "${var.domain}."
  type         = var.type
  ttl          = var.ttl_seconds
  rrdatas      = local.rrdatas

  lifecycle {
    precondition {
      condition     = length(local.rrdatas) > 0
      error_message = "Nothing to point to: give values, or add a load balancer or a machine with a public address and choose it."
    }
  }
}
