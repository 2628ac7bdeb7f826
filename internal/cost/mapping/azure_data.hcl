# Databases, caches and storage of Azure.

provider = "azure"

# A server of local.kind and its standby, which has all that its server has, and costs
# as much; a replica is as its source is.
components "flexible_server" {
  locals {
    sku     = coalesce(self.sku_name, try(source.sku_name, null))
    servers = given(self.high_availability) ? 2 : 1
  }

  fixed "compute" {
    label    = "${local.name} ${local.sku}"
    unit     = "hour"
    key      = "${local.kind}/${local.sku}"
    quantity = local.servers * hours
  }

  fixed "storage" {
    label    = "Storage"
    unit     = "GB-month"
    key      = local.usual ? "${local.kind}.storage" : null
    quantity = local.servers * local.gib
  }

  # As much as the storage is free.
  usage "backups" {
    label = "Backups beyond the size of the storage"
    unit  = "GB-month"
    key   = "${local.kind}.backup/${self.geo_redundant_backup_enabled == true ? "grs" : "lrs"}"
  }
}

type "azurerm_postgresql_flexible_server" {
  include = ["flexible_server"]

  uses "source" {
    type    = "azurerm_postgresql_flexible_server"
    through = ["source_server_id"]
  }

  locals {
    kind = "postgres.flexible"
    name = "PostgreSQL"
    gib  = assume(coalesce(self.storage_mb, try(source.storage_mb, null)), 32768, "32 GB of storage") / 1024
    # Storage may be as fast as a larger one is, and costs as much then.
    size  = azure_disk("Premium_LRS", local.gib, null)
    usual = !given(self.storage_tier) || local.size == "premium/${coalesce(self.storage_tier, "none")}/LRS" ? true : fail("storage of a performance tier that is not its size's is not in the price list")
  }
}

type "azurerm_mysql_flexible_server" {
  include = ["flexible_server"]

  uses "source" {
    type    = "azurerm_mysql_flexible_server"
    through = ["source_server_id"]
  }

  locals {
    kind  = "mysql.flexible"
    name  = "MySQL"
    gib   = assume(get(self.storage, "size_gb"), 20, "20 GB of storage")
    usual = true
    # 300 and 3 for each GiB are free: https://learn.microsoft.com/azure/mysql/flexible-server/concepts-service-tiers-storage
    iops = coalesce(get(self.storage, "iops"), 0) - 300 - 3 * local.gib
    # Those that scale are paid for as operations, however many there happen to be.
    scaled = get(self.storage, "io_scaling_enabled") == true
  }

  fixed "iops" {
    label    = "IOPS beyond those that are free"
    unit     = "IOPS-month"
    key      = "mysql.flexible.iops"
    quantity = local.servers * local.iops
    when     = local.iops > 0 && !local.scaled
  }

  usage "paid_io" {
    label = "Operations"
    unit  = "request"
    key   = "mysql.flexible.io"
    when  = local.scaled
  }
}

type "azurerm_redis_cache" {
  locals {
    size   = "${upper(self.family)}${self.capacity}"
    # A basic cache is one node, another has a replica; shards have as many each.
    copies = self.sku_name == "Basic" ? 1 : 1 + coalesce(positive(self.replicas_per_primary), positive(self.replicas_per_master), 1)
    shards = self.sku_name == "Premium" ? max(1, coalesce(self.shard_count, 0)) : 1
  }

  fixed "nodes" {
    label    = "Redis ${self.sku_name} ${local.size}, nodes"
    unit     = "month"
    key      = "redis/${self.sku_name}/${local.size}"
    quantity = local.copies * local.shards
  }
}

type "azurerm_storage_account" {
  locals {
    kind    = coalesce(self.account_kind, "StorageV2")
    premium = self.account_tier == "Premium"
    copies  = startswith(upper(self.account_replication_type), "RA") ? "RA-${trimprefix(upper(self.account_replication_type), "RA")}" : upper(self.account_replication_type)
    tier    = local.premium ? "premium" : lower(coalesce(self.access_tier, "Hot"))
    what    = local.kind == "FileStorage" ? "files" : local.kind == "Storage" || local.kind == "StorageV2" && local.premium ? "pages" : "blob"
    place   = "${local.tier}/${local.copies}"
  }

  usage "storage" {
    label = "Storage, ${local.what}, ${local.place}"
    unit  = "GB-month"
    key   = "storage.${local.what}/${local.place}"
  }

  usage "writes" {
    label = "Operations that write, ${local.place}"
    unit  = "request"
    key   = "storage.${local.what}.writes/${local.place}"
  }

  usage "reads" {
    label = "Operations that read, ${local.place}"
    unit  = "request"
    key   = "storage.${local.what}.reads/${local.place}"
  }

  usage "retrieval" {
    label = "Data retrieved, ${local.place}"
    unit  = "GB"
    key   = "storage.${local.what}.retrieval/${local.place}"
    when  = contains(["cool", "cold"], local.tier)
  }
}
