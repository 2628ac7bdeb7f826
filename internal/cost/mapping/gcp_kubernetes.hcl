# Clusters of Google Kubernetes Engine and their nodes, which are machines of
# Compute Engine and cost as much.

provider = "gcp"

type "google_container_cluster" {
  locals {
    autopilot = self.enable_autopilot == true
    # The first pool is the cluster's own if it says how many nodes that has; else
    # its pools are blocks. There is neither where the default pool is removed.
    own    = !local.autopilot && self.remove_default_node_pool != true && coalesce(self.initial_node_count, 0) > 0
    blocks = !local.autopilot && self.remove_default_node_pool != true && coalesce(self.initial_node_count, 0) == 0

    # node_locations of a zonal cluster are those beside its own.
    zonal  = can(regex("^[a-z]+-[a-z]+[0-9]+-[a-z]$", self.location))
    listed = given(self.node_locations) ? length(self.node_locations) : null
    zones  = assume(local.zonal ? 1 + coalesce(local.listed, 0) : local.listed, 3, "nodes in 3 zones")

    machine = gcp_machine(assume(get(self.node_config, "machine_type"), "e2-medium", "e2-medium nodes"))
    spot    = get(self.node_config, "spot") == true || get(self.node_config, "preemptible") == true
    hours   = gcp_hours(local.machine.sustained, local.spot)
    nodes   = self.initial_node_count * local.zones
    disk    = assume(get(self.node_config, "disk_type"), "pd-balanced", "pd-balanced boot disks")

    node_pools = [for p in coalesce(self.node_pool, []) : {
      machine = gcp_machine(assume(get(p, "node_config", "machine_type"), "e2-medium", "e2-medium nodes"))
      spot    = get(p, "node_config", "spot") == true || get(p, "node_config", "preemptible") == true
      nodes   = assume(coalesce(get(p, "node_count"), get(p, "initial_node_count"), get(p, "autoscaling", "min_node_count")), 1, "one node in each zone") * local.zones
      disk    = assume(get(p, "node_config", "disk_type"), "pd-balanced", "pd-balanced boot disks")
      gb      = assume(get(p, "node_config", "disk_size_gb"), 100, "100 GB boot disks")
    }]
  }

  fixed "cluster" {
    label    = "Cluster management"
    unit     = "hour"
    key      = "gke.cluster"
    quantity = assume(null, hours, "no free cluster (each billing account has one)")
  }

  fixed "nodes" {
    label    = "Nodes ${local.machine.name}, ${local.spot ? "spot" : "on demand"}"
    unit     = "hour"
    key      = local.machine.custom ? fail("custom machine types are supported in google_container_node_pool") : "compute.instance/${local.machine.name}${local.spot ? "/spot" : ""}"
    quantity = local.nodes * local.hours
    when     = local.own
  }

  fixed "disks" {
    label    = "Boot disks of nodes, ${local.disk}"
    unit     = "GB-month"
    key      = "compute.disk/${local.disk}"
    quantity = local.nodes * assume(get(self.node_config, "disk_size_gb"), 100, "100 GB boot disks")
    when     = local.own
  }

  fixed "pool_nodes" {
    for_each = local.node_pools
    label    = "Nodes ${each.machine.name}, ${each.spot ? "spot" : "on demand"}"
    unit     = "hour"
    key      = each.machine.custom ? fail("custom machine types are supported in google_container_node_pool") : "compute.instance/${each.machine.name}${each.spot ? "/spot" : ""}"
    quantity = each.nodes * gcp_hours(each.machine.sustained, each.spot)
    when     = local.blocks
  }

  fixed "pool_disks" {
    for_each = local.node_pools
    label    = "Boot disks of nodes, ${each.disk}"
    unit     = "GB-month"
    key      = "compute.disk/${each.disk}"
    quantity = each.nodes * each.gb
    when     = local.blocks
  }

  # Only n1 machines take accelerators: others are sold with theirs.
  fixed "gpus" {
    for_each = get(self.node_config, "guest_accelerator")
    label    = "GPU ${get(each, "type")}, ${local.spot ? "spot" : "on demand"}"
    unit     = "hour"
    key      = "compute.gpu/${get(each, "type")}${local.spot ? "/spot" : ""}"
    quantity = local.nodes * get(each, "count") * hours
    when     = local.own && local.machine.family == "n1"
  }

  fixed "local_ssds" {
    label    = "Local SSDs of nodes"
    unit     = "GB-month"
    key      = "compute.disk/local-ssd${local.spot ? "/spot" : ""}"
    quantity = local.nodes * get(self.node_config, "local_ssd_count") * 375
    when     = local.own && coalesce(get(self.node_config, "local_ssd_count"), 0) > 0
  }

  usage "pod_vcpus" {
    label = "vCPUs that pods ask for"
    unit  = "vCPU-hour"
    key   = "gke.autopilot.vcpu"
    when  = local.autopilot
  }

  usage "pod_memory" {
    label = "Memory that pods ask for"
    unit  = "GB-hour"
    key   = "gke.autopilot.memory"
    when  = local.autopilot
  }
}

