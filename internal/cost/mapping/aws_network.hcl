# Networks.

provider = "aws"

type "aws_lb" {
  aliases = ["aws_alb"]

  locals {
    kind = coalesce(self.load_balancer_type, "application")
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
type "aws_eip" {
  fixed "address" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
  }
}
