# DNS record
# A name on the internet for addresses, or for the stack's load balancer.

terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

locals {
  # 40 characters at most. People recognise the first part, and the hash keeps apart what
  # would be called the same: other projects and kinds, and the same stack in another
  # region.
  project = lookup(var.tags, "project", "")
  stack   = lookup(var.tags, "stack", "")
  place   = replace(join("-", compact([local.project, local.stack])), "/-+/", "-")
  own     = trim(substr(replace(var.name, "/-+/", "-"), 0, 31), "-")
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "dns_record", var.name, var.home_region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # DNS takes 15 tags, and what says whose they are comes first.
  tag_keys = distinct(concat([for key in ["guild", "managed-by", "owner", "project", "stack", "expiry"] : key if contains(keys(local.tags), key)], keys(local.tags)))
  tags_15  = { for key in slice(local.tag_keys, 0, min(15, length(local.tag_keys))) : key => local.tags[key] }

  own_zone = var.zone_resource_group == ""
}

# A zone that is made here has a group of its own, as all resources of a stack do.
resource "azurerm_resource_group" "this" {
  count = local.own_zone ? 1 : 0

  name     = "rg-${local.base}"
  location = var.home_region
  tags     = local.tags
}

resource "azurerm_dns_zone" "this" {
  count = local.own_zone ? 1 : 0

  name                = var.zone
  resource_group_name = azurerm_resource_group.this[0].name
  tags                = local.tags_15
}

resource "azurerm_dns_a_record" "this" {
  name                = var.domain == var.zone ? "@" : trimsuffix(var.domain, ".${var.zone}")
  zone_name           = local.own_zone ? azurerm_dns_zone.this[0].name : var.zone
  resource_group_name = local.own_zone ? azurerm_resource_group.this[0].name : var.zone_resource_group
  ttl                 = var.ttl_seconds
  records             = length(var.values) > 0 ? var.values : [var.alias_address]
  tags                = local.tags_15

  lifecycle {
    precondition {
      condition     = length(var.values) > 0 || var.alias_address != null
      error_message = "The record has nothing to stand for: name its values, or add a load balancer to the stack."
    }
  }
}
