resource "terraform_data" "web" {
  input            = { kind = "compute_vm", region = "eu-1", size = "large", disk_gib = 20 }
  triggers_replace = "large"
  lifecycle {
    create_before_destroy = true
  }
}
