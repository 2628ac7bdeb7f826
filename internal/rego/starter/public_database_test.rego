package cloudengine.public_database_test

import data.cloudengine.public_database
import data.starter.testing

judged(plan) := found if found := public_database.deny with input as plan

private := {
	"aws_db_instance": {"publicly_accessible": false},
	"aws_rds_cluster_instance": {"publicly_accessible": false},
	"aws_vpc": {"publicly_accessible": true},
	"azurerm_mssql_server": {"public_network_access_enabled": false},
	"azurerm_mysql_flexible_server": {"public_network_access": "Disabled"},
	"azurerm_postgresql_flexible_server": {"public_network_access_enabled": true, "delegated_subnet_id": "/subnets/a"},
	"google_sql_database_instance": {"settings": [{"ip_configuration": [{"ipv4_enabled": false}]}]},
	"google_alloydb_instance": {"network_config": []},
	"hcloud_server": {"public_net": [{"ipv4_enabled": false, "ipv6_enabled": false}]},
	"hcloud_firewall": {"rule": [{"direction": "in", "port": "5432", "source_ips": ["10.0.0.0/8"]}]},
	"terraform_data": {"input": {"kind": "database", "public": false, "public_address": null}},
}

public := {
	"aws_db_instance": {"publicly_accessible": true},
	"aws_redshift_cluster": {"publicly_accessible": "(sensitive)"},
	"azurerm_mssql_server": {"public_network_access_enabled": true},
	"azurerm_mysql_flexible_server": {"public_network_access": "Enabled"},
	"azurerm_postgresql_flexible_server": {"public_network_access_enabled": true, "delegated_subnet_id": null},
	"google_sql_database_instance": {"settings": [{"ip_configuration": [{"ipv4_enabled": true}]}]},
	"google_alloydb_instance": {"network_config": [{"enable_public_ip": true}]},
	"hcloud_server": {"public_net": [{"ipv4_enabled": false, "ipv6_enabled": true}]},
	"hcloud_firewall": {"rule": [{"direction": "in", "port": "5432", "source_ips": ["10.0.0.0/8", "::/0"]}]},
	"terraform_data": {"input": {"kind": "database", "public": true}},
}

test_private[type] if {
	some type, after in private
	judged(testing.made_in("module.database-db.r.this", type, after)) == set()
}

test_public[type] if {
	some type, after in public
	count(judged(testing.made_in("module.database-db.r.this", type, after))) == 1
}

firewall(port) := testing.made("hcloud_firewall", {"rule": [{"direction": "in", "port": port, "source_ips": ["0.0.0.0/0"]}]})

test_ports_of_a_database[port] if {
	some port in ["5432", "5000-6000", "5432-5432", "5432-5440", "5400-5432", "1-65535", " 1 - 65535 ", "any"]
	count(judged(firewall(port))) == 1
}

test_other_ports[port] if {
	some port in ["443", "54320", "1-1023", "5433-6378", "30000-65535", "", null]
	judged(firewall(port)) == set()
}

# Where the provider's default is public, or unknown, silence is not enough.
test_default[type] if {
	some type in [
		"aws_rds_cluster_instance", "azurerm_cosmosdb_account", "azurerm_redis_cache", "google_sql_database_instance",
		"hcloud_server",
	]
	count(judged(testing.made_in("module.database-db.r.this", type, {}))) == 1
}

test_unknown_is_refused if {
	count(judged(testing.unknown("aws_rds_cluster_instance", "publicly_accessible"))) == 1
}

test_unknown_subnet_is_private if {
	judged(testing.unknown("azurerm_postgresql_flexible_server", "delegated_subnet_id")) == set()
}

test_other_servers_may_be_public if {
	judged(testing.made_in("module.compute_vm-web.hcloud_server.this", "hcloud_server", {})) == set()
	judged(testing.made("terraform_data", {"input": {"kind": "compute_vm", "public": true}})) == set()
}

test_public_address_of_the_sandbox if {
	count(judged(testing.made("terraform_data", {"input": {"kind": "database", "public_address": "198.18.0.4"}}))) == 1
}

asked(kind, values) := object.union(
	testing.made_in("module.database-db.terraform_data.this", "terraform_data", {}),
	{"session": {"resources": [{"kind": kind, "name": "db", "values": values}]}},
)

test_asked_for_in_the_session if {
	some d in judged(asked("database", {"public": true}))
	d.resource == "database.db"
	judged(asked("database", {"public": false})) == set()
	judged(asked("database", {})) == set()
	judged(asked("bucket", {"public": true})) == set()
}

test_imported_is_judged if {
	plan := testing.changed("aws_db_instance", "aws_db_instance.a", ["no-op"], {"publicly_accessible": true}, {})
	imported := json.patch(plan, [{"op": "add", "path": "/plan/resource_changes/0/change/importing", "value": {"id": "a"}}])
	count(judged(imported)) == 1
	judged(plan) == set()
}
