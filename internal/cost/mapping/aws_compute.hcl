# Machines, their disks, and what runs on them.
#
# An image does not tell its operating system in a plan: Linux is assumed, and said.
# Baselines of gp3 (3,000 IOPS and 125 MiB/s are free), the default volume of an
# image (8 GB gp2) and of a node (20 GB gp2): https://aws.amazon.com/ebs/pricing/,
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html

provider = "aws"

type "aws_instance" {
  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  locals {
    kind    = try(coalesce(self.instance_type, template.instance_type), self.instance_type)
    tenancy = contains(["dedicated", "host"], coalesce(self.tenancy, "default")) ? self.tenancy : "shared"
    os      = self.get_password_data == true ? fail("Windows is not in the price list") : assume(null, "linux", "Linux")
    spot    = length(coalesce(self.instance_market_options, [])) > 0
    root    = coalesce(get(self.root_block_device, "volume_type"), "gp2")
    iops    = get(self.root_block_device, "iops")
    flow    = get(self.root_block_device, "throughput")
  }

  fixed "compute" {
    label    = "Instance ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${local.os}/${local.tenancy}"
    quantity = hours
  }

  fixed "root_volume" {
    label    = "Root volume ${local.root}"
    unit     = "GB-month"
    key      = "ebs.storage/${local.root}"
    quantity = assume(get(self.root_block_device, "volume_size"), 8, "8 GB ${local.root} root volume")
  }

  fixed "root_iops" {
    label    = "Root volume ${local.root}, IOPS"
    unit     = "IOPS-month"
    key      = "ebs.iops/${local.root}"
    quantity = local.root == "gp3" ? local.iops - 3000 : local.iops
    when     = contains(["io1", "io2"], local.root) || local.root == "gp3" && try(local.iops > 3000, false)
  }

  fixed "root_throughput" {
    label    = "Root volume gp3, throughput"
    unit     = "MiBps-month"
    key      = "ebs.throughput/gp3"
    quantity = local.flow - 125
    when     = local.root == "gp3" && try(local.flow > 125, false)
  }

  fixed "volume" {
    for_each = self.ebs_block_device
    label    = "Volume ${coalesce(get(each, "volume_type"), "gp2")}"
    unit     = "GB-month"
    key      = "ebs.storage/${coalesce(get(each, "volume_type"), "gp2")}"
    quantity = assume(get(each, "volume_size"), 8, "8 GB additional volume")
  }

  fixed "volume_iops" {
    for_each = self.ebs_block_device
    label    = "Volume ${coalesce(get(each, "volume_type"), "gp2")}, IOPS"
    unit     = "IOPS-month"
    key      = "ebs.iops/${get(each, "volume_type")}"
    quantity = get(each, "volume_type") == "gp3" ? get(each, "iops") - 3000 : get(each, "iops")
    when     = contains(["io1", "io2"], coalesce(get(each, "volume_type"), "gp2")) || get(each, "volume_type") == "gp3" && try(get(each, "iops") > 3000, false)
  }

  fixed "volume_throughput" {
    for_each = self.ebs_block_device
    label    = "Volume gp3, throughput"
    unit     = "MiBps-month"
    key      = "ebs.throughput/gp3"
    quantity = get(each, "throughput") - 125
    when     = get(each, "volume_type") == "gp3" && try(get(each, "throughput") > 125, false)
  }

  fixed "public_ip" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
    when     = self.associate_public_ip_address
  }

  # Detailed monitoring is seven metrics.
  fixed "monitoring" {
    label    = "Detailed monitoring, metrics"
    unit     = "month"
    key      = "cloudwatch.metric"
    quantity = 7
    when     = self.monitoring
  }
}

type "aws_ebs_volume" {
  locals {
    kind = coalesce(self.type, "gp2")
  }

  fixed "storage" {
    label    = "Storage ${local.kind}"
    unit     = "GB-month"
    key      = "ebs.storage/${local.kind}"
    quantity = self.size
  }

  fixed "iops" {
    label    = "IOPS ${local.kind}"
    unit     = "IOPS-month"
    key      = "ebs.iops/${local.kind}"
    quantity = local.kind == "gp3" ? self.iops - 3000 : self.iops
    when     = contains(["io1", "io2"], local.kind) || local.kind == "gp3" && try(self.iops > 3000, false)
  }

  fixed "throughput" {
    label    = "Throughput gp3"
    unit     = "MiBps-month"
    key      = "ebs.throughput/gp3"
    quantity = self.throughput - 125
    when     = local.kind == "gp3" && try(self.throughput > 125, false)
  }

  usage "io" {
    label = "I/O requests"
    unit  = "request"
    key   = "ebs.io/standard"
    when  = local.kind == "standard"
  }
}

