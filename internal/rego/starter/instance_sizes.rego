# Only the allowed sizes of machines and databases.
#
# A size is the fastest way to a large bill. The list of what is allowed is
# data: see `settings.instance_sizes`, which your own file can replace. A size
# that is not known before the apply is not allowed: nobody could have approved
# it.
package cloudengine.instance_sizes

import data.settings.instance_sizes
import data.starter.plan

deny contains {"msg": msg, "resource": address} if {
	some [address, provider, size] in sizes
	list := object.get(instance_sizes.allowed, provider, [])
	not is_allowed(list, size)
	msg := sprintf("%s has the size %s. Allowed: %s.", [address, size, words(list)])
}

is_allowed(list, size) if {
	some pattern in list
	glob.match(pattern, ["."], size)
}

words(list) := concat(", ", list) if count(list) > 0

words([]) := "none"

attributes := {
	"aws_db_instance": ["aws", "instance_class"],
	"aws_docdb_cluster_instance": ["aws", "instance_class"],
	"aws_elasticache_cluster": ["aws", "node_type"],
	"aws_elasticache_replication_group": ["aws", "node_type"],
	"aws_instance": ["aws", "instance_type"],
	"aws_launch_template": ["aws", "instance_type"],
	"aws_neptune_cluster_instance": ["aws", "instance_class"],
	"aws_rds_cluster_instance": ["aws", "instance_class"],
	"azurerm_linux_virtual_machine": ["azure", "size"],
	"azurerm_linux_virtual_machine_scale_set": ["azure", "sku"],
	"azurerm_mssql_database": ["azure", "sku_name"],
	"azurerm_mysql_flexible_server": ["azure", "sku_name"],
	"azurerm_mysql_server": ["azure", "sku_name"],
	"azurerm_postgresql_flexible_server": ["azure", "sku_name"],
	"azurerm_postgresql_server": ["azure", "sku_name"],
	"azurerm_virtual_machine": ["azure", "vm_size"],
	"azurerm_windows_virtual_machine": ["azure", "size"],
	"azurerm_windows_virtual_machine_scale_set": ["azure", "sku"],
	"google_compute_instance": ["gcp", "machine_type"],
	"google_compute_instance_template": ["gcp", "machine_type"],
	"hcloud_server": ["hetzner", "server_type"],
}

sizes contains [rc.address, provider, name] if {
	some rc in plan.made
	[provider, attribute] := attributes[rc.type]
	size := rc.change.after[attribute]
	size != null
	parts := split(sprintf("%v", [size]), "/") # Google's may be a whole URL
	name := parts[count(parts) - 1]
}

sizes contains [rc.address, provider, "(known after apply)"] if {
	some rc in plan.made
	[provider, attribute] := attributes[rc.type]
	plan.is_unknown(rc, attribute)
}

sizes contains [rc.address, "gcp", tier] if {
	some rc in plan.made
	rc.type == "google_sql_database_instance"
	some settings in rc.change.after.settings
	tier := settings.tier
}

sizes contains [rc.address, "sandbox", values.size] if {
	some rc in plan.made
	rc.type == "terraform_data"
	values := rc.change.after.input
	values.kind in {"compute_vm", "database"}
}
