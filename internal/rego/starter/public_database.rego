# No public database.
#
# A database is reached from its own network: one with an address on the internet
# is one leaked password away from strangers. Where a provider's default is
# public, the attribute has to be set. What is judged is what the plan makes or
# changes.
#
# Not looked at: security groups and firewalls (but Hetzner's, where databases
# run on servers), as who is behind an address is not in the plan.
package cloudengine.public_database

import data.starter.plan

deny contains {"msg": msg, "resource": address} if {
	some [address, why] in open
	msg := sprintf("%s %s. Databases are reached from their network only.", [address, why])
}

# attribute and the one value that closes the database.
closed := {
	"aws_db_instance": ["publicly_accessible", false],
	"aws_dms_replication_instance": ["publicly_accessible", false],
	"aws_neptune_cluster_instance": ["publicly_accessible", false],
	"aws_rds_cluster_instance": ["publicly_accessible", false],
	"aws_redshift_cluster": ["publicly_accessible", false],
	"azurerm_cosmosdb_account": ["public_network_access_enabled", false],
	"azurerm_mariadb_server": ["public_network_access_enabled", false],
	"azurerm_mssql_server": ["public_network_access_enabled", false],
	"azurerm_mysql_flexible_server": ["public_network_access", "Disabled"],
	"azurerm_mysql_server": ["public_network_access_enabled", false],
	"azurerm_postgresql_flexible_server": ["public_network_access_enabled", false],
	"azurerm_postgresql_server": ["public_network_access_enabled", false],
	"azurerm_redis_cache": ["public_network_access_enabled", false],
}

open contains [rc.address, sprintf("needs %s = %v", [attribute, value])] if {
	some rc in plan.made
	[attribute, value] := closed[rc.type]
	object.get(rc.change.after, attribute, null) != value
	not in_subnet(rc)
}

# Azure's flexible servers in a subnet of their own have no public side.
in_subnet(rc) if object.get(rc.change.after, "delegated_subnet_id", null) != null

in_subnet(rc) if plan.is_unknown(rc, "delegated_subnet_id")

open contains [rc.address, "needs ip_configuration { ipv4_enabled = false }"] if {
	some rc in plan.made
	rc.type == "google_sql_database_instance"
	not google_private(rc.change.after)
}

google_private(instance) if instance.settings[0].ip_configuration[0].ipv4_enabled == false

open contains [rc.address, "has a public address"] if {
	some rc in plan.made
	rc.type == "google_alloydb_instance"
	some network in rc.change.after.network_config
	network.enable_public_ip != false
}

# On Hetzner a database is a server of a resource of the kind database.
open contains [rc.address, "needs public_net with ipv4_enabled and ipv6_enabled = false"] if {
	some rc in plan.made
	rc.type == "hcloud_server"
	plan.of_kind(rc.address, "database")
	not hetzner_private(rc.change.after)
}

hetzner_private(server) if {
	server.public_net[0].ipv4_enabled == false
	server.public_net[0].ipv6_enabled == false
}

database_ports := {1433, 1521, 3306, 5432, 6379, 9200, 27017}

open contains [rc.address, sprintf("lets everybody in at port %s", [rule.port])] if {
	some rc in plan.made
	rc.type == "hcloud_firewall"
	some rule in rc.change.after.rule
	rule.direction == "in"
	reaches_database(rule.port)
	some source in rule.source_ips
	source in {"0.0.0.0/0", "::/0"}
}

# reaches_database is true of a port, a range of ports, or all of them.
reaches_database("any")

reaches_database(ports) if {
	is_string(ports)
	bounds := [to_number(bound) | some bound in regex.find_n(`[0-9]+`, ports, 2)]
	some port in database_ports
	min(bounds) <= port
	port <= max(bounds)
}

# Kinds that say it in their own variables, such as those of the sandbox.
open contains [d.address, "is public"] if {
	some d in plan.described
	d.kind == "database"
	some attribute in ["public", "public_ip", "public_access", "publicly_accessible"]
	object.get(d.values, attribute, false) != false
	object.get(d.values, attribute, false) != null
}

open contains [d.address, "has a public address"] if {
	some d in plan.described
	d.kind == "database"
	object.get(d.values, "public_address", null) != null
}
