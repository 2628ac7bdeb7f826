# Machines and their disks.

provider = "aws"

free = []

type "aws_instance" {
  locals {
    tenancy = coalesce(self.tenancy, "default")
    root    = coalesce(get(self.root_block_device, "volume_type"), "gp2")
  }

  fixed "compute" {
    label    = "Instance ${self.instance_type}, Linux, on demand"
    unit     = "hour"
    key      = "ec2.instance/${self.instance_type}/linux/${local.tenancy == "default" ? "shared" : local.tenancy}"
    quantity = hours
  }

  fixed "root_volume" {
    label    = "Root volume ${local.root}"
    unit     = "GB-month"
    key      = "ebs.storage/${local.root}"
    quantity = assume(get(self.root_block_device, "volume_size"), 8, "8 GB ${local.root} root volume")
  }

  fixed "volume" {
    for_each = self.ebs_block_device
    label    = "Volume ${coalesce(get(each, "volume_type"), "gp2")}"
    unit     = "GB-month"
    key      = "ebs.storage/${coalesce(get(each, "volume_type"), "gp2")}"
    quantity = get(each, "volume_size")
  }
}
