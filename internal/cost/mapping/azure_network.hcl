# Addresses, load balancers and gateways of Azure.

provider = "azure"

type "azurerm_public_ip" {
  locals {
    global = self.sku_tier == "Global" ? "global" : null
    kind   = coalesce(local.global, lower(assume(self.sku, "Standard", "Standard address")))
  }

  # An address of a prefix is paid for with the prefix, and IPv6 costs nothing.
  fixed "address" {
    label    = "Public address, ${local.kind}, ${lower(self.allocation_method)}"
    unit     = "hour"
    key      = "public_ip/${local.kind}/${lower(self.allocation_method)}"
    quantity = hours
    when     = !given(self.public_ip_prefix_id) && self.ip_version != "IPv6"
  }

  # It is protected with its network for nothing more, if that has a plan of its own.
  fixed "ddos" {
    label    = "DDoS protection of the address"
    unit     = "month"
    key      = "public_ip.ddos"
    quantity = 1
    when     = self.ddos_protection_mode == "Enabled"
  }
}

type "azurerm_nat_gateway" {
  fixed "gateway" {
    label    = "NAT gateway"
    unit     = "hour"
    key      = "nat.hours"
    quantity = hours
  }

  usage "data" {
    label = "Data processed"
    unit  = "GB"
    key   = "nat.data"
  }
}

# The basic load balancer costs nothing, and others by their rules.
type "azurerm_lb" {
  locals {
    sku = lower(assume(self.sku, "Standard", "Standard load balancer"))
  }

  fixed "gateway" {
    label    = "Gateway load balancer"
    unit     = "hour"
    key      = "lb.gateway.hours"
    quantity = hours
    when     = local.sku == "gateway"
  }

  usage "data" {
    label = "Data processed"
    unit  = "GB"
    key   = "lb.data/${local.sku}"
    when  = local.sku != "basic"
  }
}

type "azurerm_lb_rule" {
  aliases = ["azurerm_lb_outbound_rule"]
  region  = try(lb.location, null)

  uses "lb" {
    type    = "azurerm_lb"
    through = ["loadbalancer_id"]
  }

  # The first five rules of a load balancer cost the same together as one of them does.
  fixed "rule" {
    label    = "Rule of a load balancer"
    unit     = "hour"
    key      = "lb.rule"
    quantity = hours
    when     = lower(assume(try(lb.sku, null), "Standard", "Standard load balancer")) == "standard"
  }
}

# A gateway of the first generation is paid for by its instances, one of the second
# by the hour and by its capacity units: ten for each instance that it always has.
# https://azure.microsoft.com/pricing/details/application-gateway/
type "azurerm_application_gateway" {
  locals {
    name    = lower(get(self.sku, "name"))
    tier    = lower(coalesce(get(self.sku, "tier"), get(self.sku, "name")))
    v2      = endswith(local.tier, "_v2")
    count   = coalesce(positive(get(self.sku, "capacity")), get(self.autoscale_configuration, "min_capacity"))
    running = assume(local.count, 2, "2 instances")
  }

  fixed "instances" {
    label    = "Gateway instances, ${local.name}"
    unit     = "hour"
    key      = "appgw.hours/${local.name}"
    quantity = local.running * hours
    when     = !local.v2
  }

  fixed "gateway" {
    label    = "Gateway, ${local.tier}"
    unit     = "hour"
    key      = "appgw.hours/${local.tier}"
    quantity = hours
    when     = local.v2
  }

  fixed "capacity" {
    label    = "Capacity units, ${local.tier}"
    unit     = "unit-hour"
    key      = "appgw.capacity/${local.tier}"
    quantity = local.running * 10 * hours
    when     = local.v2
  }

  usage "more_capacity" {
    label = "Capacity units beyond those of its instances, ${local.tier}"
    unit  = "unit-hour"
    key   = "appgw.capacity/${local.tier}"
    when  = local.v2
  }

  usage "data" {
    label = "Data processed"
    unit  = "GB"
    key   = "appgw.data/${local.name}"
    when  = !local.v2
  }
}
