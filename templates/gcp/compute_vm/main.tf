# Virtual machine
# A machine with an encrypted disk, in the stack's network. People reach it over
# SSH through Identity-Aware Proxy, with their own Google accounts.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  # Families: a new machine gets the newest image of its own.
  images = {
    "debian-13"    = "projects/debian-cloud/global/images/family/debian-13"
    "debian-12"    = "projects/debian-cloud/global/images/family/debian-12"
    "ubuntu-24.04" = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"
    "ubuntu-22.04" = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts"
    "rocky-9"      = "projects/rocky-linux-cloud/global/images/family/rocky-linux-9"
  }

  zone = "${var.region}-${var.zone}"

  # What cannot change in place is part of the name: a new machine is ready, and
  # load balancers know it, before the old one goes.
  version      = substr(sha256(jsonencode([var.image, var.disk_type, var.zone, var.subnet_ids[0]])), 0, 4)
  machine_name = "${local.cloud_name}-${local.version}"

  # https://cloud.google.com/iap/docs/using-tcp-forwarding
  iap_ranges = ["35.235.240.0/20"]

  # Load balancers and their health checks:
  # https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges
  load_balancer_ranges = ["35.191.0.0/16", "130.211.0.0/22"]
}

# An account of its own, which may do nothing until somebody grants it something.
resource "google_service_account" "this" {
  account_id   = "${trimsuffix(substr(var.name, 0, 20), "-")}-${local.hash}"
  display_name = substr("Machine ${local.title}", 0, 100)
}

resource "google_compute_address" "this" {
  count = var.public_ip ? 1 : 0

  name        = local.machine_name
  description = "Address of the machine ${local.title}"
  region      = var.region
  labels      = local.labels

  lifecycle {
    create_before_destroy = true
  }
}

# A disk of its own, which can grow without a new machine.
resource "google_compute_disk" "boot" {
  name        = local.machine_name
  description = "Disk of the machine ${local.title}"
  zone        = local.zone
  image       = local.images[var.image]
  size        = var.disk_gib
  type        = var.disk_type
  labels      = local.labels

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_instance" "this" {
  name                      = local.machine_name
  description               = "Machine ${local.title}"
  zone                      = local.zone
  machine_type              = var.size
  labels                    = local.labels
  deletion_protection       = var.deletion_protection
  allow_stopping_for_update = true

  boot_disk {
    source      = google_compute_disk.boot.self_link
    auto_delete = false # goes with the resource above
  }

  network_interface {
    subnetwork = var.subnet_ids[0]

    dynamic "access_config" {
      for_each = google_compute_address.this

      content {
        nat_ip = access_config.value.address
      }
    }
  }

  metadata = merge(
    {
      "enable-oslogin"         = "TRUE"
      "block-project-ssh-keys" = "TRUE"
    },
    var.startup_script == "" ? {} : { "startup-script" = var.startup_script },
  )

  service_account {
    email  = google_service_account.this.email
    scopes = ["cloud-platform"] # what it may do is said by its roles
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Load balancers send requests to a group; this one has the machine alone. It goes
# after they let go of it, which create_before_destroy stands for.
resource "google_compute_instance_group" "this" {
  name        = local.machine_name
  description = "Machine ${local.title}, for load balancers"
  zone        = local.zone
  network     = var.network_id
  instances   = [google_compute_instance.this.self_link]

  named_port {
    name = "service"
    port = var.service_port
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_firewall" "ssh" {
  name                    = "${local.cloud_name}-ssh"
  description             = "SSH to ${local.title}: through Identity-Aware Proxy, and from the addresses that were asked for."
  network                 = var.network_id
  direction               = "INGRESS"
  source_ranges           = concat(local.iap_ranges, [for cidr in var.ssh_cidrs : cidrsubnet(cidr, 0, 0)])
  target_service_accounts = [google_service_account.this.email]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "load_balancer" {
  name                    = "${local.cloud_name}-lb"
  description             = "Load balancers and their health checks to ${local.title}."
  network                 = var.network_id
  direction               = "INGRESS"
  source_ranges           = local.load_balancer_ranges
  target_service_accounts = [google_service_account.this.email]

  allow {
    protocol = "tcp"
    ports    = [tostring(var.service_port)]
  }
}

resource "google_compute_firewall" "open" {
  count = length(var.allowed_cidrs) > 0 ? 1 : 0

  name                    = "${local.cloud_name}-open"
  description             = "Ports of ${local.title} that were asked to be open."
  network                 = var.network_id
  direction               = "INGRESS"
  source_ranges           = [for cidr in var.allowed_cidrs : cidrsubnet(cidr, 0, 0)]
  target_service_accounts = [google_service_account.this.email]

  allow {
    protocol = "tcp"
    ports    = [for port in var.open_ports : tostring(port)]
  }
}
