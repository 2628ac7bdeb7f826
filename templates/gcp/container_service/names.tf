locals {
  # Labels take small letters, digits, "_" and "-" only.
  labels = { for key, value in var.labels : key => substr(replace(lower(value), "/[^a-z0-9_-]/", "-"), 0, 63) }

  # The resources of a whole Google Cloud project share their names: the hash
  # keeps stacks, regions and kinds apart that would be called the same.
  title      = join("-", compact([lookup(var.labels, "project", ""), lookup(var.labels, "stack", ""), var.name]))
  identity   = join("/", [lookup(var.labels, "guild", ""), local.title, var.region, "container_service"])
  hash       = substr(sha256(local.identity), 0, 8)
  cloud_name = "${trimsuffix(substr(local.title, 0, 40), "-")}-${local.hash}"
}
