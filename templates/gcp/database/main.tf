# Database
# A managed PostgreSQL or MySQL server (Cloud SQL) with backups, reached from the
# stack's network alone. Its password is made here and kept in Secret Manager.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

locals {
  postgres = var.engine == "postgres"
  port     = local.postgres ? 5432 : 3306

  # https://cloud.google.com/sql/docs/db-versions
  version = "${upper(var.engine)}_${replace(var.engine_version, ".", "_")}"
}

# Cloud SQL keeps the name of a deleted server for a week.
resource "random_id" "server" {
  byte_length = 3

  keepers = {
    name    = local.cloud_name
    region  = var.region
    version = var.engine
  }
}

resource "google_sql_database_instance" "this" {
  name                = "${local.cloud_name}-${random_id.server.hex}"
  region              = var.region
  database_version    = local.version
  deletion_protection = var.deletion_protection

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.size
    availability_type           = var.high_availability ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.storage_gib
    disk_autoresize             = true                    # what it grew by is no change
    deletion_protection_enabled = var.deletion_protection # in the console and the API too
    retain_backups_on_delete    = true                    # for the days that they are kept
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled = false
      ssl_mode     = "ENCRYPTED_ONLY"

      psc_config {
        psc_enabled               = true
        allowed_consumer_projects = [google_secret_manager_secret.password.project]
      }
    }

    backup_configuration {
      enabled                        = true
      location                       = var.region
      start_time                     = "02:00" # UTC
      point_in_time_recovery_enabled = local.postgres
      binary_log_enabled             = !local.postgres # how MySQL does the same
      transaction_log_retention_days = min(var.backup_days, 7)

      backup_retention_settings {
        retained_backups = var.backup_days
        retention_unit   = "COUNT" # one a day
      }
    }

    maintenance_window {
      day          = 7 # Sunday
      hour         = 3 # UTC
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = startswith(var.size, "db-custom-") # not with a shared vCPU
    }
  }
}

# The server's address in the network: an endpoint of Private Service Connect.
resource "google_compute_address" "this" {
  name         = local.cloud_name
  description  = "Address of the database ${local.title}"
  region       = var.region
  address_type = "INTERNAL"
  subnetwork   = var.subnet_ids[0]
  labels       = local.labels
}

resource "google_compute_forwarding_rule" "this" {
  name                  = local.cloud_name
  description           = "Database ${local.title}"
  region                = var.region
  network               = var.network_id
  ip_address            = google_compute_address.this.self_link
  target                = google_sql_database_instance.this.psc_service_attachment_link
  load_balancing_scheme = "" # what Private Service Connect wants
  labels                = local.labels

  lifecycle {
    replace_triggered_by = [google_sql_database_instance.this.id]
  }
}

resource "google_sql_database" "this" {
  name            = var.database_name
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON" # goes with its server; another name leaves the old one's data
}

resource "random_password" "this" {
  length  = 32
  special = false # fits into every connection string
}

resource "google_sql_user" "this" {
  name            = "app"
  instance        = google_sql_database_instance.this.name
  password        = random_password.this.result
  deletion_policy = "ABANDON" # PostgreSQL keeps users that own something
}

resource "google_secret_manager_secret" "password" {
  secret_id = "${local.cloud_name}-password"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_version" "password" {
  secret      = google_secret_manager_secret.password.id
  secret_data = random_password.this.result
}
