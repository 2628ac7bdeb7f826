# Machines, their disks, and what runs on them.
#
# An image does not tell its operating system in a plan, nor its root volume: Linux is
# assumed, and 8 GB of gp2 (20 GB for a node, 50 GB with Windows), and said.
# Of gp3, 3,000 IOPS and 125 MiB/s are free: https://aws.amazon.com/ebs/pricing/,
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html

provider = "aws"

# local.volumes, as ebs_volumes makes them, of each of local.machines.
components "volumes" {
  fixed "volume" {
    for_each = local.volumes
    label    = "${each.name} ${each.type}"
    unit     = "GB-month"
    key      = "ebs.storage/${each.type}"
    quantity = given(each.size) ? each.size : fail(each.unsized)
    copies   = local.machines
  }

  fixed "volume_iops" {
    for_each = local.volumes
    label    = "${each.name} ${each.type}, IOPS"
    unit     = "IOPS-month"
    key      = "ebs.iops/${each.type}"
    quantity = each.type == "gp3" ? each.iops - 3000 : each.iops
    copies   = local.machines
    when     = contains(["io1", "io2"], each.type) || each.type == "gp3" && try(each.iops > 3000, false)
  }

  fixed "volume_throughput" {
    for_each = local.volumes
    label    = "${each.name} gp3, throughput"
    unit     = "MiBps-month"
    key      = "ebs.throughput/gp3"
    quantity = each.throughput - 125
    copies   = local.machines
    when     = each.type == "gp3" && try(each.throughput > 125, false)
  }
}

# Of each of local.machines: an address if one of them is local.public, or else if the
# subnet gives addresses, and detailed monitoring if they are local.watched.
components "machines" {
  locals {
    address = assume(coalesce(local.public, try(subnet.map_public_ip_on_launch, null)), false, "no public IPv4 address")
  }

  fixed "public_ip" {
    label    = "Public IPv4 address"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours
    copies   = local.machines
    when     = local.address
  }

  # Detailed monitoring is seven metrics.
  fixed "monitoring" {
    label    = "Detailed monitoring, metrics"
    unit     = "month"
    key      = "cloudwatch.metric"
    quantity = 7
    copies   = local.machines
    when     = local.watched
  }
}

type "aws_instance" {
  include = ["volumes", "machines"]

  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  uses "subnet" {
    type    = "aws_subnet"
    through = ["subnet_id"]
  }

  # In state the address that is given to a machine is its own as well.
  used_by "addresses" {
    type = "aws_eip"
    by   = ["instance"]
  }

  used_by "associations" {
    type = "aws_eip_association"
    by   = ["instance_id"]
  }

  # In state what is attached to a machine is among its own volumes.
  planned "disks" {
    type    = "aws_ebs_volume"
    through = ["ebs_block_device.volume_id"]
  }

  planned "attached" {
    type    = "aws_volume_attachment"
    through = ["ebs_block_device.volume_id"]
    as      = ["volume_id"]
  }

  locals {
    kind     = try(coalesce(self.instance_type, template.instance_type), self.instance_type)
    placed   = coalesce(self.tenancy, get(try(template.placement, null), "tenancy"), "default")
    tenancy  = local.placed == "dedicated" ? "dedicated" : local.placed == "host" ? "host" : "shared"
    os       = self.get_password_data == true ? fail("Windows is not in the price list") : "linux"
    spot     = given(self.instance_market_options) || given(try(template.instance_market_options, null))
    volumes  = ebs_volumes(self.root_block_device, without(self.ebs_block_device, "volume_id", concat(disks, attached)), try(template.block_device_mappings, null), 8, "root volume")
    machines = 1
    # An interface that is made elsewhere has its addresses there.
    public  = coalesce(length(addresses) + length(associations) > 0 ? false : null, self.associate_public_ip_address, given(self.network_interface) ? false : null, get(try(template.network_interfaces, null), "associate_public_ip_address"))
    watched = coalesce(self.monitoring, get(try(template.monitoring, null), "enabled"))
  }

  fixed "compute" {
    label    = "Instance ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${assume(null, local.os, "Linux")}/${local.tenancy}"
    quantity = hours
  }
}

type "aws_ebs_volume" {
  include = ["volumes"]

  locals {
    volumes  = [{ name = "Storage", type = coalesce(self.type, "gp2"), size = self.size, unsized = "not set: size", iops = self.iops, throughput = self.throughput }]
    machines = 1
  }

  usage "io" {
    label = "I/O requests"
    unit  = "request"
    key   = "ebs.io/standard"
    when  = self.type == "standard"
  }
}

