locals {
  # Labels take small letters, digits, "_" and "-" only, and Google keeps keys that begin
  # with goog for itself.
  labels = merge([for key, value in var.labels : {
    (replace(key, "/^goog/", "x-goog")) = substr(replace(lower(value), "/[^a-z0-9_-]/", "-"), 0, 63)
  }]...)

  # The resources of a whole Google Cloud project share their names: the hash
  # keeps stacks and kinds apart that would be called the same. It stands in no region.
  whose    = [for key in ["guild", "project", "stack"] : lookup(var.labels, key, "")]
  scope    = join("-", compact([local.whose[1], local.whose[2]]))
  title    = join("-", compact([local.scope, var.name]))
  identity = join("/", concat(local.whose, [var.name, "load_balancer"]))
  hash     = substr(sha256(local.identity), 0, 8)

  # People recognise the first part. At most 40 and 48 characters.
  own        = trimsuffix(substr(var.name, 0, 31), "-")
  short_name = "${local.own}-${local.hash}"
  cloud_name = join("-", compact([trimsuffix(substr(local.scope, 0, 38 - length(local.own)), "-"), local.short_name]))
}
