# Virtual machine
# A Linux machine with an encrypted disk in the stack's network. Nothing outside of
# the network reaches it until ports and address ranges are named.

terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

locals {
  # 40 characters at most. People recognise the first part, and the hash keeps apart what
  # would be called the same: other projects and kinds, and the same stack in another
  # region.
  project = lookup(var.tags, "project", "")
  stack   = lookup(var.tags, "stack", "")
  place   = replace(join("-", compact([local.project, local.stack])), "/-+/", "-")
  own     = trim(substr(replace(var.name, "/-+/", "-"), 0, 31), "-")
  hash    = sha256(join("/", [lookup(var.tags, "guild", ""), local.project, local.stack, "compute_vm", var.name, var.region]))
  base    = join("-", compact([trim(substr(local.place, 0, max(0, 30 - length(local.own))), "-"), local.own, substr(local.hash, 0, 8)]))

  # Azure keeps keys that begin with its own names for itself.
  tags = merge([for key, value in var.tags : { (replace(key, "/^(azure|microsoft|windows)/", "x-$1")) = value }]...)

  # All of them boot securely (generation 2, trusted launch).
  images = {
    "ubuntu-24.04" = { publisher = "Canonical", offer = "ubuntu-24_04-lts", sku = "server" }
    "ubuntu-22.04" = { publisher = "Canonical", offer = "0001-com-ubuntu-server-jammy", sku = "22_04-lts-gen2" }
    "debian-12"    = { publisher = "Debian", offer = "debian-12", sku = "12-gen2" }
  }

  # As Azure writes ranges: from their first address on, and all of them as a star.
  ssh_ranges = [for c in var.ssh_cidrs : cidrsubnet(c, 0, 0)]
  ranges     = [for c in var.allowed_cidrs : cidrsubnet(c, 0, 0)]
  everybody  = contains(local.ranges, "0.0.0.0/0")

  user = "azureuser"
  nic  = "nic-${local.base}"
}

data "azurerm_client_config" "current" {}

# Each resource of a stack has a group of its own: what is in it comes and goes with it,
# and what it costs and who may see it can be said for it alone.
resource "azurerm_resource_group" "this" {
  name     = "rg-${local.base}"
  location = var.region
  tags     = local.tags
}

# Azure's own rules below these allow the network and the probes of load balancers,
# and deny the rest.
resource "azurerm_network_security_group" "this" {
  name                = "nsg-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "ssh" {
  count = length(var.ssh_cidrs) > 0 ? 1 : 0

  name                        = "allow-ssh"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefixes     = local.ssh_ranges
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "22"
}

resource "azurerm_network_security_rule" "ports" {
  count = length(var.open_ports) > 0 ? 1 : 0

  name                        = "allow-ports"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = local.everybody ? "*" : null
  source_address_prefixes     = local.everybody ? null : local.ranges
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_ranges     = [for p in var.open_ports : tostring(p)]
}

resource "azurerm_public_ip" "this" {
  count = var.public_ip ? 1 : 0

  name                = "pip-${local.base}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags

  # An address that is taken away leaves the interface before it is deleted.
  lifecycle {
    create_before_destroy = true
  }
}

resource "azurerm_network_interface" "this" {
  name                = local.nic
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags

  # All the sizes can: a machine would have to be stopped to change it.
  accelerated_networking_enabled = true

  ip_configuration {
    name                          = "primary" # load balancers count on it
    subnet_id                     = var.public_ip ? var.public_subnet_ids[0] : var.subnet_ids[var.subnet_number - 1]
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = one(azurerm_public_ip.this[*].id)
  }

  lifecycle {
    precondition {
      condition     = var.public_ip || var.subnet_number <= length(var.subnet_ids)
      error_message = "There is no private subnet ${var.subnet_number}: the network has ${length(var.subnet_ids)}. Choose another one, or raise the network's subnets."
    }
  }
}

resource "azurerm_network_interface_security_group_association" "this" {
  network_interface_id      = azurerm_network_interface.this.id
  network_security_group_id = azurerm_network_security_group.this.id
}

resource "azurerm_linux_virtual_machine" "this" {
  name                  = "vm-${local.base}"
  computer_name         = var.name
  resource_group_name   = azurerm_resource_group.this.name
  location              = azurerm_resource_group.this.location
  zone                  = var.zone == "any" ? null : var.zone
  size                  = var.size
  network_interface_ids = [azurerm_network_interface.this.id]
  tags                  = local.tags

  admin_username                  = local.user
  disable_password_authentication = true
  custom_data                     = var.startup_script == "" ? null : base64encode(var.startup_script)

  secure_boot_enabled        = true
  vtpm_enabled               = true
  encryption_at_host_enabled = var.encryption_at_host

  admin_ssh_key {
    username   = local.user
    public_key = var.ssh_public_key
  }

  source_image_reference {
    publisher = local.images[var.image].publisher
    offer     = local.images[var.image].offer
    sku       = local.images[var.image].sku
    version   = "latest"
  }

  os_disk {
    name                 = "osdisk-${local.base}"
    caching              = "ReadWrite"
    storage_account_type = var.disk_type
    disk_size_gb         = var.disk_gib
  }

  # What it may do in Azure is granted to this identity, so that no key lies on it.
  identity {
    type = "SystemAssigned"
  }

  # The serial console, in storage of Azure's own.
  boot_diagnostics {}

  # It is never up without its firewall.
  depends_on = [
    azurerm_network_interface_security_group_association.this,
    azurerm_network_security_rule.ssh,
    azurerm_network_security_rule.ports,
  ]
}
