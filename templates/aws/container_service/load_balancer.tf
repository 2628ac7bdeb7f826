# The load balancer in front of the containers.

resource "aws_lb" "this" {
  name               = local.lb
  load_balancer_type = "application"
  internal           = local.internal
  subnets            = local.internal ? var.subnet_ids : var.public_subnet_ids
  security_groups    = [aws_security_group.lb.id]

  drop_invalid_header_fields = true

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
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.port
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

resource "aws_security_group" "lb" {
  name        = "cloud-engine/${local.name}-lb"
  description = "Who may reach the container service ${var.name}"
  vpc_id      = var.network_id
  tags        = merge(local.tags, { Name = "${local.label}-lb" })
}

resource "aws_vpc_security_group_ingress_rule" "range" {
  for_each = local.ingress

  security_group_id = aws_security_group.lb.id
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
  tags              = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "workload" {
  for_each = toset(local.ports)

  security_group_id            = aws_security_group.lb.id
  description                  = "Members of the stack"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  referenced_security_group_id = var.workload_security_group_id
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "task" {
  security_group_id            = aws_security_group.lb.id
  description                  = "Containers of ${var.name}"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.task.id
  tags                         = local.tags
}
