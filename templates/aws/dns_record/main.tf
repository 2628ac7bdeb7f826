# DNS record
# A record in a hosted zone of Route 53: of the values that are given, or else one that leads
# to the stack's load balancer or container service.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  alias = length(var.values) == 0
}

resource "aws_route53_record" "this" {
  zone_id = var.zone
  name    = var.domain
  type    = var.type
  ttl     = local.alias ? null : var.ttl_seconds
  records = local.alias ? null : var.values

  dynamic "alias" {
    for_each = local.alias ? [var.domain] : []

    content {
      name                   = var.alias_address
      zone_id                = var.alias_zone_id
      evaluate_target_health = true
    }
  }

  lifecycle {
    precondition {
      condition     = !local.alias || var.alias_address != null
      error_message = "The record ${var.domain} leads nowhere: give it values, or add a load balancer or a container service to the stack."
    }
  }
}
