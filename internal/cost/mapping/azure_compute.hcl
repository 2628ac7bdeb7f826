# Machines of Azure and their disks.

provider = "azure"

# What Linux and Windows machines have beside what they cost themselves. The OS disk
# has local.gb.
components "machine" {
  locals {
    # Its disk may be on the host, or be a resource of its own, made from no image here.
    own    = !given(get(self.os_disk, "diff_disk_settings")) && (given(self.source_image_id) || given(self.source_image_reference))
    copies = get(self.os_disk, "storage_account_type")
    disk   = azure_disk(local.copies, local.gb, null)
  }

  fixed "marketplace" {
    label    = "Offer ${get(self.plan, "product")} of the marketplace"
    unit     = "hour"
    key      = "marketplace/${get(self.plan, "publisher")}/${get(self.plan, "product")}/${get(self.plan, "name")}"
    quantity = hours
    when     = given(self.plan)
  }

  fixed "os_disk" {
    label    = "OS disk ${local.disk}"
    unit     = "month"
    key      = "disk/${local.disk}"
    quantity = 1
    when     = local.own
  }

  usage "os_disk_operations" {
    label = "Operations of the OS disk"
    unit  = "request"
    key   = "disk.operations/${local.disk}"
    when  = local.own && try(startswith(local.copies, "Standard"), false)
  }
}

type "azurerm_linux_virtual_machine" {
  include = ["machine"]

  locals {
    spot      = self.priority == "Spot"
    hosted    = given(self.dedicated_host_id) || given(self.dedicated_host_group_id) # the host is paid for
    publisher = try(regex("^redhat|^suse", lower(get(self.source_image_reference, "publisher"))), "")
    system    = lookup({ redhat = "rhel", suse = "sles" }, local.publisher, "linux")
    name      = lookup({ rhel = "RHEL", sles = "SLES" }, local.system, "Linux")
    image     = given(self.license_type) ? "linux" : local.system # a licence may be brought along
    gb        = assume(get(self.os_disk, "disk_size_gb"), 30, "30 GB OS disk, as most images have,")
  }

  fixed "compute" {
    label    = "Instance ${self.size}, ${local.name}, ${local.spot ? "spot" : "pay as you go"}"
    unit     = "hour"
    key      = "vm/${self.size}/${local.image}${local.spot ? "/spot" : ""}"
    quantity = hours
    when     = !local.hosted
  }
}

type "azurerm_windows_virtual_machine" {
  include = ["machine"]

  locals {
    spot     = self.priority == "Spot"
    hosted   = given(self.dedicated_host_id) || given(self.dedicated_host_group_id) # the host is paid for
    licensed = contains(["Windows_Server", "Windows_Client"], coalesce(self.license_type, "None")) # brought along
    name     = local.licensed ? "Windows with a licence of one's own" : "Windows"
    image    = local.licensed ? "linux" : "windows"
    gb       = assume(get(self.os_disk, "disk_size_gb"), 127, "127 GB OS disk, as most images have,")
    sql      = try(lower(get(self.source_image_reference, "publisher")) == "microsoftsqlserver", false)
  }

  fixed "compute" {
    label    = "Instance ${self.size}, ${local.name}, ${local.spot ? "spot" : "pay as you go"}"
    unit     = "hour"
    key      = "vm/${self.size}/${local.image}${local.spot ? "/spot" : ""}"
    quantity = hours
    when     = !local.hosted
  }

  fixed "sql_server" {
    label    = "Licence of SQL Server"
    unit     = "hour"
    key      = "vm.licence/sqlserver/${get(self.source_image_reference, "sku")}/${self.size}"
    quantity = hours
    when     = local.sql
  }
}

type "azurerm_managed_disk" {
  locals {
    type    = self.storage_account_type
    metered = startswith(local.type, "Ultra") || startswith(local.type, "PremiumV2") # by what it has, not in sizes
    kind    = lower(replace(local.type, "_", "/"))
    size    = given(self.disk_size_gb) ? self.disk_size_gb : fail("its size is that of what it is made from")
    disk    = azure_disk(local.type, local.size, self.tier)
  }

  fixed "storage" {
    label    = "Disk ${local.disk}"
    unit     = "month"
    key      = "disk/${local.disk}"
    quantity = 1
    when     = !local.metered
  }

  usage "operations" {
    label = "Operations"
    unit  = "request"
    key   = "disk.operations/${local.disk}"
    when  = startswith(local.type, "Standard")
  }

  fixed "capacity" {
    label    = "Disk ${local.type}"
    unit     = "GB-month"
    key      = "disk.capacity/${local.kind}"
    quantity = local.size
    when     = local.metered
  }

  fixed "iops" {
    label    = "Disk ${local.type}, IOPS"
    unit     = "IOPS-month"
    key      = "disk.iops/${local.kind}"
    quantity = self.disk_iops_read_write
    when     = local.metered
  }

  fixed "throughput" {
    label    = "Disk ${local.type}, throughput"
    unit     = "MiBps-month"
    key      = "disk.throughput/${local.kind}"
    quantity = self.disk_mbps_read_write
    when     = local.metered
  }
}
