# Networks.

provider = "aws"

# One that faces the internet has an address in each of its subnets; those that it is
# given are resources of their own: https://aws.amazon.com/vpc/pricing/
components "addresses" {
  fixed "public_ips" {
    label    = "Public IPv4 addresses"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours * local.addresses
    when     = local.addresses > 0
  }
}

type "aws_lb" {
  aliases = ["aws_alb"]
  include = ["addresses"]

  locals {
    kind      = coalesce(self.load_balancer_type, "application")
    inside    = self.internal == true || local.kind == "gateway" || self.ip_address_type == "dualstack-without-public-ipv4"
    mapped    = given(self.subnet_mapping) ? length([for s in self.subnet_mapping : s if !given(get(s, "allocation_id"))]) : null
    subnets   = given(self.subnets) ? length(self.subnets) : null
    addresses = coalesce(local.inside ? 0 : null, local.mapped, assume(local.subnets, 0, "no public IPv4 addresses"))
  }

  fixed "balancer" {
    label    = "Load balancer, ${local.kind}"
    unit     = "hour"
    key      = "elb.hours/${local.kind}"
    quantity = hours
  }

  usage "lcu" {
    label = "Capacity units"
    unit  = "LCU-hour"
    key   = "elb.lcu/${local.kind}"
  }
}

type "aws_elb" {
  include = ["addresses"]

  locals {
    inside    = self.internal == true
    subnets   = given(self.subnets) ? length(self.subnets) : null
    addresses = coalesce(local.inside ? 0 : null, assume(local.subnets, 0, "no public IPv4 addresses"))
  }

  fixed "balancer" {
    label    = "Load balancer, classic"
    unit     = "hour"
    key      = "elb.hours/classic"
    quantity = hours
  }

  usage "data" {
    label = "Data processed"
    unit  = "GB"
    key   = "elb.data/classic"
  }
}

type "aws_nat_gateway" {
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

# Every public IPv4 address costs the same, in use or not, since February 2024:
# https://aws.amazon.com/vpc/pricing/
# That of a machine takes the place of the machine's own, and is counted here.
type "aws_eip" {
  fixed "address" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
  }
}
