# Containers and secrets of Google Cloud, which are paid for as they are used.

provider = "gcp"

# It is paid for while it answers, and always for instances that it keeps.
type "google_cloud_run_v2_service" {
  usage "vcpu" {
    label = "vCPUs while instances run"
    unit  = "vCPU-hour"
    key   = "run.vcpu"
  }

  usage "memory" {
    label = "Memory while instances run"
    unit  = "GB-hour"
    key   = "run.memory"
  }

  usage "requests" {
    label = "Requests"
    unit  = "request"
    key   = "run.requests"
  }
}

type "google_secret_manager_secret" {
  region = "global"

  usage "accesses" {
    label = "Accesses"
    unit  = "request"
    key   = "secret.accesses"
  }
}

# Each version is paid for in each place where it is kept; Google Cloud's own choice of
# places counts as one: https://cloud.google.com/secret-manager/pricing
type "google_secret_manager_secret_version" {
  region = "global"

  uses "secret" {
    type    = "google_secret_manager_secret"
    through = ["secret"]
  }

  fixed "version" {
    label    = "Version of a secret"
    unit     = "month"
    key      = "secret.version"
    quantity = try(max(1, length(get(secret.replication, "user_managed", "replicas"))), 1)
  }
}
