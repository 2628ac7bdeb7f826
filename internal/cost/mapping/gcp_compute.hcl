# Machines of Google Cloud and their disks.

provider = "gcp"

type "google_compute_instance" {
  # In state every machine has the source of its boot disk, and what that is like: a
  # disk that another resource is, or that the configuration names, is not its own.
  uses "disk" {
    type    = "google_compute_disk"
    through = ["boot_disk.source"]
  }

  uses "copied_disk" {
    type    = "google_compute_region_disk"
    through = ["boot_disk.source"]
  }

  planned "sources" {
    type    = "google_compute_disk"
    through = ["boot_disk.source"]
    or_set  = true
  }

  # In state every external address is there too.
  planned "addresses" {
    type    = "google_compute_address"
    as      = ["address"]
    through = ["network_interface.access_config.nat_ip"]
    or_set  = true
  }

  locals {
    machine = gcp_machine(self.machine_type)
    spot    = get(self.scheduling, "preemptible") == true || get(self.scheduling, "provisioning_model") == "SPOT"
    terms   = local.spot ? "spot" : "on demand"
    variant = local.spot ? "/spot" : ""
    hours   = gcp_hours(local.machine.sustained, local.spot)
    running = coalesce(self.desired_status, "RUNNING") != "TERMINATED" # a machine that is stopped costs what its disks do

    boot      = get(self.boot_disk, "initialize_params")
    boot_type = assume(get(local.boot, "type"), "pd-standard", "pd-standard boot disk")
    own       = disk == null && copied_disk == null && length(sources) == 0 && (given(local.boot) || !given(get(self.boot_disk, "source")))
    image     = coalesce(try(disk.image, null), get(local.boot, "image"))
    licence   = try(regex("windows|rhel|sles|sql-", lower(local.image)), "")
    ephemeral = ephemeral_addresses(self.network_interface, addresses)
  }

  fixed "compute" {
    label    = "Instance ${local.machine.name}, ${local.terms}"
    unit     = "hour"
    key      = "compute.instance/${local.machine.name}${local.variant}"
    quantity = local.hours
    when     = local.running && !local.machine.custom
  }

  fixed "cores" {
    label    = "Custom instance ${local.machine.family}, vCPUs, ${local.terms}"
    unit     = "vCPU-hour"
    key      = "compute.core/${local.machine.family}-custom${local.variant}"
    quantity = local.machine.vcpus * local.hours
    when     = local.running && local.machine.custom
  }

  fixed "memory" {
    label    = "Custom instance ${local.machine.family}, memory, ${local.terms}"
    unit     = "GB-hour"
    key      = "compute.ram/${local.machine.family}-custom${local.variant}"
    quantity = local.machine.memory * local.hours
    when     = local.running && local.machine.custom
  }

  # It has no sustained use discount.
  fixed "extended_memory" {
    label    = "Custom instance ${local.machine.family}, extended memory, ${local.terms}"
    unit     = "GB-hour"
    key      = "compute.ram/${local.machine.family}-custom-extended${local.variant}"
    quantity = local.machine.extended * hours
    when     = local.running && local.machine.custom && local.machine.extended > 0
  }

  fixed "licence" {
    label    = "Licence of the image, ${local.licence}"
    unit     = "hour"
    key      = "compute.licence/${trimsuffix(local.licence, "-")}/${local.machine.name}"
    quantity = hours
    when     = local.running && local.licence != ""
  }

  # Only n1 machines take accelerators: others are sold with theirs.
  fixed "gpu" {
    for_each = self.guest_accelerator
    label    = "GPU ${regex("[^/]*$", get(each, "type"))}, ${local.terms}"
    unit     = "hour"
    key      = "compute.gpu/${regex("[^/]*$", get(each, "type"))}${local.variant}"
    quantity = get(each, "count") * hours
    when     = local.running && local.machine.family == "n1"
  }

  fixed "address" {
    label    = "External address in use"
    unit     = "hour"
    key      = "address/in-use${local.variant}"
    quantity = local.ephemeral * hours
    when     = local.running && local.ephemeral > 0
  }

  # A boot disk that is made elsewhere is a resource of its own.
  fixed "boot_disk" {
    label    = "Boot disk ${local.boot_type}"
    unit     = "GB-month"
    key      = "compute.disk/${local.boot_type}"
    quantity = assume(get(local.boot, "size"), 10, "10 GB boot disk, as most images have,")
    when     = local.own
  }

  fixed "boot_disk_iops" {
    label    = "Boot disk ${local.boot_type}, provisioned IOPS"
    unit     = "IOPS-month"
    key      = "compute.disk.iops/${local.boot_type}"
    quantity = get(local.boot, "provisioned_iops")
    when     = local.own && given(positive(get(local.boot, "provisioned_iops")))
  }

  fixed "local_ssd" {
    for_each = self.scratch_disk
    label    = "Local SSD"
    unit     = "GB-month"
    key      = "compute.disk/local-ssd${local.variant}"
    quantity = coalesce(get(each, "size"), 375)
    when     = local.running
  }
}

type "google_compute_disk" {
  aliases = ["google_compute_region_disk"]

  locals {
    type   = try(regex("[^/]+$", self.type), "pd-standard")
    copies = given(self.replica_zones) ? "/regional" : ""
    copied = given(self.snapshot) || given(self.source_disk) || given(self.source_instant_snapshot)
    told   = given(self.size) ? self.size : local.copied ? fail("its size is that of what it is made from") : null
    # What a disk gets that names no size, in GB: https://cloud.google.com/sdk/gcloud/reference/compute/disks/create
    usual = given(self.image) ? 10 : try({ "pd-standard" = 500, "pd-balanced" = 100, "pd-ssd" = 100 }[local.type], null)
    size  = assume(local.told, local.usual, "${coalesce(local.usual, 0)} GB ${local.type} disk")
  }

  fixed "storage" {
    label    = "Disk ${local.type}"
    unit     = "GB-month"
    key      = "compute.disk/${local.type}${local.copies}"
    quantity = local.size
  }

  # Of other types the price of storage includes them.
  fixed "iops" {
    label    = "Disk ${local.type}, provisioned IOPS"
    unit     = "IOPS-month"
    key      = "compute.disk.iops/${local.type}${local.copies}"
    quantity = positive(self.provisioned_iops)
    when     = local.type == "pd-extreme" || startswith(local.type, "hyperdisk-") && given(positive(self.provisioned_iops))
  }

  fixed "throughput" {
    label    = "Disk ${local.type}, provisioned throughput"
    unit     = "MiBps-month"
    key      = "compute.disk.throughput/${local.type}${local.copies}"
    quantity = self.provisioned_throughput
    when     = startswith(local.type, "hyperdisk-") && given(positive(self.provisioned_throughput))
  }
}
