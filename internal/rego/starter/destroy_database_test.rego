package cloudengine.destroy_database_test

import data.cloudengine.destroy_database
import data.starter.testing

judged(plan) := found if found := destroy_database.deny with input as plan

databases := {
	"aws_db_instance": {},
	"aws_dynamodb_table": {},
	"azurerm_postgresql_flexible_server": {},
	"azurerm_mssql_database": {},
	"google_sql_database_instance": {},
	"google_spanner_instance": {},
	"hcloud_server": {},
	"hcloud_volume": {},
	"terraform_data": {"input": {"kind": "database", "name": "db"}},
}

address := "module.database-db.r.this"

test_destroyed[type] if {
	some type, before in databases
	some d in judged(testing.gone(type, address, before))
	contains(d.msg, "would be destroyed")
}

test_replaced[type][order] if {
	some type, before in databases
	some order, actions in {"old first": ["delete", "create"], "new first": ["create", "delete"]}
	some d in judged(testing.destroyed(type, address, before, actions))
	contains(d.msg, "would be replaced")
}

test_meant[type] if {
	some type, before in databases
	plan := object.union(testing.gone(type, address, before), {"session": {"destroy": true}})
	judged(plan) == set()
}

test_kept[type][action] if {
	some type, before in databases
	some action in ["no-op", "update", "create", "read", "forget"]
	judged(testing.destroyed(type, address, before, [action])) == set()
}

test_others_may_go[type] if {
	some type, before in {
		"aws_instance": {},
		"google_compute_instance": {},
		"azurerm_linux_virtual_machine": {},
		"hcloud_server": {},
		"terraform_data": {"input": {"kind": "compute_vm"}},
	}
	judged(testing.gone(type, "module.compute_vm-web.r.this", before)) == set()
}

test_data_sources_are_no_databases if {
	plan := testing.gone("aws_db_instance", address, {})
	read := json.patch(plan, [{"op": "replace", "path": "/plan/resource_changes/0/mode", "value": "data"}])
	judged(read) == set()
}
