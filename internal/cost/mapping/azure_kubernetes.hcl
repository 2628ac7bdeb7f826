# Clusters of Azure Kubernetes Service and their nodes, which are virtual machines
# and cost as much.

provider = "azure"

type "azurerm_kubernetes_cluster" {
  locals {
    tier  = lower(coalesce(self.sku_tier, "Free"))
    pool  = self.default_node_pool
    size  = get(local.pool, "vm_size")
    count = coalesce(get(local.pool, "node_count"), get(local.pool, "min_count"))
    nodes = assume(local.count, 1, "one node")
    disk  = azure_disk(azure_premium_disk(local.size) ? "Premium_LRS" : "StandardSSD_LRS", assume(positive(get(local.pool, "os_disk_size_gb")), 128, "128 GB OS disks"), null)
  }

  fixed "cluster" {
    label    = "Cluster management, ${local.tier}"
    unit     = "hour"
    key      = "aks.cluster/${local.tier}"
    quantity = hours
    when     = local.tier != "free"
  }

  fixed "nodes" {
    label    = "Nodes ${local.size}, pay as you go"
    unit     = "hour"
    key      = "vm/${local.size}/linux"
    quantity = local.nodes * hours
  }

  fixed "disks" {
    label    = "OS disks of nodes, ${local.disk}"
    unit     = "month"
    key      = "disk/${local.disk}"
    quantity = local.nodes
    when     = get(local.pool, "os_disk_type") != "Ephemeral" # on the host's own disk
  }

  fixed "addresses" {
    label    = "Public addresses of nodes"
    unit     = "hour"
    key      = "public_ip/standard/static"
    quantity = local.nodes * hours
    when     = get(local.pool, "node_public_ip_enabled") == true
  }
}

type "azurerm_kubernetes_cluster_node_pool" {
  region = try(cluster.location, null)

  uses "cluster" {
    type    = "azurerm_kubernetes_cluster"
    through = ["kubernetes_cluster_id"]
  }

  locals {
    windows = self.os_type == "Windows" || try(startswith(self.os_sku, "Windows"), false)
    spot    = self.priority == "Spot"
    nodes   = assume(coalesce(self.node_count, self.min_count), 1, "one node")
    disk    = azure_disk(azure_premium_disk(self.vm_size) ? "Premium_LRS" : "StandardSSD_LRS", assume(positive(self.os_disk_size_gb), 128, "128 GB OS disks"), null)
  }

  fixed "nodes" {
    label    = "Nodes ${self.vm_size}, ${local.windows ? "Windows" : "Linux"}, ${local.spot ? "spot" : "pay as you go"}"
    unit     = "hour"
    key      = "vm/${self.vm_size}/${local.windows ? "windows" : "linux"}${local.spot ? "/spot" : ""}"
    quantity = local.nodes * hours
  }

  fixed "disks" {
    label    = "OS disks of nodes, ${local.disk}"
    unit     = "month"
    key      = "disk/${local.disk}"
    quantity = local.nodes
    when     = self.os_disk_type != "Ephemeral" # on the host's own disk
  }

  fixed "addresses" {
    label    = "Public addresses of nodes"
    unit     = "hour"
    key      = "public_ip/standard/static"
    quantity = local.nodes * hours
    when     = self.node_public_ip_enabled == true
  }
}
