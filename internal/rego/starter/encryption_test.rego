package cloudengine.encryption_test

import data.cloudengine.encryption
import data.starter.testing

denied(plan) := found if found := encryption.deny with input as plan

warned(plan) := found if found := encryption.warn with input as plan

test_encrypted[type] if {
	some type, after in {
		"aws_db_instance": {"storage_encrypted": true},
		"aws_ebs_volume": {"encrypted": true},
		"aws_instance": {"root_block_device": [{"encrypted": true}], "ebs_block_device": []},
		"aws_redshift_cluster": {"encrypted": "true"},
		"aws_s3_bucket": {"bucket": "a"},
		"azurerm_mssql_database": {"transparent_data_encryption_enabled": true},
		"azurerm_managed_disk": {"disk_size_gb": 10},
		"azurerm_storage_account": {"https_traffic_only_enabled": true},
		"google_compute_disk": {"size": 10},
		"google_sql_database_instance": {"settings": [{"ip_configuration": [{"ssl_mode": "ENCRYPTED_ONLY"}]}]},
		"hcloud_volume": {"labels": {"encryption": "luks"}},
		"terraform_data": {"input": {"kind": "database", "encrypted": true}},
	}
	plan := testing.made(type, after)
	denied(plan) == set()
	warned(plan) == set()
}

test_in_clear[type] if {
	some type, after in {
		"aws_db_instance": {"storage_encrypted": false},
		"aws_ebs_volume": {"encrypted": null},
		"aws_rds_cluster": {},
		"aws_elasticache_replication_group": {"at_rest_encryption_enabled": "(sensitive)"},
		"aws_instance": {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"encrypted": false}]},
		"azurerm_mssql_database": {"transparent_data_encryption_enabled": false},
		"azurerm_redis_cache": {"non_ssl_port_enabled": true},
		"azurerm_storage_account": {"https_traffic_only_enabled": false},
		"google_sql_database_instance": {"settings": [{"ip_configuration": [{"ssl_mode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"}]}]},
		"terraform_data": {"input": {"kind": "bucket", "encryption": "none"}},
	}
	count(denied(testing.made(type, after))) == 1
}

test_unknown_is_refused if count(denied(testing.unknown("aws_ebs_volume", "encrypted"))) == 1

test_replica_is_as_its_source if {
	denied(testing.made("aws_db_instance", {"storage_encrypted": null, "replicate_source_db": "db-1"})) == set()
	denied(testing.unknown("aws_db_instance", "replicate_source_db")) == set()
}

test_left_to_the_account if {
	plan := testing.made("aws_instance", {"root_block_device": []})
	count(warned(plan)) == 1
	denied(plan) == set()
}

test_hetzner_does_not_encrypt[name] if {
	some name, labels in {"none": {}, "other": {"encryption": "no"}, "null": null}
	plan := testing.made("hcloud_volume", {"labels": labels})
	count(warned(plan)) == 1
	denied(plan) == set()
}
