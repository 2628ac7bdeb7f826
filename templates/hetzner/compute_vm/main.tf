# Virtual machine
# A server in the stack's network. With a public address a firewall stands before it
# that lets in what is asked for and nothing else.

terraform {
  required_version = ">= 1.9"

  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

locals {
  # The firewall finds its machine by this label, whenever that gets a public address.
  marker = "cloud-engine-vm"
  mark   = { (local.marker) = substr(local.hash, 0, 16) }

  ingress = concat(
    [for cidr in sort(tolist(toset(var.ssh_cidrs))) : { port = 22, cidr = cidr }],
    [for pair in setproduct(toset(var.open_ports), toset(var.allowed_cidrs)) : { port = pair[0], cidr = pair[1] }],
  )

  # People come in with a key. Without this the first one who does would be asked for
  # the root password that Hetzner mails to the account's owner.
  access = {
    ssh_pwauth = false
    chpasswd   = { expire = false }
    users      = [{ name = "root", lock_passwd = true, ssh_authorized_keys = compact([var.ssh_public_key]) }]
  }
  first_start = concat(
    [{ type = "text/cloud-config", content = jsonencode(local.access) }],
    [for script in compact([var.startup_script]) : {
      type    = startswith(script, "#cloud-config") ? "text/cloud-config" : "text/x-shellscript"
      content = script
    }],
  )
}

resource "hcloud_server" "this" {
  name        = local.cloud_name
  location    = var.region
  server_type = var.size
  image       = var.image
  user_data   = "#cloud-config-archive\n${jsonencode(local.first_start)}"
  backups     = var.backups

  delete_protection  = var.deletion_protection
  rebuild_protection = var.deletion_protection
  placement_group_id = var.spread ? var.placement_group_id : null
  labels             = merge(local.labels, local.mark)

  public_net {
    ipv4_enabled = var.public_ip
    ipv4         = one(hcloud_primary_ip.this[*].id)
    ipv6_enabled = false
  }

  network {
    subnet_id = var.subnet_ids[0]
    alias_ips = [] # unsaid, it would be a change in each plan
  }

  lifecycle {
    # Hetzner moves no running machine to other hardware.
    ignore_changes = [placement_group_id]

    precondition {
      condition     = length(var.ssh_cidrs) == 0 || var.ssh_public_key != ""
      error_message = "SSH needs a key: set ssh_public_key, or leave ssh_cidrs empty."
    }
  }

  # Before the machine is reached by anybody.
  depends_on = [hcloud_firewall.this]
}

# An address that stays when the machine is replaced.
resource "hcloud_primary_ip" "this" {
  count = var.public_ip ? 1 : 0

  name        = local.cloud_name
  type        = "ipv4"
  location    = var.region
  auto_delete = false
  labels      = local.labels
}

# Without a rule it lets nothing in. It stands before public addresses alone: members
# of the network reach each other.
resource "hcloud_firewall" "this" {
  name   = local.cloud_name
  labels = local.labels

  apply_to {
    label_selector = join(",", [for key, value in local.mark : "${key}=${value}"])
  }

  dynamic "rule" {
    for_each = local.ingress

    content {
      direction  = "in"
      protocol   = "tcp"
      port       = rule.value.port
      source_ips = [rule.value.cidr]
    }
  }
}

resource "hcloud_volume" "this" {
  count = var.volume_gib > 0 ? 1 : 0

  name              = local.cloud_name
  size              = var.volume_gib
  server_id         = hcloud_server.this.id
  automount         = true
  format            = "ext4"
  delete_protection = var.deletion_protection
  labels            = local.labels
}
