removed {
  from = terraform_data.web
  lifecycle {
    destroy = false
  }
}
resource "terraform_data" "net" {
  input = { kind = "vpc", region = "eu-1" }
}