type "google_container_node_pool" {
  region = try(regex("^[a-z]+-[a-z]+[0-9]+", coalesce(self.location, try(cluster.location, null))), null)

  uses "cluster" {
    type    = "google_container_cluster"
    through = ["cluster"]
  }

  locals {
    # A pool is where it says, else in the zones of its cluster; those of a zonal
    # cluster are beside its own.
    location = coalesce(self.location, try(cluster.location, null))
    zonal    = can(regex("^[a-z]+-[a-z]+[0-9]+-[a-z]$", local.location))
    listed   = given(self.node_locations) ? length(self.node_locations) : null
    cluster  = try(length(cluster.node_locations), null)
    zones    = assume(coalesce(local.listed, local.zonal ? 1 + coalesce(local.cluster, 0) : local.cluster), 3, "nodes in 3 zones")

    # Of each zone, but for the total that autoscaling may have instead.
    count = coalesce(self.node_count, self.initial_node_count)
    total = local.count == null && coalesce(get(self.autoscaling, "total_min_node_count"), 0) > 0 ? get(self.autoscaling, "total_min_node_count") : null
    each  = assume(coalesce(local.count, get(self.autoscaling, "min_node_count")), 1, "one node in each zone")
    nodes = coalesce(local.total, local.each * local.zones)

    machine = gcp_machine(assume(get(self.node_config, "machine_type"), "e2-medium", "e2-medium nodes"))
    spot    = get(self.node_config, "spot") == true || get(self.node_config, "preemptible") == true
    terms   = local.spot ? "spot" : "on demand"
    variant = local.spot ? "/spot" : ""
    hours   = gcp_hours(local.machine.sustained, local.spot)
    disk    = assume(get(self.node_config, "disk_type"), "pd-balanced", "pd-balanced boot disks")
  }

  fixed "nodes" {
    label    = "Nodes ${local.machine.name}, ${local.terms}"
    unit     = "hour"
    key      = "compute.instance/${local.machine.name}${local.variant}"
    quantity = local.nodes * local.hours
    when     = !local.machine.custom
  }

  fixed "cores" {
    label    = "Custom nodes ${local.machine.family}, vCPUs, ${local.terms}"
    unit     = "vCPU-hour"
    key      = "compute.core/${local.machine.family}-custom${local.variant}"
    quantity = local.nodes * local.machine.vcpus * local.hours
    when     = local.machine.custom
  }

  fixed "memory" {
    label    = "Custom nodes ${local.machine.family}, memory, ${local.terms}"
    unit     = "GB-hour"
    key      = "compute.ram/${local.machine.family}-custom${local.variant}"
    quantity = local.nodes * local.machine.memory * local.hours
    when     = local.machine.custom
  }

  fixed "extended_memory" {
    label    = "Custom nodes ${local.machine.family}, extended memory, ${local.terms}"
    unit     = "GB-hour"
    key      = "compute.ram/${local.machine.family}-custom-extended${local.variant}"
    quantity = local.nodes * local.machine.extended * hours
    when     = local.machine.custom && local.machine.extended > 0
  }

  fixed "disks" {
    label    = "Boot disks of nodes, ${local.disk}"
    unit     = "GB-month"
    key      = "compute.disk/${local.disk}"
    quantity = local.nodes * assume(get(self.node_config, "disk_size_gb"), 100, "100 GB boot disks")
  }

  fixed "local_ssds" {
    label    = "Local SSDs of nodes"
    unit     = "GB-month"
    key      = "compute.disk/local-ssd${local.variant}"
    quantity = local.nodes * get(self.node_config, "local_ssd_count") * 375
    when     = coalesce(get(self.node_config, "local_ssd_count"), 0) > 0
  }

  # Only n1 machines take accelerators: others are sold with theirs.
  fixed "gpus" {
    for_each = get(self.node_config, "guest_accelerator")
    label    = "GPU ${get(each, "type")}, ${local.terms}"
    unit     = "hour"
    key      = "compute.gpu/${get(each, "type")}${local.variant}"
    quantity = local.nodes * get(each, "count") * hours
    when     = local.machine.family == "n1"
  }

  fixed "licence" {
    label    = "Licence of Windows nodes"
    unit     = "hour"
    key      = "compute.licence/windows/${local.machine.name}"
    quantity = local.nodes * hours
    when     = try(startswith(lower(get(self.node_config, "image_type")), "windows"), false)
  }
}
