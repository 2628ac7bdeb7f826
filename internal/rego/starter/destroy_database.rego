# No database is destroyed in passing.
#
# A change of one attribute can make Terraform replace a database, and its data
# is gone. A plan that destroys or replaces one is denied, unless the session was
# opened to destroy the stack: then people were asked, and typed its name.
package cloudengine.destroy_database

import data.starter.plan

deny contains {"msg": msg, "resource": rc.address} if {
	some rc in plan.destroyed
	is_database(rc)
	not input.session.destroy == true
	msg := sprintf("%s would be %s, and its data lost. No database is destroyed in passing: an admin can let it pass, with a reason.", [rc.address, fate(rc)])
}

fate(rc) := "replaced" if "create" in rc.change.actions

fate(rc) := "destroyed" if not "create" in rc.change.actions

types := {
	"aws_db_instance", "aws_docdb_cluster", "aws_dynamodb_table", "aws_neptune_cluster", "aws_rds_cluster",
	"aws_redshift_cluster",
	"azurerm_cosmosdb_account", "azurerm_cosmosdb_mongo_database", "azurerm_cosmosdb_sql_database",
	"azurerm_mariadb_server", "azurerm_mssql_database", "azurerm_mssql_managed_instance", "azurerm_mssql_server",
	"azurerm_mysql_flexible_database", "azurerm_mysql_flexible_server", "azurerm_mysql_server",
	"azurerm_postgresql_flexible_server", "azurerm_postgresql_flexible_server_database", "azurerm_postgresql_server",
	"google_alloydb_cluster", "google_bigtable_instance", "google_firestore_database", "google_spanner_database",
	"google_spanner_instance", "google_sql_database", "google_sql_database_instance",
}

is_database(rc) if rc.type in types

# On Hetzner a database is a server and its volume.
is_database(rc) if {
	rc.type in {"hcloud_server", "hcloud_volume"}
	plan.of_kind(rc.address, "database")
}

is_database(rc) if {
	rc.type == "terraform_data"
	rc.change.before.input.kind == "database"
}