type "aws_autoscaling_group" {
  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  uses "configuration" {
    type    = "aws_launch_configuration"
    through = ["launch_configuration"]
  }

  locals {
    mixed = length(coalesce(self.mixed_instances_policy, [])) > 0 ? fail("mixed instances: which ones run is not in the plan") : false
    from  = local.mixed || template == null && configuration == null ? fail("its launch template is not in the plan") : true
    kind  = local.from ? try(coalesce(template.instance_type, configuration.instance_type), template.instance_type, configuration.instance_type) : null
    spot  = try(length(template.instance_market_options) > 0, false) || try(configuration.spot_price != null && configuration.spot_price != "", false)
    count = assume(self.desired_capacity, self.min_size, "the least number of instances")
    ebs   = try(get(template.block_device_mappings, "ebs"), null)
    disk  = try(configuration.root_block_device, null)
    root  = coalesce(get(local.ebs, "volume_type"), get(local.disk, "volume_type"), "gp2")
    size  = assume(coalesce(get(local.ebs, "volume_size"), get(local.disk, "volume_size")), 8, "8 GB ${local.root} root volume")
  }

  fixed "compute" {
    label    = "Instances ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${assume(null, "linux", "Linux")}/shared"
    quantity = hours * local.count
  }

  fixed "root_volumes" {
    label    = "Root volumes ${local.root}"
    unit     = "GB-month"
    key      = local.from ? "ebs.storage/${local.root}" : null
    quantity = local.size * local.count
  }
}

type "aws_eks_cluster" {
  fixed "cluster" {
    label    = "Kubernetes control plane, standard support"
    unit     = "hour"
    key      = "eks.cluster"
    quantity = hours
  }
}

type "aws_eks_node_group" {
  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  locals {
    count   = get(self.scaling_config, "desired_size")
    given   = coalesce(try(self.instance_types[0], null), try(template.instance_type, null))
    kind    = assume(local.given, "t3.medium", "t3.medium nodes")
    windows = startswith(coalesce(self.ami_type, "AL2"), "WINDOWS") ? fail("Windows is not in the price list") : "linux"
    spot    = coalesce(self.capacity_type, "ON_DEMAND") == "SPOT"
    ebs     = try(get(template.block_device_mappings, "ebs"), null)
    root    = coalesce(get(local.ebs, "volume_type"), "gp2")
    size    = assume(coalesce(self.disk_size, get(local.ebs, "volume_size")), 20, "20 GB ${local.root} disk per node")
  }

  fixed "compute" {
    label    = "Nodes ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${local.windows}/shared"
    quantity = hours * local.count
  }

  fixed "disks" {
    label    = "Disks ${local.root}"
    unit     = "GB-month"
    key      = "ebs.storage/${local.root}"
    quantity = local.size * local.count
  }
}

# Tasks on Fargate are paid by their size; those on EC2 by the instances.
type "aws_ecs_service" {
  uses "task" {
    type    = "aws_ecs_task_definition"
    through = ["task_definition"]
  }

  locals {
    provider = get(self.capacity_provider_strategy, "capacity_provider")
    fargate  = coalesce(self.launch_type, "EC2") == "FARGATE" || startswith(coalesce(local.provider, "EC2"), "FARGATE")
    spot     = coalesce(local.provider, "EC2") == "FARGATE_SPOT"
    found    = task == null ? fail("its task definition is not in the plan") : true
    platform = local.spot ? fail("Spot prices change by the hour") : lower(split("_", coalesce(get(try(task.runtime_platform, null), "operating_system_family"), "LINUX"))[0])
    cpu      = lower(coalesce(get(try(task.runtime_platform, null), "cpu_architecture"), "x86_64"))
    count    = coalesce(self.desired_count, 0)
  }

  fixed "vcpu" {
    label    = "Fargate vCPU"
    unit     = "vCPU-hour"
    key      = local.found ? "fargate.vcpu/${local.platform}/${local.cpu}" : null
    quantity = hours * local.count * (task.cpu / 1024)
    when     = local.fargate
  }

  fixed "memory" {
    label    = "Fargate memory"
    unit     = "GB-hour"
    key      = local.found ? "fargate.memory/${local.platform}/${local.cpu}" : null
    quantity = hours * local.count * (task.memory / 1024)
    when     = local.fargate
  }
}

type "aws_lambda_function" {
  locals {
    cpu = coalesce(try(self.architectures[0], null), "x86_64")
  }

  usage "requests" {
    label = "Requests"
    unit  = "request"
    key   = "lambda.requests"
  }

  usage "duration" {
    label = "Duration, ${local.cpu}"
    unit  = "GB-second"
    key   = "lambda.duration/${local.cpu}"
  }
}
