# Encryption is on.
#
# A disk that is sold on, a snapshot that is shared by mistake, a connection that
# is overheard: none of them should give anything away. Databases, disks and
# buckets are encrypted at rest where that can be chosen. It cannot be turned off
# for S3 (since 2023), and never could for Google's and Azure's disks, buckets
# and databases, so there it is their connections that are looked at. Hetzner
# encrypts no volumes: the label `encryption = luks` says that the server does,
# and a volume without it gets a warning.
package cloudengine.encryption

import data.starter.plan

deny contains {"msg": msg, "resource": address} if {
	some [address, why] in open
	msg := sprintf("%s %s. What is stored or sent has to be encrypted.", [address, why])
}

# attribute that has to be true.
required := {
	"aws_db_instance": "storage_encrypted",
	"aws_docdb_cluster": "storage_encrypted",
	"aws_ebs_volume": "encrypted",
	"aws_efs_file_system": "encrypted",
	"aws_elasticache_replication_group": "at_rest_encryption_enabled",
	"aws_neptune_cluster": "storage_encrypted",
	"aws_rds_cluster": "storage_encrypted",
	"aws_redshift_cluster": "encrypted",
	"azurerm_mssql_database": "transparent_data_encryption_enabled",
	"azurerm_mysql_server": "ssl_enforcement_enabled",
	"azurerm_postgresql_server": "ssl_enforcement_enabled",
}

open contains [rc.address, sprintf("needs %s = true", [required[rc.type]])] if {
	some rc in plan.made
	not object.get(rc.change.after, required[rc.type], null) in {true, "true"}
	not inherited(rc)
}

# A replica is encrypted as what it replicates is.
inherited(rc) if {
	rc.type == "aws_db_instance"
	object.get(rc.change.after, "replicate_source_db", null) != null
}

inherited(rc) if {
	rc.type == "aws_db_instance"
	plan.is_unknown(rc, "replicate_source_db")
}

open contains [rc.address, sprintf("needs encrypted = true in %s", [block])] if {
	some rc in plan.made
	rc.type in {"aws_instance", "aws_launch_template"}
	some block in ["root_block_device", "ebs_block_device"]
	some disk in rc.change.after[block]
	not disk.encrypted == true
}

warn contains {"msg": msg, "resource": rc.address} if {
	some rc in plan.made
	rc.type == "aws_instance"
	not rc.change.after.root_block_device[0]
	msg := sprintf("%s leaves the encryption of its disk to the default of the AWS account. A root_block_device with encrypted = true settles it.", [rc.address])
}

# attribute of a connection and the value that leaves it in clear.
clear := {
	"azurerm_redis_cache": [["non_ssl_port_enabled", true], ["enable_non_ssl_port", true]],
	"azurerm_storage_account": [["https_traffic_only_enabled", false], ["enable_https_traffic_only", false]],
}

open contains [rc.address, sprintf("must not have %s = %v", [attribute, value])] if {
	some rc in plan.made
	some [attribute, value] in clear[rc.type]
	rc.change.after[attribute] == value
}

open contains [rc.address, "must not have ssl_mode = ALLOW_UNENCRYPTED_AND_ENCRYPTED"] if {
	some rc in plan.made
	rc.type == "google_sql_database_instance"
	some settings in rc.change.after.settings
	some network in settings.ip_configuration
	network.ssl_mode == "ALLOW_UNENCRYPTED_AND_ENCRYPTED"
}

warn contains {"msg": msg, "resource": rc.address} if {
	some rc in plan.made
	rc.type == "hcloud_volume"
	not luks(rc.change.after)
	msg := sprintf("%s is stored in clear: Hetzner does not encrypt volumes. If the server does, the label encryption = luks says so.", [rc.address])
}

luks(volume) if volume.labels.encryption == "luks"

# Kinds that say it in their own variables, such as those of the sandbox.
open contains [d.address, "is not encrypted"] if {
	some d in plan.described
	some attribute in ["encrypted", "encryption", "storage_encrypted"]
	d.values[attribute] in {false, "none", "off"}
}
