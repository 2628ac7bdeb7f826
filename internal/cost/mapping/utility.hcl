# What lives in Terraform's state alone.

free = [
  "null_resource",
  "random_bytes",
  "random_id",
  "random_integer",
  "random_password",
  "random_pet",
  "random_shuffle",
  "random_string",
  "random_uuid",
  "time_offset",
  "time_rotating",
  "time_sleep",
  "time_static",
  "tls_cert_request",
  "tls_locally_signed_cert",
  "tls_private_key",
  "tls_self_signed_cert",
  "local_file",
  "local_sensitive_file",
]
