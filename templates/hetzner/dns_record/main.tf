# DNS record
# A record in a zone of Hetzner's DNS: of the values that are given, or else one that leads
# to the stack's load balancer.

terraform {
  required_version = ">= 1.9"

  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

locals {
  # Keys and values start and end with a letter or a digit, values have at most 63 characters.
  labels = merge([for key, value in var.labels : {
    (trim(key, "_-")) = trim(substr(replace(value, "/[^a-zA-Z0-9._-]/", "-"), 0, 63), "._-")
  }]...)

  alias  = length(var.values) == 0
  values = local.alias ? compact([var.alias_address]) : distinct(var.values)

  # Within the zone, @ being the zone itself.
  record = var.domain == var.zone ? "@" : trimsuffix(var.domain, ".${var.zone}")

  # Names are whole ones, texts have quotes.
  records = {
    CNAME = [for value in local.values : "${trimsuffix(value, ".")}."]
    MX    = [for value in local.values : "${trimsuffix(value, ".")}."]
    TXT   = [for value in local.values : "\"${replace(replace(value, "\\", "\\\\"), "\"", "\\\"")}\""]
  }
}

resource "hcloud_zone_rrset" "this" {
  zone    = var.zone
  name    = local.record
  type    = var.type
  ttl     = var.ttl_seconds
  records = [for value in lookup(local.records, var.type, local.values) : { value = value }]
  labels  = local.labels

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
