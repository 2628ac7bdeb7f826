# Databases, caches and buckets of Google Cloud.

provider = "gcp"

free = [
  "google_redis_instance_iam_member",
  "google_sql_database",
  "google_sql_ssl_cert",
  "google_sql_user",
  "google_storage_bucket_acl",
  "google_storage_bucket_iam_binding",
  "google_storage_bucket_iam_member",
  "google_storage_bucket_iam_policy",
]

type "google_sql_database_instance" {
  locals {
    tier    = get(self.settings, "tier")
    zones   = get(self.settings, "availability_type") == "REGIONAL" ? "regional" : "zonal"
    server  = try(startswith(self.database_version, "SQLSERVER"), false)
    plus    = get(self.settings, "edition") == "ENTERPRISE_PLUS"
    variant = "${local.zones}${local.server ? "/sqlserver" : ""}${local.plus ? "/enterprise-plus" : ""}"
    custom  = can(regex("^db-custom-[0-9]+-[0-9]+$", local.tier))
    size    = try(regex("^db-custom-([0-9]+)-([0-9]+)$", local.tier), ["0", "0"]) # vCPUs and MiB
    running = get(self.settings, "activation_policy") != "NEVER"
    disk    = trimprefix(lower(coalesce(get(self.settings, "disk_type"), "PD_SSD")), "pd_")
  }

  fixed "vcpus" {
    label    = "Database, ${local.zones}, vCPUs"
    unit     = "vCPU-hour"
    key      = "sql.vcpu/${local.variant}"
    quantity = tonumber(local.size[0]) * hours
    when     = local.running && local.custom
  }

  fixed "memory" {
    label    = "Database, ${local.zones}, memory"
    unit     = "GB-hour"
    key      = "sql.ram/${local.variant}"
    quantity = tonumber(local.size[1]) / 1024 * hours
    when     = local.running && local.custom
  }

  fixed "instance" {
    label    = "Database ${local.tier}, ${local.zones}"
    unit     = "hour"
    key      = "sql.instance/${local.tier}/${local.variant}"
    quantity = hours
    when     = local.running && !local.custom
  }

  fixed "licence" {
    label    = "Licence of SQL Server"
    unit     = "hour"
    key      = "sql.licence/${lower(self.database_version)}/${local.tier}"
    quantity = hours
    when     = local.running && local.server
  }

  fixed "storage" {
    label    = "Database storage, ${local.disk}, ${local.zones}"
    unit     = "GB-month"
    key      = "sql.storage/${local.disk}/${local.zones}"
    quantity = assume(get(self.settings, "disk_size"), 10, "10 GB of storage")
  }

  usage "backups" {
    label = "Backups"
    unit  = "GB-month"
    key   = "sql.backup"
    when  = get(self.settings, "backup_configuration", "enabled") == true
  }
}

# Memory is dearer the less of it an instance has, in five capacity tiers:
# https://cloud.google.com/memorystore/docs/redis/pricing
type "google_redis_instance" {
  locals {
    gb      = self.memory_size_gb
    size    = local.gb < 5 ? "M1" : local.gb <= 10 ? "M2" : local.gb <= 35 ? "M3" : local.gb <= 100 ? "M4" : "M5"
    tier    = self.tier == "STANDARD_HA" ? "standard" : "basic"
    replica = self.read_replicas_mode == "READ_REPLICAS_ENABLED" ? 1 : 0
    none    = local.replica == 0 ? 0 : null
    nodes   = 1 + coalesce(local.none, assume(self.replica_count, 2, "2 read replicas"))
  }

  fixed "memory" {
    label    = "Redis ${local.tier} ${local.size}${local.replica == 0 ? "" : ", nodes with replicas"}"
    unit     = "GB-hour"
    key      = "redis.${local.tier}${local.replica == 0 ? "" : ".node"}/${local.size}"
    quantity = local.gb * local.nodes * hours
  }
}

type "google_storage_bucket" {
  region = lower(self.location) # it may be a continent: "US"

  locals {
    class = lower(coalesce(self.storage_class, "STANDARD"))
  }

  usage "storage" {
    label = "Storage, ${local.class}"
    unit  = "GB-month"
    key   = "storage.${local.class}"
  }

  usage "operations_a" {
    label = "Operations that write or list, ${local.class}"
    unit  = "request"
    key   = "storage.operations_a/${local.class}"
  }

  usage "operations_b" {
    label = "Operations that read, ${local.class}"
    unit  = "request"
    key   = "storage.operations_b/${local.class}"
  }

  usage "retrieval" {
    label = "Data retrieved, ${local.class}"
    unit  = "GB"
    key   = "storage.retrieval/${local.class}"
    when  = contains(["nearline", "coldline", "archive"], local.class)
  }
}
