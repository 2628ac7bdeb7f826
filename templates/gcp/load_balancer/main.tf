# Load balancer
# Takes HTTP requests at one address for the whole world and spreads them over
# the machines of the stack in all its regions, to the nearest first. With a domain
# it serves HTTPS, with a certificate that renews itself, and sends plain HTTP there.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  https = var.domain != ""
}

resource "google_compute_global_address" "this" {
  name        = local.cloud_name
  description = "Address of the load balancer ${local.title}"
  labels      = local.labels
}

resource "google_compute_health_check" "this" {
  name                = local.cloud_name
  description         = "Whether a machine behind ${local.title} is well"
  check_interval_sec  = 10
  timeout_sec         = 5
  healthy_threshold   = 2
  unhealthy_threshold = 3

  http_health_check {
    request_path       = var.health_path
    port_specification = "USE_SERVING_PORT"
  }
}

resource "google_compute_backend_service" "this" {
  name                            = local.cloud_name
  description                     = "Machines behind ${local.title}"
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  protocol                        = "HTTP"
  port_name                       = "service" # the service port of each machine
  timeout_sec                     = var.timeout_seconds
  connection_draining_timeout_sec = 60
  health_checks                   = [google_compute_health_check.this.id]

  dynamic "backend" {
    for_each = var.target_ids

    content {
      group           = backend.value
      balancing_mode  = "UTILIZATION"
      max_utilization = 0.8
      capacity_scaler = 1
    }
  }

  log_config {
    enable      = var.access_logs
    sample_rate = 1
  }
}

resource "google_compute_url_map" "this" {
  name            = local.cloud_name
  description     = "Load balancer ${local.title}"
  default_service = google_compute_backend_service.this.id
}

# Plain HTTP: the machines, or the way to HTTPS where there is a domain.
resource "google_compute_url_map" "redirect" {
  count = local.https ? 1 : 0

  name        = "${local.cloud_name}-redirect"
  description = "From HTTP to HTTPS for ${local.title}"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }

  lifecycle {
    create_before_destroy = true # goes after the proxy that names it has changed
  }
}

resource "google_compute_target_http_proxy" "this" {
  name    = local.cloud_name
  url_map = local.https ? google_compute_url_map.redirect[0].id : google_compute_url_map.this.id
}

resource "google_compute_global_forwarding_rule" "http" {
  name                  = "${local.cloud_name}-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "80"
  target                = google_compute_target_http_proxy.this.id
  labels                = local.labels
}

# A certificate does not change: another domain gets another one, before the old
# one goes.
resource "google_compute_managed_ssl_certificate" "this" {
  count = local.https ? 1 : 0

  name = "${local.cloud_name}-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_target_https_proxy" "this" {
  count = local.https ? 1 : 0

  name             = local.cloud_name
  url_map          = google_compute_url_map.this.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this[0].id]
}

resource "google_compute_global_forwarding_rule" "https" {
  count = local.https ? 1 : 0

  name                  = "${local.cloud_name}-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.this[0].id
  labels                = local.labels
}
