# Database
# A managed PostgreSQL or MySQL server (RDS) in the private subnets of the stack's network.
# It is encrypted, takes TLS connections only, and makes daily backups. Its password is made
# and rotated by AWS and lies in Secrets Manager.

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
  hash  = sha256(jsonencode(concat(local.whose, ["database", var.name, var.region])))
  name  = "${trim(substr(replace(local.label, "/-+/", "-"), 0, 40), "-")}-${substr(local.hash, 0, 8)}"

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })

  port   = { postgres = 5432, mysql = 3306 }[var.engine]
  family = "${var.engine}${var.engine_version}"

  # What makes the server refuse connections without TLS.
  tls = {
    postgres = { name = "rds.force_ssl", value = "1" }
    mysql    = { name = "require_secure_transport", value = "1" }
  }[var.engine]
}

resource "aws_db_instance" "this" {
  identifier     = local.name
  engine         = var.engine
  engine_version = var.engine_version
  instance_class = var.size
  db_name        = var.database_name
  port           = local.port
  multi_az       = var.high_availability

  allocated_storage = var.storage_gib
  storage_type      = "gp3"
  storage_encrypted = true

  # What gp3 includes from 400 GiB on; said, as growing to that size is refused otherwise:
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
  iops               = var.storage_gib >= 400 ? 12000 : null
  storage_throughput = var.storage_gib >= 400 ? 500 : null

  username                    = "dbadmin"
  manage_master_user_password = true

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false

  backup_retention_period   = var.backup_days
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.name}-${terraform_data.snapshot.id}"
  deletion_protection       = var.deletion_protection

  # Minor versions come by themselves, major ones when somebody chooses them. What was
  # approved is done at once and not in the next maintenance window.
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = true
  apply_immediately           = true

  tags = local.tags
}

# Gives the last backup of each server a name of its own: that of an older server with
# the same name may still exist.
resource "terraform_data" "snapshot" {
  triggers_replace = [local.name, var.engine, var.database_name]
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.name}-"
  family      = local.family
  description = "Connections with TLS only"
  tags        = local.tags

  parameter {
    name  = local.tls.name
    value = local.tls.value
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Private subnets of the stack"
  subnet_ids  = var.subnet_ids
  tags        = local.tags
}

resource "aws_security_group" "this" {
  name        = "cloud-engine/${local.name}"
  description = "Who may reach the database ${var.name}"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "workload" {
  security_group_id            = aws_security_group.this.id
  description                  = "Members of the stack"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = var.workload_security_group_id
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "range" {
  for_each = toset(var.allowed_cidrs)

  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port
  cidr_ipv4         = each.value
  tags              = local.tags
}
