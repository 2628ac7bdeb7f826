# VPC
# A virtual network with private subnets, a public one, and those that managed
# databases and container services need. The stack's other resources join it by
# themselves.

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
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "vpc", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # Who may lie where, in parts of the range: private subnets have sixteenths of its
  # first half, the others 64ths behind them. Adding one moves no other.
  private_ranges   = [for i in range(var.subnets) : cidrsubnet(var.cidr, 4, i)]
  public_range     = cidrsubnet(var.cidr, 6, 32)
  container_ranges = [for i in range(var.container_subnets) : cidrsubnet(var.cidr, 6, 40 + i)]
  database_ranges  = { postgres = cidrsubnet(var.cidr, 6, 48), mysql = cidrsubnet(var.cidr, 6, 49) }

  database_services = {
    postgres = "Microsoft.DBforPostgreSQL/flexibleServers"
    mysql    = "Microsoft.DBforMySQL/flexibleServers"
  }
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

resource "azurerm_virtual_network" "this" {
  name                = "vnet-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = [var.cidr]
  tags                = local.tags
}

# Subnets have no security group: each machine and each node pool has its own, which
# denies what is not allowed. Two in a row would both have to allow what a load
# balancer passes on, with the client's address.
resource "azurerm_subnet" "private" {
  count = var.subnets

  name                            = "snet-private-${count.index + 1}"
  resource_group_name             = azurerm_resource_group.this.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.private_ranges[count.index]]
  default_outbound_access_enabled = false

  # The stack's buckets, and the vaults of its passwords, are open to these subnets alone.
  service_endpoint {
    service = "Microsoft.Storage"
  }

  service_endpoint {
    service = "Microsoft.KeyVault"
  }
}

# For machines with an address of their own on the internet.
resource "azurerm_subnet" "public" {
  name                            = "snet-public"
  resource_group_name             = azurerm_resource_group.this.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.public_range]
  default_outbound_access_enabled = false

  service_endpoint {
    service = "Microsoft.Storage"
  }

  service_endpoint {
    service = "Microsoft.KeyVault"
  }
}

# Azure's database service puts servers into a subnet that is delegated to it. It
# archives to storage through the endpoint.
resource "azurerm_subnet" "database" {
  for_each = local.database_ranges

  name                 = "snet-${each.key}"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [each.value]

  delegation {
    name = each.key

    service_delegation {
      name    = local.database_services[each.key]
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }

  service_endpoint {
    service = "Microsoft.Storage"
  }
}

resource "azurerm_subnet" "container" {
  count = var.container_subnets

  name                 = "snet-container-${count.index + 1}"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [local.container_ranges[count.index]]

  delegation {
    name = "container-apps"

    service_delegation {
      name    = "Microsoft.App/environments"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_public_ip" "nat" {
  count = var.nat ? 1 : 0

  name                = "pip-nat-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway" "this" {
  count = var.nat ? 1 : 0

  name                = "ng-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku_name            = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  count = var.nat ? 1 : 0

  nat_gateway_id       = azurerm_nat_gateway.this[0].id
  public_ip_address_id = azurerm_public_ip.nat[0].id
}

resource "azurerm_subnet_nat_gateway_association" "private" {
  count = var.nat ? var.subnets : 0

  subnet_id      = azurerm_subnet.private[count.index].id
  nat_gateway_id = azurerm_nat_gateway.this[0].id

  depends_on = [azurerm_nat_gateway_public_ip_association.this]
}
