# Network
# A VPC with a private and a public subnet in each of several availability zones.
# The other resources of the stack live in it.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  label = join("-", compact([lookup(var.tags, "project", ""), lookup(var.tags, "stack", ""), var.name]))

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  # Local and wavelength zones are left out: they have no NAT gateways or databases.
  zones = slice(data.aws_availability_zones.this.names, 0, min(var.zones, length(data.aws_availability_zones.this.names)))

  # Three quarters of the range are for private subnets, one quarter is for public
  # ones, whatever the number of zones: adding a zone moves no subnet.
  private_ranges = [for i in range(3) : cidrsubnet(var.cidr, 2, i)]
  public_ranges  = [for i in range(3) : cidrsubnet(cidrsubnet(var.cidr, 2, 3), 2, i)]

  gateways = var.nat ? (var.nat_per_zone ? var.zones : 1) : 0
}

data "aws_availability_zones" "this" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.names) >= var.zones
      error_message = "The account has only ${length(self.names)} availability zones in ${var.region}: set zones to ${length(self.names)}."
    }
  }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = local.tags
}

resource "aws_subnet" "private" {
  count = var.zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = local.private_ranges[count.index]
  availability_zone = local.zones[count.index]

  tags = merge(local.tags, {
    Name                              = "${local.label}-private-${count.index + 1}"
    "kubernetes.io/role/internal-elb" = "1"
  })

  lifecycle {
    ignore_changes = [availability_zone] # a new zone of the region moves nothing
  }
}

resource "aws_subnet" "public" {
  count = var.zones

  vpc_id                  = aws_vpc.this.id
  cidr_block              = local.public_ranges[count.index]
  availability_zone       = local.zones[count.index]
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name                     = "${local.label}-public-${count.index + 1}"
    "kubernetes.io/role/elb" = "1"
  })

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${local.label}-public" })
}

resource "aws_route" "public_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  count = var.zones

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  count = local.gateways

  domain = "vpc"
  tags   = merge(local.tags, { Name = "${local.label}-nat-${count.index + 1}" })
}

resource "aws_nat_gateway" "this" {
  count = local.gateways

  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
  tags          = merge(local.tags, { Name = "${local.label}-${count.index + 1}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "private" {
  count = var.zones

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${local.label}-private-${count.index + 1}" })
}

resource "aws_route" "private_internet" {
  count = var.nat ? var.zones : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[min(count.index, local.gateways - 1)].id
}

resource "aws_route_table_association" "private" {
  count = var.zones

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

# What runs in the stack is a member of this group. Databases and load balancers
# inside the network let its members in, and nobody else.
resource "aws_security_group" "workload" {
  name        = "cloud-engine/${local.label}-workload"
  description = "Members of the stack"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${local.label}-workload" })
}

resource "aws_vpc_security_group_egress_rule" "workload" {
  security_group_id = aws_security_group.workload.id
  description       = "Members may reach anything"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
  tags              = local.tags
}
