# Load balancer
# Spreads HTTP requests over all virtual machines of the stack, and takes HTTPS where it is
# given a domain. It is reached from the stack's network only, unless that is asked for.

terraform {
  required_version = ">= 1.9"

  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

locals {
  https = var.domain != ""
}

resource "hcloud_load_balancer" "this" {
  name               = local.cloud_name
  load_balancer_type = var.size
  location           = var.region
  delete_protection  = var.deletion_protection
  labels             = local.labels
}

resource "hcloud_load_balancer_network" "this" {
  load_balancer_id        = hcloud_load_balancer.this.id
  subnet_id               = var.subnet_ids[0]
  enable_public_interface = var.public
}

resource "hcloud_load_balancer_service" "this" {
  load_balancer_id = hcloud_load_balancer.this.id
  protocol         = local.https ? "https" : "http"
  listen_port      = local.https ? 443 : 80
  destination_port = var.target_port

  http {
    certificates  = hcloud_managed_certificate.this[*].id
    redirect_http = local.https
  }

  health_check {
    protocol = "http"
    port     = var.target_port
    interval = 15
    timeout  = 10
    retries  = 3

    http {
      path         = var.health_path
      status_codes = ["2??", "3??"]
    }
  }
}

# By name and not by place in the list: removing one machine leaves the others where they are.
resource "hcloud_load_balancer_target" "this" {
  for_each = zipmap(var.target_key_ids, var.target_ids)

  load_balancer_id = hcloud_load_balancer.this.id
  type             = "server"
  server_id        = each.value
  use_private_ip   = true

  depends_on = [hcloud_load_balancer_network.this]
}

# A certificate does not change: another domain gets another one, before the old one goes.
resource "hcloud_managed_certificate" "this" {
  count = local.https ? 1 : 0

  name         = "${trim(substr(local.cloud_name, 0, 54), "-")}-${substr(sha256(var.domain), 0, 8)}"
  domain_names = [var.domain]
  labels       = local.labels

  lifecycle {
    create_before_destroy = true
  }
}
