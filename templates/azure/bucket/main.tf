# Bucket
# A private container for files (blobs) in a storage account of its own: encrypted twice,
# over TLS, without keys or anonymous access.

terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

locals {
  # 40 characters at most. People recognise the first part, and the hash keeps apart what
  # would be called the same: other projects and kinds, and the same stack in another
  # region.
  project = lookup(var.tags, "project", "")
  stack   = lookup(var.tags, "stack", "")
  place   = replace(join("-", compact([local.project, local.stack])), "/-+/", "-")
  own     = trim(substr(replace(var.name, "/-+/", "-"), 0, 31), "-")
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "bucket", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # All of Azure shares these names: 24 small letters and digits at most.
  account = "st${substr(replace(local.own, "-", ""), 0, 10)}${substr(local.hash, 0, 12)}"

  everybody = anytrue([for c in var.allowed_cidrs : endswith(c, "/0")])
  # As Azure writes them: from their first address on, and one address without its length.
  ip_rules = local.everybody ? [] : [for c in var.allowed_cidrs : trimsuffix(cidrsubnet(c, 0, 0), "/32")]
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

# The account depends on its lock, so that destroying begins with the account and is
# refused before anything is gone.
resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "deletion-protection"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "Deletion protection of the bucket ${var.name}: turn it off there."
}

resource "azurerm_storage_account" "this" {
  name                     = local.account
  resource_group_name      = azurerm_resource_group.this.name
  location                 = azurerm_resource_group.this.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = var.replication
  access_tier              = var.access_tier
  tags                     = local.tags

  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  infrastructure_encryption_enabled = true

  # Who may do what is said in Azure's roles: no keys, and nothing that is made with them.
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false

  network_rules {
    default_action             = local.everybody ? "Allow" : "Deny"
    bypass                     = ["AzureServices"]
    ip_rules                   = local.ip_rules
    virtual_network_subnet_ids = concat(var.subnet_ids, var.public_subnet_ids)
  }

  blob_properties {
    versioning_enabled = var.versioning

    delete_retention_policy {
      days = var.undelete_days
    }

    container_delete_retention_policy {
      days = var.undelete_days
    }
  }

  depends_on = [azurerm_management_lock.this]
}

resource "azurerm_storage_container" "this" {
  name                  = "files"
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "writer" {
  for_each = toset(var.writers)

  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
}

resource "azurerm_role_assignment" "reader" {
  for_each = toset(var.readers)

  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = each.value
}
