# Load balancer
# Spreads requests over all machines of the stack.

locals {
  # Made from the name, so that the same stack has the same addresses everywhere.
  hash    = sha256("load_balancer/${var.name}")
  address = "198.18.${parseint(substr(local.hash, 0, 2), 16)}.${4 + parseint(substr(local.hash, 2, 4), 16) % 250}"
}

resource "terraform_data" "this" {
  input = {
    kind             = "load_balancer"
    name             = var.name
    region           = var.region
    protocol         = var.protocol
    port             = var.port
    health_path      = var.health_path
    network_id       = var.network_id
    target_ids       = var.target_ids
    target_addresses = var.target_addresses
    address          = local.address
  }

  # A load balancer does not move.
  triggers_replace = [var.region]

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = {
      SANDBOX_RESOURCE = "load_balancer.${var.name}"
      SANDBOX_REGION   = var.region
      SANDBOX_LISTENER = "${var.protocol}/${var.port}"
      SANDBOX_TARGETS  = join(" ", var.target_addresses)
      SANDBOX_PAUSE    = var.sandbox_seconds / 2
      SANDBOX_COUNTER  = var.sandbox_counter
      SANDBOX_FAIL     = var.sandbox_fail
    }
  }
}
