# Kubernetes cluster
# A cluster of Google Kubernetes Engine over the zones of the region, with nodes
# that have no public address and grow in number with the work. For images from
# outside Google Cloud its network needs NAT.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  # What nodes need to run, and to fetch images of the project.
  # https://cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
  node_roles = ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"]

  # Zone b is in all regions.
  node_zones = var.high_availability ? null : ["${var.region}-b"]
}

resource "google_service_account" "nodes" {
  account_id   = "${trimsuffix(substr(var.name, 0, 20), "-")}-${local.hash}"
  display_name = substr("Nodes of ${local.title}", 0, 100)
}

resource "google_project_iam_member" "nodes" {
  for_each = toset(local.node_roles)

  project = google_service_account.nodes.project
  role    = each.value
  member  = google_service_account.nodes.member
}

resource "google_container_cluster" "this" {
  name                = local.short_name # the service takes 40 characters
  description         = "Cluster ${local.title}"
  location            = var.region
  node_locations      = local.node_zones
  network             = var.network_id
  subnetwork          = var.subnet_ids[0]
  networking_mode     = "VPC_NATIVE"
  datapath_provider   = "ADVANCED_DATAPATH" # enforces network policies
  deletion_protection = var.deletion_protection
  resource_labels     = local.labels

  # The nodes have a pool of their own; the one that a cluster begins with goes.
  remove_default_node_pool = true
  initial_node_count       = 1

  node_config {
    service_account = google_service_account.nodes.email
  }

  ip_allocation_policy {
    cluster_ipv4_cidr_block  = "/17" # pods, 128 nodes
    services_ipv4_cidr_block = "/22"
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = length(var.allowed_cidrs) == 0
  }

  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false # the machines of Google's other customers

    dynamic "cidr_blocks" {
      for_each = toset([for cidr in var.allowed_cidrs : cidrsubnet(cidr, 0, 0)])

      content {
        cidr_block = cidr_blocks.value
      }
    }
  }

  release_channel {
    channel = upper(var.release_channel)
  }

  maintenance_policy {
    daily_maintenance_window {
      start_time = "02:00" # UTC
    }
  }

  workload_identity_config {
    workload_pool = "${google_service_account.nodes.project}.svc.id.goog"
  }

  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  cost_management_config {
    enabled = true
  }

  lifecycle {
    ignore_changes = [node_config] # of the pool that is gone
  }
}

resource "google_container_node_pool" "this" {
  name               = "main"
  cluster            = google_container_cluster.this.id
  node_locations     = local.node_zones
  initial_node_count = 1 # per zone

  autoscaling {
    total_min_node_count = var.min_nodes
    total_max_node_count = var.max_nodes
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = var.node_size
    disk_size_gb    = var.disk_gib
    disk_type       = "pd-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"] # what they may do is said by roles
    resource_labels = local.labels

    metadata = {
      "disable-legacy-endpoints" = "true"
    }

    kubelet_config {
      insecure_kubelet_readonly_port_enabled = "FALSE"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }

    # Pods act as accounts of their own, not as the node.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }

  lifecycle {
    ignore_changes = [initial_node_count] # the number changes with the work
  }

  depends_on = [google_project_iam_member.nodes]
}

# Pods have addresses of their own, which the network's rule does not know.
resource "google_compute_firewall" "pods" {
  name          = "${local.cloud_name}-pods"
  description   = "Pods of ${local.title} reach the resources of their network."
  network       = var.network_id
  direction     = "INGRESS"
  source_ranges = [google_container_cluster.this.cluster_ipv4_cidr]

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
