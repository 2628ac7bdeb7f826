import {
  to = terraform_data.net
  id = "0b8d6b45-0000-0000-0000-000000000000"
}
resource "terraform_data" "net" {
  input = { kind = "vpc", region = "eu-1" }
}