type "aws_autoscaling_group" {
  include = ["volumes", "machines"]

  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  uses "configuration" {
    type    = "aws_launch_configuration"
    through = ["launch_configuration"]
  }

  uses "subnet" {
    type    = "aws_subnet"
    through = ["vpc_zone_identifier"]
  }

  locals {
    mixed    = length(coalesce(self.mixed_instances_policy, [])) > 0 ? fail("mixed instances: which ones run is not in the plan") : false
    from     = local.mixed || template == null && configuration == null ? fail("its launch template is not in the plan") : true
    kind     = local.from ? try(coalesce(template.instance_type, configuration.instance_type), template.instance_type, configuration.instance_type) : null
    placed   = coalesce(get(try(template.placement, null), "tenancy"), try(configuration.placement_tenancy, null), "default")
    tenancy  = local.placed == "dedicated" ? "dedicated" : local.placed == "host" ? "host" : "shared"
    spot     = given(try(template.instance_market_options, null)) || given(try(configuration.spot_price, null))
    machines = assume(self.desired_capacity, self.min_size, "the least number of instances")
    volumes  = local.from ? ebs_volumes(try(configuration.root_block_device, null), try(configuration.ebs_block_device, null), try(template.block_device_mappings, null), 8, "root volume") : null
    public   = coalesce(get(try(template.network_interfaces, null), "associate_public_ip_address"), try(configuration.associate_public_ip_address, null))
    watched  = coalesce(get(try(template.monitoring, null), "enabled"), try(configuration.enable_monitoring, null))
  }

  fixed "compute" {
    label    = "Instances ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${assume(null, "linux", "Linux")}/${local.tenancy}"
    quantity = hours
    copies   = local.machines
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
  include = ["volumes", "machines"]

  uses "template" {
    type    = "aws_launch_template"
    through = ["launch_template.id", "launch_template.name"]
  }

  uses "subnet" {
    type    = "aws_subnet"
    through = ["subnet_ids"]
  }

  locals {
    machines = get(self.scaling_config, "desired_size")
    first    = try(self.instance_types[0], null)
    only     = try(length(self.instance_types) == 1, false) ? local.first : null
    template = try(template.instance_type, null)
    kind     = coalesce(local.only, assume(null, local.first, "the first instance type for all nodes"), local.template, assume(null, "t3.medium", "t3.medium nodes"))
    windows  = startswith(coalesce(self.ami_type, "AL2"), "WINDOWS")
    os       = local.windows ? fail("Windows is not in the price list") : "linux"
    spot     = coalesce(self.capacity_type, "ON_DEMAND") == "SPOT"
    volumes  = ebs_volumes({ volume_size = self.disk_size }, null, try(template.block_device_mappings, null), local.windows ? 50 : 20, "disk per node")
    public   = get(try(template.network_interfaces, null), "associate_public_ip_address")
    watched  = get(try(template.monitoring, null), "enabled")
  }

  fixed "compute" {
    label    = "Nodes ${local.kind}, on demand"
    unit     = "hour"
    key      = local.spot ? fail("Spot prices change by the hour") : "ec2.instance/${local.kind}/${local.os}/shared"
    quantity = hours
    copies   = local.machines
  }
}

# Tasks on Fargate are paid by their size; others by the instances that they run on.
# Without a launch type the default strategy of the cluster decides:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html
type "aws_ecs_service" {
  free = "Tasks on instances, which are paid for by themselves"

  uses "task" {
    type    = "aws_ecs_task_definition"
    through = ["task_definition"]
  }

  locals {
    providers = [for s in coalesce(self.capacity_provider_strategy, []) : get(s, "capacity_provider")]
    strategy  = length(local.providers) > 0
    launched  = local.strategy || given(self.launch_type) ? self.launch_type == "FARGATE" : fail("it has no launch type and no capacity provider strategy: its cluster's default is not known")
    fargate   = local.strategy ? length([for p in local.providers : p if startswith(p, "FARGATE")]) > 0 : local.launched
    spot      = length([for p in local.providers : p if p == "FARGATE_SPOT"]) > 0
    found     = task == null ? fail("its task definition is not in the plan") : true
    platform  = local.spot ? fail("Spot prices change by the hour") : lower(split("_", coalesce(get(try(task.runtime_platform, null), "operating_system_family"), "LINUX"))[0])
    cpu       = lower(coalesce(get(try(task.runtime_platform, null), "cpu_architecture"), "x86_64"))
    count     = coalesce(self.desired_count, 0)
    disk      = get(try(task.ephemeral_storage, null), "size_in_gib")
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

  # 20 GB of each task are free: https://aws.amazon.com/fargate/pricing/
  fixed "storage" {
    label    = "Fargate ephemeral storage beyond 20 GB"
    unit     = "GB-hour"
    key      = "fargate.storage/${local.platform}"
    quantity = hours * local.count * (local.disk - 20)
    when     = local.fargate && try(local.disk > 20, false)
  }

  fixed "public_ip" {
    label    = "Public IPv4 addresses"
    unit     = "hour"
    key      = "vpc.public_ipv4"
    quantity = hours * local.count
    when     = local.fargate && get(self.network_configuration, "assign_public_ip") == true
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
