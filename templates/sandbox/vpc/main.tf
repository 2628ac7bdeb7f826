# VPC
# A private network that the stack's other resources join by themselves.

resource "terraform_data" "this" {
  input = {
    kind    = "vpc"
    name    = var.name
    region  = var.region
    cidr    = var.cidr
    subnets = var.subnets
    nat     = var.nat
  }

  # A network's range cannot be changed in place.
  triggers_replace = [var.region, var.cidr]

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = {
      SANDBOX_RESOURCE = "vpc.${var.name}"
      SANDBOX_REGION   = var.region
      SANDBOX_CIDR     = var.cidr
      SANDBOX_SUBNETS  = var.subnets
      SANDBOX_PAUSE    = var.sandbox_seconds / 2
      SANDBOX_COUNTER  = var.sandbox_counter
      SANDBOX_FAIL     = var.sandbox_fail
    }
  }
}
