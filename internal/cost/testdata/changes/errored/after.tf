resource "terraform_data" "web" {
  input = { kind = "compute_vm", region = "eu-1", size = "large", disk_gib = 20 }
}
resource "terraform_data" "net" {
  input = { kind = "vpc", region = "eu-1" }
  lifecycle {
    precondition {
      condition     = terraform_data.web.id == "another"
      error_message = "It fails."
    }
  }
}
