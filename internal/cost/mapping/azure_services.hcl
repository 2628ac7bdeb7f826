# Containers, secrets, logs and names of Azure, most of which are paid for as they are used.

provider = "azure"

# On a dedicated workload profile it costs nothing by itself: the profile is paid for.
type "azurerm_container_app" {
  region = coalesce(self.location, try(environment.location, null))

  uses "environment" {
    type    = "azurerm_container_app_environment"
    through = ["container_app_environment_id"]
  }

  locals {
    metered = coalesce(self.workload_profile_name, "Consumption") == "Consumption"
  }

  usage "vcpu" {
    label = "vCPUs while replicas run"
    unit  = "vCPU-hour"
    key   = "container_app.vcpu"
    when  = local.metered
  }

  usage "memory" {
    label = "Memory while replicas run"
    unit  = "GB-hour"
    key   = "container_app.memory"
    when  = local.metered
  }

  usage "requests" {
    label = "Requests"
    unit  = "request"
    key   = "container_app.requests"
    when  = local.metered
  }
}

type "azurerm_container_app_environment" {
  locals {
    profiles = [for p in coalesce(self.workload_profile, []) : p if get(p, "workload_profile_type") != "Consumption"]
  }

  fixed "management" {
    label    = "Management of dedicated workload profiles"
    unit     = "hour"
    key      = "container_app.management"
    quantity = hours
    when     = length(local.profiles) > 0
  }

  fixed "nodes" {
    for_each = local.profiles
    label    = "Nodes of the workload profile ${get(each, "workload_profile_type")}"
    unit     = "hour"
    key      = "container_app.node/${get(each, "workload_profile_type")}"
    quantity = coalesce(get(each, "minimum_count"), 0) * hours
  }
}

type "azurerm_key_vault" {
  usage "operations" {
    label = "Operations"
    unit  = "request"
    key   = "key_vault.operations/${lower(self.sku_name)}"
  }
}

type "azurerm_log_analytics_workspace" {
  usage "data" {
    label = "Logs taken in"
    unit  = "GB"
    key   = "logs.data"
  }

  usage "storage" {
    label = "Logs kept for longer than is free"
    unit  = "GB-month"
    key   = "logs.storage"
  }
}

# Zones are nowhere, and cost the same everywhere. local.kind tells whose they are.
components "zone" {
  fixed "zone" {
    label    = "DNS zone"
    unit     = "month"
    key      = "dns.${local.kind}"
    quantity = 1
  }

  usage "queries" {
    label = "Queries"
    unit  = "request"
    key   = "dns.${local.kind}.queries"
  }
}

type "azurerm_dns_zone" {
  include = ["zone"]
  region  = "global"

  locals {
    kind = "public"
  }
}

type "azurerm_private_dns_zone" {
  include = ["zone"]
  region  = "global"

  locals {
    kind = "private"
  }
}
