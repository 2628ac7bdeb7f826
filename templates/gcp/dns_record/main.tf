# DNS record
# A name in a zone of Cloud DNS that exists already: for the values that are given,
# or else for the stack's load balancer.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  alias  = length(var.values) == 0
  values = local.alias ? compact([var.alias_address]) : var.values

  # Names end with a dot; text is quoted, in parts of at most 255 characters.
  rrdatas = [for value in local.values :
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
      condition     = !local.alias || var.alias_address != null
      error_message = "The record ${var.domain} leads nowhere: give it values, or add a load balancer to the stack."
    }

    precondition {
      condition     = !local.alias || var.type == "A"
      error_message = "A record that leads to a load balancer has the type A: give ${var.domain} values, or set type to A."
    }
  }
}
