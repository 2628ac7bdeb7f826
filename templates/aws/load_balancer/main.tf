# Load balancer
# Spreads HTTP requests over all virtual machines of the stack, and takes HTTPS where it is
# given a certificate. It is reached from the stack's network only, unless ranges are allowed.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  # People recognise the first part. The hash tells apart what would else have the same name:
  # that of other projects, kinds and regions.
  whose = [for key in ["guild", "project", "stack"] : lookup(var.tags, key, "")]
  label = join("-", compact([local.whose[1], local.whose[2], var.name]))
  hash  = sha256(jsonencode(concat(local.whose, ["load_balancer", var.name, var.region])))

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  # Names of load balancers and target groups have at most 32 characters. A target group does
  # not change its port: another port is another group, made before the old one goes.
  short = trim(substr(replace(local.label, "/-+/", "-"), 0, 20), "-")
  name  = "lb-${local.short}-${substr(local.hash, 0, 8)}"
  group = "tg-${local.short}-${substr(sha256("${local.hash} ${var.target_port}"), 0, 8)}"

  internal = length(var.allowed_cidrs) == 0
  https    = var.certificate_arn != ""
  ports    = local.https ? ["80", "443"] : ["80"]
  ingress  = { for pair in setproduct(local.ports, toset(var.allowed_cidrs)) : "${pair[0]} ${pair[1]}" => { port = pair[0], cidr = pair[1] } }
}

resource "aws_lb" "this" {
  name               = local.name
  load_balancer_type = "application"
  internal           = local.internal
  subnets            = local.internal ? var.subnet_ids : var.public_subnet_ids
  security_groups    = [aws_security_group.this.id]

  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  tags = local.tags
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  tags              = local.tags

  default_action {
    type             = local.https ? "redirect" : "forward"
    target_group_arn = local.https ? null : aws_lb_target_group.this.arn

    dynamic "redirect" {
      for_each = local.https ? ["443"] : []

      content {
        port        = redirect.value
        protocol    = "HTTPS"
        status_code = "HTTP_301"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06" # TLS 1.2 and 1.3
  certificate_arn   = var.certificate_arn
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_target_group" "this" {
  name                 = local.group
  vpc_id               = var.network_id
  target_type          = "instance"
  protocol             = "HTTP"
  port                 = var.target_port
  deregistration_delay = 30

  health_check {
    path                = var.health_path
    matcher             = "200-399"
    interval            = 15
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

# By name and not by place in the list: removing one machine leaves the others where they are.
resource "aws_lb_target_group_attachment" "this" {
  for_each = zipmap(var.target_key_ids, var.target_ids)

  target_group_arn = aws_lb_target_group.this.arn
  target_id        = each.value
  port             = var.target_port
}

resource "aws_security_group" "this" {
  name        = "cloud-engine/${local.name}"
  description = "Who may reach the load balancer ${var.name}"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "range" {
  for_each = local.ingress

  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
  tags              = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "workload" {
  for_each = toset(local.ports)

  security_group_id            = aws_security_group.this.id
  description                  = "Members of the stack"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  referenced_security_group_id = var.workload_security_group_id
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "targets" {
  security_group_id            = aws_security_group.this.id
  description                  = "Machines of the stack"
  ip_protocol                  = "tcp"
  from_port                    = var.target_port
  to_port                      = var.target_port
  referenced_security_group_id = var.workload_security_group_id
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "targets" {
  security_group_id            = var.workload_security_group_id
  description                  = "Load balancer ${var.name}"
  ip_protocol                  = "tcp"
  from_port                    = var.target_port
  to_port                      = var.target_port
  referenced_security_group_id = aws_security_group.this.id
  tags                         = local.tags
}
