# Container service
# A container that answers HTTPS requests and is copied as they grow (Container Apps), in
# the stack's network. Where nobody on the internet may reach it, its host name is not in
# any DNS: give it one there, for the address that it has.

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
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "container_service", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # 32 characters at most.
  app = "${trim(substr(local.own, 0, 23), "-")}-${substr(local.hash, 0, 8)}"

  ranges    = [for c in var.allowed_cidrs : cidrsubnet(c, 0, 0)] # as Azure writes them
  public    = length(local.ranges) > 0
  everybody = contains(local.ranges, "0.0.0.0/0")

  # Azure sells two GiB with each vCPU.
  memory = { "0.25" = "0.5Gi", "0.5" = "1Gi", "1" = "2Gi", "2" = "4Gi", "4" = "8Gi" }
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "PerGB2018"
  retention_in_days   = var.log_days
  tags                = local.tags
}

# What the container may do in Azure is granted to this identity.
resource "azurerm_user_assigned_identity" "this" {
  name                = "id-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_role_assignment" "pull" {
  count = var.registry == "" ? 0 : 1

  scope                = var.registry
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_container_app_environment" "this" {
  name                               = "cae-${local.base}"
  resource_group_name                = azurerm_resource_group.this.name
  infrastructure_resource_group_name = "rg-infra-${local.base}" # Azure makes it
  location                           = azurerm_resource_group.this.location
  infrastructure_subnet_id           = var.container_subnet_ids[var.subnet_number - 1]
  internal_load_balancer_enabled     = !local.public
  public_network_access              = local.public ? "Enabled" : "Disabled"
  logs_destination                   = "log-analytics"
  log_analytics_workspace_id         = azurerm_log_analytics_workspace.this.id
  tags                               = local.tags

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }

  lifecycle {
    precondition {
      condition     = var.subnet_number <= length(var.container_subnet_ids)
      error_message = "There is no container subnet ${var.subnet_number}: the network has ${length(var.container_subnet_ids)}. Raise the network's container subnets."
    }
  }
}

resource "azurerm_container_app" "this" {
  name                         = local.app
  resource_group_name          = azurerm_resource_group.this.name
  container_app_environment_id = azurerm_container_app_environment.this.id
  workload_profile_name        = "Consumption"
  revision_mode                = "Single"
  tags                         = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  dynamic "registry" {
    for_each = var.registry == "" ? [] : [lower(basename(var.registry))]

    content {
      server   = "${registry.value}.azurecr.io"
      identity = azurerm_user_assigned_identity.this.id
    }
  }

  # Reached from outside of its environment: by the network, or by those who may.
  ingress {
    external_enabled           = true
    target_port                = var.port
    transport                  = "auto"
    allow_insecure_connections = false

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }

    # Naming some denies the others.
    dynamic "ip_security_restriction" {
      for_each = local.everybody ? [] : local.ranges

      content {
        name             = "allowed-${ip_security_restriction.key + 1}"
        action           = "Allow"
        ip_address_range = ip_security_restriction.value
      }
    }
  }

  template {
    min_replicas = var.min_instances
    max_replicas = var.max_instances

    container {
      name   = "app"
      image  = var.image
      cpu    = tonumber(var.size)
      memory = local.memory[var.size]

      dynamic "env" {
        for_each = var.environment

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "readiness_probe" {
        for_each = var.health_path == "" ? [] : [var.health_path]

        content {
          transport = "HTTP"
          port      = var.port
          path      = readiness_probe.value
        }
      }
    }

    http_scale_rule {
      name                = "requests"
      concurrent_requests = tostring(var.concurrency)
    }
  }

  # It has to be allowed to pull before it does.
  depends_on = [azurerm_role_assignment.pull]
}
