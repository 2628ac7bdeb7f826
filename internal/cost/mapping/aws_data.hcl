# Databases, caches, buckets and logs.

provider = "aws"

# Storage is gp2 where nothing is said, and io1 where IOPS are:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance
type "aws_db_instance" {
  locals {
    zones  = self.multi_az == true ? "multi" : "single"
    engine = lower(self.engine)
    fallback = coalesce(self.iops, 0) > 0 ? "io1" : "gp2"
    volume = assume(self.storage_type, local.fallback, "${local.fallback} storage")
    # gp3 has 3,000 IOPS for nothing, and 12,000 from 400 GB on.
    free_iops = local.volume == "gp3" ? (self.allocated_storage >= 400 ? 12000 : 3000) : 0
  }

  fixed "instance" {
    label    = "Database ${self.instance_class}, ${local.engine}, ${local.zones == "multi" ? "two zones" : "one zone"}"
    unit     = "hour"
    key      = "rds.instance/${self.instance_class}/${local.engine}/${local.zones}"
    quantity = hours
  }

  fixed "storage" {
    label    = "Storage ${local.volume}"
    unit     = "GB-month"
    key      = "rds.storage/${local.volume}/${local.engine}/${local.zones}"
    quantity = self.allocated_storage
  }

  fixed "iops" {
    label    = "IOPS ${local.volume}"
    unit     = "IOPS-month"
    key      = "rds.iops/${local.volume}/${local.zones}"
    quantity = self.iops - local.free_iops
    when     = contains(["io1", "io2"], local.volume) || local.volume == "gp3" && try(self.iops > local.free_iops, false)
  }
}

type "aws_rds_cluster_instance" {
  locals {
    engine = self.engine == "aurora" ? "aurora-mysql" : self.engine
  }

  fixed "instance" {
    label    = "Database ${self.instance_class}, ${local.engine}"
    unit     = "hour"
    key      = self.instance_class == "db.serverless" ? fail("the capacity of Aurora Serverless depends on use") : "rds.instance/${self.instance_class}/${local.engine}/single"
    quantity = hours
  }
}

type "aws_rds_cluster" {
  locals {
    aurora = startswith(coalesce(self.engine, "aurora"), "aurora") ? true : fail("clusters other than Aurora's are not in the price list")
  }

  usage "storage" {
    label = "Storage"
    unit  = "GB-month"
    key   = local.aurora ? "rds.storage/aurora" : null
  }

  usage "io" {
    label = "I/O requests"
    unit  = "request"
    key   = local.aurora ? "rds.io/aurora" : null
    when  = coalesce(self.storage_type, "aurora") != "aurora-iopt1"
  }
}

type "aws_elasticache_cluster" {
  locals {
    engine = lower(self.engine)
  }

  fixed "nodes" {
    label    = "Cache ${self.node_type}, ${local.engine}"
    unit     = "hour"
    key      = "elasticache.node/${self.node_type}/${local.engine}"
    quantity = hours * assume(self.num_cache_nodes, 1, "one node")
  }
}

type "aws_dynamodb_table" {
  locals {
    on_demand = coalesce(self.billing_mode, "PROVISIONED") == "PAY_PER_REQUEST"
  }

  fixed "read" {
    label    = "Read capacity"
    unit     = "unit-hour"
    key      = "dynamodb.read"
    quantity = hours * self.read_capacity
    when     = !local.on_demand
  }

  fixed "write" {
    label    = "Write capacity"
    unit     = "unit-hour"
    key      = "dynamodb.write"
    quantity = hours * self.write_capacity
    when     = !local.on_demand
  }

  fixed "index_read" {
    for_each = local.on_demand ? null : self.global_secondary_index
    label    = "Read capacity of index ${get(each, "name")}"
    unit     = "unit-hour"
    key      = "dynamodb.read"
    quantity = hours * get(each, "read_capacity")
  }

  fixed "index_write" {
    for_each = local.on_demand ? null : self.global_secondary_index
    label    = "Write capacity of index ${get(each, "name")}"
    unit     = "unit-hour"
    key      = "dynamodb.write"
    quantity = hours * get(each, "write_capacity")
  }

  usage "read_requests" {
    label = "Read requests"
    unit  = "request"
    key   = "dynamodb.read_requests"
    when  = local.on_demand
  }

  usage "write_requests" {
    label = "Write requests"
    unit  = "request"
    key   = "dynamodb.write_requests"
    when  = local.on_demand
  }

  usage "storage" {
    label = "Storage"
    unit  = "GB-month"
    key   = "dynamodb.storage"
  }
}

type "aws_s3_bucket" {
  usage "storage" {
    label = "Storage, standard"
    unit  = "GB-month"
    key   = "s3.storage/standard"
  }

  usage "requests_tier1" {
    label = "Requests: PUT, COPY, POST, LIST"
    unit  = "request"
    key   = "s3.requests/tier1"
  }

  usage "requests_tier2" {
    label = "Requests: GET, SELECT and others"
    unit  = "request"
    key   = "s3.requests/tier2"
  }
}

type "aws_cloudwatch_log_group" {
  usage "ingest" {
    label = "Logs taken in"
    unit  = "GB"
    key   = "cloudwatch.logs.ingest"
  }

  usage "storage" {
    label = "Logs kept"
    unit  = "GB-month"
    key   = "cloudwatch.logs.storage"
  }
}
