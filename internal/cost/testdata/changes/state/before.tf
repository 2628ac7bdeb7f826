resource "terraform_data" "web" {
  input = { kind = "compute_vm", region = "eu-1", size = "medium", disk_gib = 20 }
}
