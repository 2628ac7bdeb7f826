output "nothing" {
  value = ""
}
