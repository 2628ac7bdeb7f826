# The sandbox's kinds are terraform_data with an input of ours. What they cost is
# invented; any other terraform_data is free.

provider = "sandbox"

type "terraform_data" {
  region = get(self.input, "region")

  locals {
    kind    = get(self.input, "kind")
    priced  = try(contains(["bucket", "compute_vm", "database", "load_balancer", "vpc"], local.kind), false)
    sized   = try(contains(["compute_vm", "database"], local.kind), false)
    size    = local.sized ? get(self.input, "size") : "standard"
    storage = try(coalesce(get(self.input, "disk_gib"), get(self.input, "storage_gib")), 0)
  }

  fixed "resource" {
    label    = local.sized ? "Sandbox ${local.kind} ${local.size}, invented price" : "Sandbox ${local.kind}, invented price"
    unit     = "hour"
    key      = "sandbox/${local.kind}/${local.size}"
    quantity = hours
    when     = local.priced
  }

  fixed "storage" {
    label    = "Sandbox storage, invented price"
    unit     = "GB-month"
    key      = "sandbox/${local.kind}/storage"
    quantity = local.storage
    when     = local.sized && local.storage > 0
  }
}
