# Database
# A managed PostgreSQL or MySQL server, in the stack's network.

locals {
  # Made from the name, so that the same stack has the same addresses everywhere.
  hash    = sha256("database/${var.name}")
  address = "10.0.${parseint(substr(local.hash, 0, 2), 16)}.${4 + parseint(substr(local.hash, 2, 4), 16) % 250}"
  port    = { postgres = 5432, mysql = 3306 }
}

resource "terraform_data" "this" {
  input = {
    kind           = "database"
    name           = var.name
    region         = var.region
    engine         = var.engine
    engine_version = var.engine_version
    size           = var.size
    storage_gib    = var.storage_gib
    network_id     = var.network_id
    address        = local.address
    port           = local.port[var.engine]
  }

  # A server does not change its engine or its place.
  triggers_replace = [var.region, var.engine]

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = {
      SANDBOX_RESOURCE = "database.${var.name}"
      SANDBOX_REGION   = var.region
      SANDBOX_ENGINE   = var.engine
      SANDBOX_VERSION  = var.engine_version
      SANDBOX_STORAGE  = var.storage_gib
      SANDBOX_PAUSE    = var.sandbox_seconds / 2
      SANDBOX_COUNTER  = var.sandbox_counter
      SANDBOX_FAIL     = var.sandbox_fail
    }
  }
}
