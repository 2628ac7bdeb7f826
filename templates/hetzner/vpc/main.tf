# Network
# A private network with one subnet. The other resources of the stack live in it and
# reach each other without leaving it.

terraform {
  required_version = ">= 1.9"

  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

locals {
  # Networks reach over the locations of a zone, and not beyond it.
  zones = {
    fsn1 = "eu-central"
    nbg1 = "eu-central"
    hel1 = "eu-central"
    ash  = "us-east"
    hil  = "us-west"
    sin  = "ap-southeast"
  }
}

resource "hcloud_network" "this" {
  name              = local.cloud_name
  ip_range          = var.cidr
  delete_protection = var.deletion_protection
  labels            = local.labels
}

# Half of the range: the other one stays free for subnets of another kind.
resource "hcloud_network_subnet" "this" {
  network_id   = hcloud_network.this.id
  type         = "cloud"
  network_zone = local.zones[var.region]
  ip_range     = cidrsubnet(var.cidr, 1, 0)
}

# Machines that join it run on different hardware.
resource "hcloud_placement_group" "this" {
  name   = local.cloud_name
  type   = "spread"
  labels = local.labels
}
