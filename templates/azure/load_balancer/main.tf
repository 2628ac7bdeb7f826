# Load balancer
# Spreads connections over all machines of the stack that are well. It passes them on
# as they are (TCP): clients keep their addresses, and TLS is up to the machines.

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
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "load_balancer", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  target_port = var.target_port == 0 ? var.port : var.target_port
  address     = var.public ? one(azurerm_public_ip.this[*].ip_address) : azurerm_lb.this.frontend_ip_configuration[0].private_ip_address
}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

resource "azurerm_public_ip" "this" {
  count = var.public ? 1 : 0

  name                = "pip-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_lb" "this" {
  # Azure does not turn one kind into the other: with the name, it is replaced.
  name                = "${var.public ? "lbe" : "lbi"}-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
  tags                = local.tags

  frontend_ip_configuration {
    name                          = var.public ? "public" : "private"
    public_ip_address_id          = one(azurerm_public_ip.this[*].id)
    subnet_id                     = var.public ? null : var.subnet_ids[var.subnet_number - 1]
    private_ip_address_allocation = var.public ? null : "Dynamic"
  }

  lifecycle {
    precondition {
      condition     = var.public || var.subnet_number <= length(var.subnet_ids)
      error_message = "There is no private subnet ${var.subnet_number}: the network has ${length(var.subnet_ids)}. Choose another one, or raise the network's subnets."
    }
  }
}

resource "azurerm_lb_backend_address_pool" "this" {
  name            = "machines"
  loadbalancer_id = azurerm_lb.this.id
}

# By the interfaces' ids, which are known before the machines are there: one that goes
# takes none of the others along.
resource "azurerm_network_interface_backend_address_pool_association" "this" {
  for_each = toset(var.target_ids)

  network_interface_id    = each.value
  ip_configuration_name   = "primary"
  backend_address_pool_id = azurerm_lb_backend_address_pool.this.id
}

resource "azurerm_lb_probe" "this" {
  name                = "health"
  loadbalancer_id     = azurerm_lb.this.id
  protocol            = title(var.health_protocol)
  port                = local.target_port
  request_path        = var.health_protocol == "tcp" ? null : var.health_path
  interval_in_seconds = 5
}

resource "azurerm_lb_rule" "this" {
  name                           = "listener"
  loadbalancer_id                = azurerm_lb.this.id
  frontend_ip_configuration_name = azurerm_lb.this.frontend_ip_configuration[0].name
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.this.id]
  probe_id                       = azurerm_lb_probe.this.id
  protocol                       = "Tcp"
  frontend_port                  = var.port
  backend_port                   = local.target_port
  idle_timeout_in_minutes        = var.idle_minutes
  tcp_reset_enabled              = true
  load_distribution              = var.sticky ? "SourceIP" : "Default"
  # The machines' own way out is the network's NAT.
  disable_outbound_snat = true
}
