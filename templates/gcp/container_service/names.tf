locals {
  # Labels take small letters, digits, "_" and "-" only.
  labels = { for key, value in var.labels : key => substr(replace(lower(value), "/[^a-z0-9_-]/", "-"), 0, 63) }

  # The resources of a whole Google Cloud project share their names: the hash
  # keeps stacks, regions and kinds apart that would be called the same.
  scope    = join("-", compact([lookup(var.labels, "project", ""), lookup(var.labels, "stack", "")]))
  title    = join("-", compact([local.scope, var.name]))
  identity = join("/", [lookup(var.labels, "guild", ""), local.title, var.region, "container_service"])
  hash     = substr(sha256(local.identity), 0, 8)

  # At most 40 and 48 characters.
  short_name = "${var.name}-${local.hash}"
  cloud_name = join("-", compact([trimsuffix(substr(local.scope, 0, 39 - length(var.name)), "-"), local.short_name]))
}
