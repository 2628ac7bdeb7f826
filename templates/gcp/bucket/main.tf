# Bucket
# Private, encrypted storage for files (Cloud Storage), which keeps what was
# overwritten or deleted for a while.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  # All buckets of the world share their names, and none may have "goog" in it.
  bucket_name = replace(local.cloud_name, "goog", "go0g")

  week_seconds = 7 * 24 * 60 * 60
}

resource "google_storage_bucket" "this" {
  name                        = local.bucket_name
  location                    = upper(var.region) # as the service writes it
  storage_class               = var.storage_class
  uniform_bucket_level_access = true
  public_access_prevention    = var.public ? "inherited" : "enforced"
  force_destroy               = var.delete_contents
  labels                      = local.labels

  versioning {
    enabled = var.versioning
  }

  # Deleted objects, older versions too, can be restored for a week.
  soft_delete_policy {
    retention_duration_seconds = local.week_seconds
  }

  dynamic "lifecycle_rule" {
    for_each = var.versioning ? [var.old_versions_days] : []

    content {
      action {
        type = "Delete"
      }

      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.expire_days > 0 ? [var.expire_days] : []

    content {
      action {
        type = "Delete"
      }

      condition {
        age        = lifecycle_rule.value
        with_state = "LIVE"
      }
    }
  }

  # Parts of uploads that nobody finished.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }
}

resource "google_storage_bucket_iam_member" "public" {
  count = var.public ? 1 : 0

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
