locals {
  # People recognise the first part, and the hash keeps apart what would be called
  # the same: other projects, and the same stack in another region.
  project = lookup(var.labels, "project", "")
  stack   = lookup(var.labels, "stack", "")
  words   = join("-", compact([local.project, local.stack, var.name]))
  hash    = sha256(join("/", [lookup(var.labels, "guild", ""), local.project, local.stack, "load_balancer", var.name, var.region]))

  # At most 63 characters, as host names are.
  cloud_name = "${trim(substr(local.words, 0, 54), "-")}-${substr(local.hash, 0, 8)}"

  # Keys and values start and end with a letter or a digit, values have at most 63 characters.
  labels = merge([for key, value in var.labels : {
    (trim(key, "_-")) = trim(substr(replace(value, "/[^a-zA-Z0-9._-]/", "-"), 0, 63), "._-")
  }]...)
}
