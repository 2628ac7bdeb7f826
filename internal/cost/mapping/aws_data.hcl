# Databases, caches, buckets and logs.

provider = "aws"

# Storage is gp2 where nothing is said, and io1 where IOPS are:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance
# Of gp3, 3,000 IOPS and 125 MiB/s are free; where an engine spreads its storage over
# several volumes, which it does from 400 GB on, with Oracle from 200 and with SQL Server
# never, 12,000 and 500: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
type "aws_db_instance" {
  uses "source" {
    type    = "aws_db_instance"
    through = ["replicate_source_db"]
  }

  locals {
    zones    = self.multi_az == true ? "multi" : "single"
    engine   = lower(coalesce(self.engine, try(source.engine, null)))
    gb       = coalesce(self.allocated_storage, try(source.allocated_storage, null))
    told     = coalesce(self.storage_type, try(source.storage_type, null))
    fallback = coalesce(self.iops, 0) > 0 ? "io1" : "gp2"
    volume   = assume(local.told, local.fallback, "${local.fallback} storage")
    spread   = startswith(local.engine, "oracle") ? local.gb >= 200 : local.gb >= 400
    wide     = local.volume == "gp3" && (startswith(local.engine, "sqlserver") ? false : local.spread)
    iops     = local.volume == "gp3" ? (local.wide ? 12000 : 3000) : 0 # that are free
    flow     = local.wide ? 500 : 125                                  # MiB/s that are free
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
    quantity = local.gb
  }

  fixed "iops" {
    label    = "IOPS ${local.volume}"
    unit     = "IOPS-month"
    key      = "rds.iops/${local.volume}/${local.zones}"
    quantity = self.iops - local.iops
    when     = contains(["io1", "io2"], local.volume) || local.volume == "gp3" && coalesce(self.iops, 0) > local.iops
  }

  fixed "throughput" {
    label    = "Throughput gp3"
    unit     = "MiBps-month"
    key      = "rds.throughput/gp3/${local.zones}"
    quantity = self.storage_throughput - local.flow
    when     = local.volume == "gp3" && coalesce(self.storage_throughput, 0) > local.flow
  }

  fixed "public_ip" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
    when     = self.publicly_accessible
  }
}

# Instances of a cluster whose storage is I/O-Optimized, and that storage, have prices of
# their own: https://aws.amazon.com/rds/aurora/pricing/
type "aws_rds_cluster_instance" {
  uses "cluster" {
    type    = "aws_rds_cluster"
    through = ["cluster_identifier"]
    as      = ["id", "cluster_identifier", "arn"]
  }

  locals {
    standard = coalesce(try(cluster.storage_type, null), "aurora") == "aurora-iopt1" ? fail("Aurora I/O-Optimized is not in the price list") : true
    engine   = self.engine == "aurora" ? "aurora-mysql" : self.engine
  }

  fixed "instance" {
    label    = "Database ${self.instance_class}, ${local.engine}"
    unit     = "hour"
    key      = self.instance_class == "db.serverless" ? fail("the capacity of Aurora Serverless depends on use") : !local.standard ? null : "rds.instance/${self.instance_class}/${local.engine}/single"
    quantity = hours
  }

  fixed "public_ip" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
    when     = self.publicly_accessible
  }
}

type "aws_rds_cluster" {
  locals {
    optimized = coalesce(self.storage_type, "aurora") == "aurora-iopt1"
    aurora    = startswith(coalesce(self.engine, "aurora"), "aurora") ? true : fail("clusters other than Aurora's are not in the price list")
  }

  usage "storage" {
    label = "Storage"
    unit  = "GB-month"
    key   = local.optimized ? fail("Aurora I/O-Optimized is not in the price list") : local.aurora ? "rds.storage/aurora" : null
  }

  usage "io" {
    label = "I/O requests"
    unit  = "request"
    key   = local.aurora ? "rds.io/aurora" : null
    when  = !local.optimized
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
    standard  = coalesce(self.table_class, "STANDARD") == "STANDARD" ? true : fail("tables of infrequent access are not in the price list")
  }

  fixed "read" {
    label    = "Read capacity"
    unit     = "unit-hour"
    key      = local.standard ? "dynamodb.read" : null
    quantity = hours * self.read_capacity
    when     = !local.on_demand
  }

  fixed "write" {
    label    = "Write capacity"
    unit     = "unit-hour"
    key      = local.standard ? "dynamodb.write" : null
    quantity = hours * self.write_capacity
    when     = !local.on_demand
  }

  fixed "index_read" {
    for_each = local.on_demand ? null : self.global_secondary_index
    label    = "Read capacity of index ${get(each, "name")}"
    unit     = "unit-hour"
    key      = local.standard ? "dynamodb.read" : null
    quantity = hours * get(each, "read_capacity")
  }

  fixed "index_write" {
    for_each = local.on_demand ? null : self.global_secondary_index
    label    = "Write capacity of index ${get(each, "name")}"
    unit     = "unit-hour"
    key      = local.standard ? "dynamodb.write" : null
    quantity = hours * get(each, "write_capacity")
  }

  # What is written is written and stored in each of them once more.
  fixed "replicas" {
    for_each = self.replica
    label    = "Replica in ${get(each, "region_name")}"
    unit     = "unit-hour"
    key      = local.standard ? fail("replicas of tables are not in the price list") : null
    quantity = hours
  }

  usage "read_requests" {
    label = "Read requests"
    unit  = "request"
    key   = local.standard ? "dynamodb.read_requests" : null
    when  = local.on_demand
  }

  usage "write_requests" {
    label = "Write requests"
    unit  = "request"
    key   = local.standard ? "dynamodb.write_requests" : null
    when  = local.on_demand
  }

  usage "storage" {
    label = "Storage"
    unit  = "GB-month"
    key   = local.standard ? "dynamodb.storage" : null
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
  locals {
    standard = coalesce(self.log_group_class, "STANDARD") == "STANDARD" ? true : fail("log groups of class ${self.log_group_class} are not in the price list")
  }

  usage "ingest" {
    label = "Logs taken in"
    unit  = "GB"
    key   = local.standard ? "cloudwatch.logs.ingest" : null
  }

  usage "storage" {
    label = "Logs kept"
    unit  = "GB-month"
    key   = local.standard ? "cloudwatch.logs.storage" : null
  }
}
