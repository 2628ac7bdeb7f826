moved {
  from = terraform_data.web
  to   = terraform_data.server
}
resource "terraform_data" "server" {
  input = { kind = "compute_vm", region = "eu-1", size = "medium", disk_gib = 20 }
}
