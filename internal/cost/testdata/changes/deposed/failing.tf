resource "terraform_data" "web" {
  input            = { kind = "compute_vm", region = "eu-1", size = "large", disk_gib = 20 }
  triggers_replace = "large"
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "user" {
  triggers_replace = terraform_data.web.id
  provisioner "local-exec" {
    command = "false"
  }
}
