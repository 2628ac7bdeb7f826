# VPC
# A private network with a subnet for the whole region, that the stack's other
# resources join by themselves. Nothing in it is reached from the internet
# unless a resource asks for it.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

resource "google_compute_network" "this" {
  name                    = local.cloud_name
  description             = "Network ${local.title}"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"

  lifecycle {
    create_before_destroy = true # goes after those who use it have let go
  }
}

# A subnet spans all zones of its region. What makes a machine public is an
# address of its own, not its subnet: there is one for all. A range can grow in
# place; another one is another subnet, whence its first address in the name.
resource "google_compute_subnetwork" "this" {
  name                     = "${local.cloud_name}-${substr(sha256(split("/", var.cidr)[0]), 0, 4)}"
  description              = "Network ${local.title}"
  network                  = google_compute_network.this.id
  region                   = var.region
  ip_cidr_range            = var.cidr
  private_ip_google_access = true

  dynamic "log_config" {
    for_each = var.flow_logs ? [true] : []

    content {
      aggregation_interval = "INTERVAL_5_MIN"
      flow_sampling        = 0.5
      metadata             = "INCLUDE_ALL_METADATA"
    }
  }

  lifecycle {
    create_before_destroy = true # goes after those who use it have let go
  }
}

# Google Cloud refuses whatever no rule allows, inside a network too.
resource "google_compute_firewall" "internal" {
  name          = "${local.cloud_name}-internal"
  description   = "Resources of the network reach each other."
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  source_ranges = [var.cidr]

  allow {
    protocol = "tcp"
  }

  allow {
    protocol = "udp"
  }

  allow {
    protocol = "icmp"
  }
}

resource "google_compute_address" "nat" {
  count = var.nat ? 1 : 0

  name        = "${local.cloud_name}-nat"
  description = "Requests of ${local.title} come from here."
  region      = var.region
  labels      = local.labels
}

resource "google_compute_router" "this" {
  count = var.nat ? 1 : 0

  name    = local.cloud_name
  network = google_compute_network.this.id
  region  = var.region
}

resource "google_compute_router_nat" "this" {
  count = var.nat ? 1 : 0

  name                               = local.cloud_name
  router                             = google_compute_router.this[0].name
  region                             = var.region
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.nat[0].self_link]
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
