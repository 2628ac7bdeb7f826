# Virtual machine
# A machine with a disk, in the stack's network.

locals {
  # Made from the name, so that the same stack has the same addresses everywhere.
  hash    = sha256("compute_vm/${var.name}")
  host    = "${parseint(substr(local.hash, 0, 2), 16)}.${4 + parseint(substr(local.hash, 2, 4), 16) % 250}"
  vcpus   = { small = 1, medium = 2, large = 4 }
  memory  = { small = 2, medium = 4, large = 16 }
  address = "10.0.${local.host}"
}

resource "terraform_data" "this" {
  input = {
    kind           = "compute_vm"
    name           = var.name
    region         = var.region
    size           = var.size
    vcpus          = local.vcpus[var.size]
    memory_gib     = local.memory[var.size]
    image          = var.image
    disk_gib       = var.disk_gib
    network_id     = var.network_id
    address        = local.address
    public_address = var.public_ip ? "198.18.${local.host}" : null
  }

  # A machine does not change its image or its place.
  triggers_replace = [var.region, var.image]

  lifecycle {
    precondition {
      condition     = var.image != "withdrawn"
      error_message = "The image \"withdrawn\" is not offered in ${var.region}. Choose another one."
    }
  }

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = {
      SANDBOX_RESOURCE = "compute_vm.${var.name}"
      SANDBOX_REGION   = var.region
      SANDBOX_SIZE     = var.size
      SANDBOX_IMAGE    = var.image
      SANDBOX_ADDRESS  = local.address
      SANDBOX_PAUSE    = var.sandbox_seconds / 2
      SANDBOX_COUNTER  = var.sandbox_counter
      SANDBOX_FAIL     = var.sandbox_fail
    }
  }
}
