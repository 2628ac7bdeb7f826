# Container service
# Containers on ECS Fargate behind a load balancer, without machines to look after. It is
# reached from the stack's network only, unless ranges are allowed.

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
  hash  = sha256(jsonencode(concat(local.whose, ["container_service", var.name, var.region])))
  name  = "${trim(substr(replace(local.label, "/-+/", "-"), 0, 40), "-")}-${substr(local.hash, 0, 8)}"

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  # Names of load balancers and target groups have at most 32 characters. A target group does
  # not change its port: another port is another group, made before the old one goes.
  short = trim(substr(replace(local.label, "/-+/", "-"), 0, 20), "-")
  lb    = "lb-${local.short}-${substr(local.hash, 0, 8)}"
  group = "tg-${local.short}-${substr(sha256("${local.hash} ${var.port}"), 0, 8)}"

  # Fargate's sizes: units of 1/1024 vCPU, and MiB.
  sizes = {
    small     = { cpu = 256, memory = 512 }
    medium    = { cpu = 512, memory = 1024 }
    large     = { cpu = 1024, memory = 2048 }
    xlarge    = { cpu = 2048, memory = 4096 }
    "2xlarge" = { cpu = 4096, memory = 8192 }
  }

  internal = length(var.allowed_cidrs) == 0
  https    = var.certificate_arn != ""
  ports    = local.https ? ["80", "443"] : ["80"]
  ingress  = { for pair in setproduct(local.ports, toset(var.allowed_cidrs)) : "${pair[0]} ${pair[1]}" => { port = pair[0], cidr = pair[1] } }

  # A reference to a secret may name one of its keys after the ARN, which has seven parts;
  # that of a parameter has six.
  secrets    = distinct([for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, min(7, length(split(":", arn))))) if strcontains(arn, ":secretsmanager:")])
  parameters = distinct([for arn in values(var.secrets) : arn if strcontains(arn, ":ssm:")])
}

resource "aws_ecs_cluster" "this" {
  name = local.name
  tags = local.tags
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = aws_ecs_cluster.this.arn
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = var.copies

  # A new version replaces the old one only once it is well, and is taken back otherwise.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  wait_for_steady_state              = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.public_ip ? var.public_subnet_ids : var.subnet_ids
    security_groups  = [var.workload_security_group_id, aws_security_group.task.id]
    assign_public_ip = var.public_ip
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "app"
    container_port   = var.port
  }

  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"
  tags                    = local.tags

  depends_on = [aws_lb_listener.http, aws_lb_listener.https, aws_iam_role_policy.execution]

  lifecycle {
    precondition {
      condition     = var.public_ip || var.nat_gateway_id != null
      error_message = "The containers of ${var.name} cannot reach the internet, not even to fetch their image: turn on NAT in the network, or give them public addresses."
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.sizes[var.size].cpu
  memory                   = local.sizes[var.size].memory
  execution_role_arn       = aws_iam_role.this["exec"].arn
  task_role_arn            = aws_iam_role.this["task"].arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  container_definitions = jsonencode([{
    name         = "app"
    image        = var.image
    essential    = true
    portMappings = [{ containerPort = var.port, hostPort = var.port, protocol = "tcp" }]
    environment  = [for name, value in var.environment : { name = name, value = value }]
    secrets      = [for name, arn in var.secrets : { name = name, valueFrom = arn }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "app"
      }
    }
  }])

  tags = local.tags

  lifecycle {
    create_before_destroy = true # the old version serves until the new one does
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/cloud-engine/ecs/${local.name}"
  retention_in_days = var.log_days
  tags              = local.tags
}

# exec starts the containers, task is what they are: it may do nothing until somebody
# lets it.
resource "aws_iam_role" "this" {
  for_each = toset(["exec", "task"])

  name = "${local.name}-${each.key}"
  path = "/cloud-engine/"

  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })

  tags = local.tags
}

# Fetching the image, writing the log, and reading the secrets that are named.
resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.this["exec"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
        {
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = ["arn:aws:ecr:*:*:repository/*"]
        },
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
        },
      ],
      [for arns in [local.secrets] : { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = arns } if length(arns) > 0],
      [for arns in [local.parameters] : { Effect = "Allow", Action = ["ssm:GetParameters"], Resource = arns } if length(arns) > 0],
    )
  })
}

resource "aws_security_group" "task" {
  name        = "cloud-engine/${local.name}-task"
  description = "Containers of ${var.name}"
  vpc_id      = var.network_id
  tags        = merge(local.tags, { Name = "${local.label}-task" })
}

resource "aws_vpc_security_group_ingress_rule" "task" {
  security_group_id            = aws_security_group.task.id
  description                  = "Load balancer of ${var.name}"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.lb.id
  tags                         = local.tags
}
