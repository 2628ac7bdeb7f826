# Container service
# Runs a container for as many requests as come (Cloud Run), over HTTPS, in the
# stack's network where there is one.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  sizes = {
    "1-512"  = { cpu = "1", memory = "512Mi" }
    "1-1024" = { cpu = "1", memory = "1Gi" }
    "2-2048" = { cpu = "2", memory = "2Gi" }
    "4-4096" = { cpu = "4", memory = "4Gi" }
    "8-8192" = { cpu = "8", memory = "8Gi" }
  }
}

# An account of its own, which may do nothing until somebody grants it something.
resource "google_service_account" "this" {
  account_id   = "${trimsuffix(substr(var.name, 0, 20), "-")}-${local.hash}"
  display_name = substr("Container ${local.title}", 0, 100)
}

resource "google_cloud_run_v2_service" "this" {
  name                 = local.cloud_name
  description          = "Container ${local.title}"
  location             = var.region
  ingress              = var.public ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  invoker_iam_disabled = var.public
  deletion_protection  = var.deletion_protection
  labels               = local.labels

  template {
    service_account                  = google_service_account.this.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = var.concurrency
    timeout                          = "${var.timeout_seconds}s"
    labels                           = local.labels

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    containers {
      image = var.image

      ports {
        container_port = var.port
      }

      resources {
        limits            = local.sizes[var.size]
        cpu_idle          = true # billed while there are requests
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = var.environment

        content {
          name  = env.key
          value = env.value
        }
      }

      startup_probe {
        failure_threshold = 24
        period_seconds    = 10
        timeout_seconds   = 5

        tcp_socket {
          port = var.port
        }
      }
    }

    dynamic "vpc_access" {
      for_each = length(var.subnet_ids) > 0 ? [true] : []

      content {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          subnetwork = var.subnet_ids[0]
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }
}
