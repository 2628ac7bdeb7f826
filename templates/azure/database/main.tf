# Database
# A managed PostgreSQL or MySQL server that is reached from the stack's network alone,
# over TLS. Its password is in a key vault.

terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

locals {
  # 40 characters at most. People recognise the first part, and the hash keeps apart what
  # would be called the same: other projects and kinds, and the same stack in another
  # region. Servers and vaults share their names with all of Azure.
  project = lookup(var.tags, "project", "")
  stack   = lookup(var.tags, "stack", "")
  place   = replace(join("-", compact([local.project, local.stack])), "/-+/", "-")
  own     = trim(substr(replace(var.name, "/-+/", "-"), 0, 31), "-")
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "database", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # DNS and secrets take 15 tags, and what says whose they are comes first.
  tag_keys = distinct(concat([for key in ["guild", "managed-by", "owner", "project", "stack", "expiry"] : key if contains(keys(local.tags), key)], keys(local.tags)))
  tags_15  = { for key in slice(local.tag_keys, 0, min(15, length(local.tag_keys))) : key => local.tags[key] }

  postgres = var.engine == "postgres"
  newest   = { postgres = "17", mysql = "8.4" }
  choice   = "${var.engine} ${var.engine_version}"
  version  = terraform_data.version[local.choice].input
  standby  = { same-zone = "SameZone", zone-redundant = "ZoneRedundant" }
  admin    = "dbadmin"

  # As Azure writes ranges: from their first address on.
  vault_ranges = [for c in var.vault_cidrs : cidrsubnet(c, 0, 0)]
  everybody    = contains(local.vault_ranges, "0.0.0.0/0")

  server = local.postgres ? {
    id   = one(azurerm_postgresql_flexible_server.this[*].id)
    fqdn = one(azurerm_postgresql_flexible_server.this[*].fqdn)
    port = 5432
    } : {
    id   = one(azurerm_mysql_flexible_server.this[*].id)
    fqdn = one(azurerm_mysql_flexible_server.this[*].fqdn)
    port = 3306
  }
}

data "azurerm_client_config" "current" {}

# The newest version as it was when the server was made: a newer one makes no server
# anew. Another choice is another instance of this resource, and does.
resource "terraform_data" "version" {
  for_each = toset([local.choice])

  input = var.engine_version == "newest" ? local.newest[var.engine] : var.engine_version

  lifecycle {
    ignore_changes = [input]
  }
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

# The server depends on its lock, so that destroying begins with the server and is
# refused before anything is gone. A lock on the server itself would be the first thing
# to go.
resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "deletion-protection"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "Deletion protection of the database ${var.name}: turn it off there."
}

# Azure asks for three of small letters, capitals, digits and marks. Without marks it fits
# into every connection string.
resource "random_password" "this" {
  length      = 32
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
  special     = false
}

resource "azurerm_key_vault" "this" {
  name                       = "kv-${substr(local.hash, 0, 20)}" # 24 characters at most
  resource_group_name        = azurerm_resource_group.this.name
  location                   = azurerm_resource_group.this.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 7
  tags                       = local.tags

  network_acls {
    default_action             = local.everybody ? "Allow" : "Deny"
    bypass                     = "AzureServices"
    ip_rules                   = local.everybody ? [] : local.vault_ranges
    virtual_network_subnet_ids = concat(var.subnet_ids, var.public_subnet_ids)
  }
}

resource "azurerm_key_vault_secret" "password" {
  name         = "administrator-password"
  key_vault_id = azurerm_key_vault.this.id
  value        = random_password.this.result
  content_type = "password of ${local.admin}"
  tags         = local.tags_15
}

resource "azurerm_private_dns_zone" "this" {
  name                = "${local.base}.private.${var.engine}.database.azure.com"
  resource_group_name = azurerm_resource_group.this.name
  tags                = local.tags_15
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  name                 = "network"
  private_dns_zone_id  = azurerm_private_dns_zone.this.id
  virtual_network_id   = var.network_id
  registration_enabled = false
  tags                 = local.tags_15
}

resource "azurerm_postgresql_flexible_server" "this" {
  count = local.postgres ? 1 : 0

  name                = "psql-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  version             = local.version
  sku_name            = var.size
  storage_mb          = var.storage_gib * 1024
  tags                = local.tags

  administrator_login    = local.admin
  administrator_password = azurerm_key_vault_secret.password.value

  delegated_subnet_id           = var.postgres_subnet_id
  private_dns_zone_id           = azurerm_private_dns_zone.this.id
  public_network_access_enabled = false

  backup_retention_days        = var.backup_days
  geo_redundant_backup_enabled = var.geo_backup

  dynamic "high_availability" {
    for_each = var.high_availability == "none" ? [] : [local.standby[var.high_availability]]

    content {
      mode = high_availability.value
    }
  }

  lifecycle {
    # They change places when the standby takes over.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [
    azurerm_management_lock.this,
    azurerm_private_dns_zone_virtual_network_link.this,
  ]
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  count = local.postgres ? 1 : 0

  name      = var.database_name
  server_id = azurerm_postgresql_flexible_server.this[0].id
  charset   = "UTF8"
  collation = "en_US.utf8"
}

resource "azurerm_mysql_flexible_server" "this" {
  count = local.postgres ? 0 : 1

  name                = "mysql-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  version             = local.version == "8.0" ? "8.0.21" : local.version # Azure's name for all of 8.0
  sku_name            = var.size
  tags                = local.tags

  administrator_login    = local.admin
  administrator_password = azurerm_key_vault_secret.password.value

  delegated_subnet_id   = var.mysql_subnet_id
  private_dns_zone_id   = azurerm_private_dns_zone.this.id
  public_network_access = "Disabled"

  backup_retention_days        = var.backup_days
  geo_redundant_backup_enabled = var.geo_backup

  storage {
    size_gb = var.storage_gib
    # Azure demands it of servers with a standby.
    auto_grow_enabled = var.high_availability != "none"
  }

  dynamic "high_availability" {
    for_each = var.high_availability == "none" ? [] : [local.standby[var.high_availability]]

    content {
      mode = high_availability.value
    }
  }

  lifecycle {
    # They change places when the standby takes over.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [
    azurerm_management_lock.this,
    azurerm_private_dns_zone_virtual_network_link.this,
  ]
}

resource "azurerm_mysql_flexible_database" "this" {
  count = local.postgres ? 0 : 1

  name                = var.database_name
  resource_group_name = azurerm_resource_group.this.name
  server_name         = azurerm_mysql_flexible_server.this[0].name
  charset             = "utf8mb4"
  collation           = "utf8mb4_0900_ai_ci"
}
