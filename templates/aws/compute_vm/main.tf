# Virtual machine
# An EC2 instance with an encrypted disk, in the stack's network. People reach it
# through Session Manager without any open port, or through SSH where that is asked for.

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
  hash  = sha256(jsonencode(concat(local.whose, ["compute_vm", var.name, var.region])))
  name  = "${trim(substr(replace(local.label, "/-+/", "-"), 0, 40), "-")}-${substr(local.hash, 0, 8)}"

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  # Where those who make an image publish the newest of it.
  images = {
    "ubuntu-24.04"      = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
    "debian-13"         = "/aws/service/debian/release/13/latest/amd64"
    "debian-12"         = "/aws/service/debian/release/12/latest/amd64"
    "amazon-linux-2023" = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  }

  # The name spreads machines over the first two zones; a third one moves none of them.
  subnet_ids = var.public_ip ? var.public_subnet_ids : var.subnet_ids
  place      = parseint(substr(sha256(var.name), 0, 6), 16) % 2

  ingress = merge(
    { for cidr in toset(var.ssh_cidrs) : "22 ${cidr}" => { port = 22, cidr = cidr } },
    { for pair in setproduct(toset(var.open_ports), toset(var.allowed_cidrs)) : "${pair[0]} ${pair[1]}" => { port = tonumber(pair[0]), cidr = pair[1] } },
  )
}

data "aws_ssm_parameter" "image" {
  name = local.images[var.image]
}

# The image as it was when the machine was made: a newer one replaces no machine.
# Another choice of image is another instance of this resource, and does.
resource "terraform_data" "image" {
  for_each = toset([var.image])

  input = data.aws_ssm_parameter.image.insecure_value

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_instance" "this" {
  ami           = terraform_data.image[var.image].input
  instance_type = var.size
  subnet_id     = local.subnet_ids[local.place]

  associate_public_ip_address = var.public_ip
  vpc_security_group_ids      = [var.workload_security_group_id, aws_security_group.this.id]
  iam_instance_profile        = aws_iam_instance_profile.this.name
  key_name                    = one(aws_key_pair.this[*].key_name)

  user_data                   = var.startup_script == "" ? null : var.startup_script
  user_data_replace_on_change = true

  ebs_optimized           = true
  disable_api_termination = var.deletion_protection

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required" # IMDSv2
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.disk_gib
    encrypted   = true
    tags        = local.tags
  }

  tags = local.tags
}

# An address that stays when the machine is stopped or gets another size.
resource "aws_eip" "this" {
  count = var.public_ip ? 1 : 0

  domain   = "vpc"
  instance = aws_instance.this.id
  tags     = local.tags
}

resource "aws_key_pair" "this" {
  count = var.ssh_public_key == "" ? 0 : 1

  key_name   = "${local.name}-${substr(sha256(var.ssh_public_key), 0, 8)}"
  public_key = var.ssh_public_key
  tags       = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "this" {
  name        = "cloud-engine/${local.name}"
  description = "Who may reach the machine ${var.name}"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress

  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
  tags              = local.tags
}

resource "aws_iam_role" "this" {
  name = local.name
  path = "/cloud-engine/"

  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })

  tags = local.tags
}

# What Session Manager's agent needs, and no more:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
resource "aws_iam_role_policy" "session_manager" {
  name = "session-manager"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      Resource = "*"
    }]
  })
}

resource "aws_iam_instance_profile" "this" {
  name = local.name
  path = "/cloud-engine/"
  role = aws_iam_role.this.name
  tags = local.tags
}
