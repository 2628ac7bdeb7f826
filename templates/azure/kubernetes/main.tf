# Kubernetes
# A cluster (AKS) whose nodes are in the stack's network. People sign in with their
# accounts of Entra ID, and pods with identities of their own; it has no passwords.

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
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "kubernetes", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  subnet = var.subnet_ids[min(var.subnet_number, length(var.subnet_ids)) - 1]

  # Fetching the way in, and all rights behind it.
  admin_roles = {
    user  = "Azure Kubernetes Service Cluster User Role"
    admin = "Azure Kubernetes Service RBAC Cluster Admin"
  }
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

resource "azurerm_user_assigned_identity" "this" {
  name                = "id-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

# The cluster attaches its nodes and load balancers to this subnet and to no other.
resource "azurerm_role_assignment" "network" {
  scope                = local.subnet
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_kubernetes_cluster" "this" {
  name                = "aks-${local.base}"
  dns_prefix          = local.base
  resource_group_name = azurerm_resource_group.this.name
  node_resource_group = "rg-nodes-${local.base}" # Azure makes it
  location            = azurerm_resource_group.this.location
  kubernetes_version  = var.kubernetes_version == "" ? null : var.kubernetes_version
  sku_tier            = var.tier
  tags                = local.tags

  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"

  private_cluster_enabled           = length(var.allowed_cidrs) == 0
  local_account_disabled            = true
  role_based_access_control_enabled = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  image_cleaner_enabled             = true
  image_cleaner_interval_hours      = 48

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled = true
  }

  dynamic "api_server_access_profile" {
    for_each = length(var.allowed_cidrs) > 0 ? [[for c in var.allowed_cidrs : cidrsubnet(c, 0, 0)]] : []

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  default_node_pool {
    name                        = "system"
    temporary_name_for_rotation = "rotation"
    vm_size                     = var.node_size
    auto_scaling_enabled        = var.max_nodes > var.min_nodes
    node_count                  = var.max_nodes > var.min_nodes ? null : var.min_nodes
    min_count                   = var.max_nodes > var.min_nodes ? var.min_nodes : null
    max_count                   = var.max_nodes > var.min_nodes ? var.max_nodes : null
    zones                       = var.high_availability ? ["1", "2", "3"] : null
    vnet_subnet_id              = local.subnet
    os_sku                      = "Ubuntu"
    os_disk_size_gb             = var.disk_gib
    tags                        = local.tags

    upgrade_settings {
      max_surge = "10%"
    }
  }

  node_provisioning_profile {
    mode = "Manual"
  }

  # Pods and services have addresses of their own, which must not be those of the network
  # or of another that it is joined with: shared address space, of which no network is.
  # https://www.rfc-editor.org/rfc/rfc6598
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = "loadBalancer"
    pod_cidr            = "100.64.0.0/16"
    service_cidr        = "100.65.0.0/16"
    dns_service_ip      = "100.65.0.10"
  }

  lifecycle {
    precondition {
      condition     = var.subnet_number <= length(var.subnet_ids)
      error_message = "There is no private subnet ${var.subnet_number}: the network has ${length(var.subnet_ids)}. Choose another one, or raise the network's subnets."
    }
  }

  depends_on = [azurerm_role_assignment.network]
}

resource "azurerm_role_assignment" "admin" {
  for_each = { for pair in setproduct(var.admins, keys(local.admin_roles)) : join("/", pair) => { admin = pair[0], role = local.admin_roles[pair[1]] } }

  scope                = azurerm_kubernetes_cluster.this.id
  role_definition_name = each.value.role
  principal_id         = each.value.admin
}
