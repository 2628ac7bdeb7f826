package cloudengine.instance_sizes_test

import data.cloudengine.instance_sizes
import data.starter.testing

allowed := {
	"sandbox": ["small"],
	"aws": ["t3.*", "db.t3.*", "cache.t3.*"],
	"gcp": ["e2-*", "db-f1-micro"],
	"azure": ["Standard_B*", "B_Standard_B*"],
	"hetzner": ["cx22"],
}

judged(plan) := found if found := instance_sizes.deny with data.settings.instance_sizes.allowed as allowed with input as plan

test_allowed[type] if {
	some type, after in {
		"aws_instance": {"instance_type": "t3.large"},
		"aws_db_instance": {"instance_class": "db.t3.micro"},
		"aws_elasticache_cluster": {"node_type": "cache.t3.micro"},
		"aws_launch_template": {"instance_type": null},
		"aws_vpc": {"cidr_block": "10.0.0.0/16"},
		"google_compute_instance": {"machine_type": "e2-standard-2"},
		"google_compute_instance_template": {"machine_type": "https://compute.example/zones/a/machineTypes/e2-small"},
		"google_sql_database_instance": {"settings": [{"tier": "db-f1-micro"}]},
		"azurerm_linux_virtual_machine": {"size": "Standard_B2s"},
		"azurerm_postgresql_flexible_server": {"sku_name": "B_Standard_B1ms"},
		"hcloud_server": {"server_type": "cx22"},
		"terraform_data": {"input": {"kind": "compute_vm", "size": "small"}},
	}
	judged(testing.made(type, after)) == set()
}

test_refused[type] if {
	some type, after in {
		"aws_instance": {"instance_type": "p5.48xlarge"},
		"aws_db_instance": {"instance_class": "db.r6g.large"},
		"aws_elasticache_replication_group": {"node_type": "(sensitive)"},
		"google_compute_instance": {"machine_type": "a2-megagpu-16g"},
		"google_sql_database_instance": {"settings": [{"tier": "db-n1-highmem-64"}]},
		"azurerm_windows_virtual_machine": {"size": "Standard_M128s"},
		"azurerm_mssql_database": {"sku_name": "BC_Gen5_80"},
		"hcloud_server": {"server_type": "ccx63"},
		"terraform_data": {"input": {"kind": "database", "size": "large"}},
	}
	count(judged(testing.made(type, after))) == 1
}

test_pattern_ends_at_a_dot if {
	count(judged(testing.made("aws_instance", {"instance_type": "t3.large.metal"}))) == 1
}

test_unknown_is_refused if {
	some d in judged(testing.unknown("aws_instance", "instance_type"))
	contains(d.msg, "(known after apply)")
}

test_provider_without_a_list_is_refused if {
	plan := testing.made("hcloud_server", {"server_type": "cx22"})
	some d in instance_sizes.deny with data.settings.instance_sizes.allowed as {} with input as plan
	d.msg == "module.x-a.r.this has the size cx22. Allowed: none."
}

test_what_stands_untouched_is_let_be if {
	judged(testing.changed("aws_instance", "aws_instance.a", ["no-op"], {"instance_type": "p5.48xlarge"}, {})) == set()
}
