# Bucket
# Storage for files.

resource "terraform_data" "this" {
  input = {
    kind           = "bucket"
    name           = var.name
    region         = var.region
    versioning     = var.versioning
    public         = var.public
    retention_days = var.retention_days
    purpose        = var.purpose
    url            = "https://${var.name}.bucket.${var.region}.sandbox.example"
  }

  # A bucket does not move.
  triggers_replace = [var.region]

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = {
      SANDBOX_RESOURCE = "bucket.${var.name}"
      SANDBOX_REGION   = var.region
      SANDBOX_PURPOSE  = var.purpose
      SANDBOX_PAUSE    = var.sandbox_seconds / 2
      SANDBOX_COUNTER  = var.sandbox_counter
      SANDBOX_FAIL     = var.sandbox_fail
    }
  }
}
