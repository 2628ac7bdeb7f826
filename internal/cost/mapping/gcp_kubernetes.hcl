# Clusters of Google Kubernetes Engine and their nodes, which are machines of
# Compute Engine and cost as much.

provider = "gcp"

# The nodes of local.nodes, a list of pools: how many nodes each has, and the node_config
# that they are made with.
components "nodes" {
  locals {
    pools = [for p in local.nodes : {
      count   = p.count
      machine = gcp_machine(assume(get(p.config, "machine_type"), "e2-medium", "e2-medium nodes"))
      spot    = get(p.config, "spot") == true || get(p.config, "preemptible") == true
      disk    = assume(get(p.config, "disk_type"), "pd-balanced", "pd-balanced boot disks")
      gb      = assume(get(p.config, "disk_size_gb"), 100, "100 GB boot disks")
      ssds    = get(p.config, "local_ssd_count")
      gpus    = get(p.config, "guest_accelerator")
      windows = try(startswith(lower(get(p.config, "image_type")), "windows"), false)
    }]
    # Only n1 machines take accelerators: others are sold with theirs.
    gpus = flatten([for p in local.pools : [for g in coalesce(p.gpus, []) : { type = g.type, count = p.count * g.count, spot = p.spot } if p.machine.family == "n1"]])
  }

  fixed "nodes" {
    for_each = local.pools
    label    = "Nodes ${each.machine.name}, ${each.spot ? "spot" : "on demand"}"
    unit     = "hour"
    key      = "compute.instance/${each.machine.name}${each.spot ? "/spot" : ""}"
    quantity = each.count * gcp_hours(each.machine.sustained, each.spot)
    when     = !each.machine.custom
  }

  fixed "cores" {
    for_each = local.pools
    label    = "Custom nodes ${each.machine.family}, vCPUs, ${each.spot ? "spot" : "on demand"}"
    unit     = "vCPU-hour"
    key      = "compute.core/${each.machine.family}-custom${each.spot ? "/spot" : ""}"
    quantity = each.count * each.machine.vcpus * gcp_hours(each.machine.sustained, each.spot)
    when     = each.machine.custom
  }

  fixed "memory" {
    for_each = local.pools
    label    = "Custom nodes ${each.machine.family}, memory, ${each.spot ? "spot" : "on demand"}"
    unit     = "GB-hour"
    key      = "compute.ram/${each.machine.family}-custom${each.spot ? "/spot" : ""}"
    quantity = each.count * each.machine.memory * gcp_hours(each.machine.sustained, each.spot)
    when     = each.machine.custom
  }

  fixed "extended_memory" {
    for_each = local.pools
    label    = "Custom nodes ${each.machine.family}, extended memory, ${each.spot ? "spot" : "on demand"}"
    unit     = "GB-hour"
    key      = "compute.ram/${each.machine.family}-custom-extended${each.spot ? "/spot" : ""}"
    quantity = each.count * each.machine.extended * hours
    when     = each.machine.custom && each.machine.extended > 0
  }

  fixed "disks" {
    for_each = local.pools
    label    = "Boot disks of nodes, ${each.disk}"
    unit     = "GB-month"
    key      = "compute.disk/${each.disk}"
    quantity = each.count * each.gb
  }

  fixed "local_ssds" {
    for_each = local.pools
    label    = "Local SSDs of nodes"
    unit     = "GB-month"
    key      = "compute.disk/local-ssd${each.spot ? "/spot" : ""}"
    quantity = each.count * each.ssds * 375
    when     = coalesce(each.ssds, 0) > 0
  }

  fixed "gpus" {
    for_each = local.gpus
    label    = "GPU ${each.type}, ${each.spot ? "spot" : "on demand"}"
    unit     = "hour"
    key      = "compute.gpu/${each.type}${each.spot ? "/spot" : ""}"
    quantity = each.count * hours
  }

  fixed "licence" {
    for_each = local.pools
    label    = "Licence of Windows nodes"
    unit     = "hour"
    key      = "compute.licence/windows/${each.machine.name}"
    quantity = each.count * hours
    when     = each.windows
  }
}

type "google_container_cluster" {
  include = ["nodes"]

  # In state a cluster has all of its pools, those that are resources of their own too.
  used_by "members" {
    type = "google_container_node_pool"
    by   = ["cluster"]
  }

  planned "pools" {
    type    = "google_container_node_pool"
    as      = ["name"]
    through = ["node_pool.name"]
  }

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

    within = without(self.node_pool, "name", length(members) > 0 ? pools : [])

    first = [for config in [self.node_config] : { config = config, count = self.initial_node_count * local.zones } if local.own]
    nodes = concat(local.first, [for p in coalesce(local.within, []) : {
      config = get(p, "node_config")
      count = local.zones * max(coalesce(get(p, "autoscaling", "min_node_count"), 0),
      assume(coalesce(get(p, "node_count"), get(p, "initial_node_count"), get(p, "autoscaling", "min_node_count")), 1, "one node in each zone"))
    } if local.blocks])
  }

  fixed "cluster" {
    label    = "Cluster management"
    unit     = "hour"
    key      = "gke.cluster"
    quantity = assume(null, hours, "no free cluster (each billing account has one)")
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
  include = ["nodes"]
  region  = try(regex("^[a-z]+-[a-z]+[0-9]+", coalesce(self.location, try(cluster.location, null))), null)

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

    # Of each zone, but for the total that autoscaling may have instead. It keeps as many
    # at least, whatever there is for the moment or was at first.
    count = coalesce(self.node_count, self.initial_node_count)
    least = coalesce(get(self.autoscaling, "min_node_count"), 0)
    total = coalesce(get(self.autoscaling, "total_min_node_count"), 0)
    only  = local.count == null && local.total > 0 ? local.total : null
    each  = assume(coalesce(local.count, get(self.autoscaling, "min_node_count")), 1, "one node in each zone")
    nodes = [{ config = self.node_config, count = coalesce(local.only, max(local.total, max(local.each, local.least) * local.zones)) }]
  }
}
