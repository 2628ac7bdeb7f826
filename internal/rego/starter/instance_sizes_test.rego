package cloudengine.instance_sizes_test

import data.cloudengine.instance_sizes

allowed := {
	"sandbox": ["small"],
	"aws": ["t3.*", "db.t3.*", "cache.t3.*"],
	"gcp": ["e2-*", "db-f1-micro"],
	"azure": ["Standard_B*", "B_Standard_B*"],
	"hetzner": ["cx22"],
}

# messages of a plan that makes one resource of this type.
judged(type, after, unknown) := {d.msg |
	some d in instance_sizes.deny with data.settings.instance_sizes.allowed as allowed
		with input as {"plan": {"resource_changes": [{
			"address": "module.x-a.r.this",
			"mode": "managed",
			"type": type,
			"change": {"actions": ["create"], "after": after, "after_unknown": unknown},
		}]}}
}

test_allowed[type] if {
	some type, after in {
		"aws_instance": {"instance_type": "t3.large"},
		"aws_db_instance": {"instance_class": "db.t3.micro"},
		"aws_elasticache_cluster": {"node_type": "cache.t3.micro"},
		"google_compute_instance": {"machine_type": "e2-standard-2"},
		"google_compute_instance_template": {"machine_type": "https://compute.example/zones/a/machineTypes/e2-small"},
		"google_sql_database_instance": {"settings": [{"tier": "db-f1-micro"}]},
		"azurerm_linux_virtual_machine": {"size": "Standard_B2s"},
		"azurerm_postgresql_flexible_server": {"sku_name": "B_Standard_B1ms"},
		"hcloud_server": {"server_type": "cx22"},
		"terraform_data": {"input": {"kind": "compute_vm", "size": "small"}},
		"aws_vpc": {"cidr_block": "10.0.0.0/16"},
		"aws_launch_template": {"instance_type": null},
	}
	judged(type, after, {}) == set()
}

test_refused[type] if {
	some type, after in {
		"aws_instance": {"instance_type": "p5.48xlarge"},
		"aws_db_instance": {"instance_class": "db.r6g.large"},
		"google_compute_instance": {"machine_type": "a2-megagpu-16g"},
		"google_sql_database_instance": {"settings": [{"tier": "db-n1-highmem-64"}]},
		"azurerm_windows_virtual_machine": {"size": "Standard_M128s"},
		"azurerm_mssql_database": {"sku_name": "BC_Gen5_80"},
		"hcloud_server": {"server_type": "ccx63"},
		"terraform_data": {"input": {"kind": "database", "size": "large"}},
	}
	count(judged(type, after, {})) == 1
}
