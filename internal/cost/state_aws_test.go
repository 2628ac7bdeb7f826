package cost

import (
	"maps"
	"testing"
)

// inState is a resource as a provider has written it into state.
func inState(address string, o obj) obj {
	kind := typeOf(address)
	return changed(kind, address[len(kind)+1:], o, o, "no-op")
}

// toCome is a resource that a plan makes: what is unknown is true in unknown.
func toCome(address string, o, unknown obj) obj {
	kind := typeOf(address)
	return unknownAfter(created(kind, address[len(kind)+1:], o), unknown)
}

// refersTo is an expression that refers to a resource's attribute.
func refersTo(address, attribute string) obj {
	return obj{"references": array{address + "." + attribute, address}}
}

// awsStack is a stack as a plan makes it, and as it stands in state then: it costs
// the same.
type awsStack struct {
	plan        []obj
	expressions map[string]obj
	state       []obj
	want        string // calculated by hand
}

func (c awsStack) check(t *testing.T, o Options) {
	t.Helper()
	want := calculate(t, c.want)
	made := estimate(t, planOf("us-east-1", c.plan...).configured(c.expressions), o)
	stands := estimate(t, planOf("us-east-1", c.state...).configured(c.expressions), o)
	deleted := make([]obj, len(c.state))
	for i, r := range c.state {
		change := maps.Clone(r["change"].(obj))
		change["actions"], change["after"] = array{"delete"}, nil
		deleted[i] = r.with("change", change)
	}
	goes := estimate(t, planOf("us-east-1", deleted...), o) // no configuration any more
	for name, got := range map[string]struct {
		e   Estimate
		sum Money
	}{"create": {made, made.Monthly.After}, "no-op": {stands, stands.Monthly.After}, "before": {stands, stands.Monthly.Before}, "delete": {goes, goes.Monthly.Before}} {
		if !got.sum.Equal(want) || got.e.Priced != len(got.e.Resources) {
			t.Errorf("%s: %s a month, %d of %d priced, want %s = %s\n%s", name, got.sum, got.e.Priced, len(got.e.Resources), c.want, want, got.e.Table())
		}
	}
}

// What the provider writes of a machine: where an address is associated,
// associate_public_ip_address is true, and every volume that is attached and is not
// the root is an ebs_block_device, whoever attached it (internal/service/ec2/
// ec2_instance.go of hashicorp/terraform-provider-aws: resourceInstanceRead,
// readBlockDevicesFromInstance). By hand with machineBook.
func TestStandingMachines(t *testing.T) {
	t.Parallel()
	root := obj{"device_name": "/dev/xvda", "volume_id": "vol-0", "volume_size": 8, "volume_type": "gp3", "iops": 3000, "throughput": 125, "delete_on_termination": true, "encrypted": false, "kms_key_id": "", "snapshot_id": ""}
	data := obj{"device_name": "/dev/sdf", "volume_id": "vol-1", "volume_size": 500, "volume_type": "gp3", "iops": 3000, "throughput": 125, "delete_on_termination": false, "encrypted": false, "kms_key_id": "", "snapshot_id": ""}
	web := obj{"id": "i-1", "instance_type": "m5.large", "tenancy": "default", "associate_public_ip_address": true, "monitoring": false, "get_password_data": false,
		"root_block_device": array{root}, "ebs_block_device": array{}, "network_interface": array{}, "instance_market_options": array{}, "launch_template": array{}, "subnet_id": "subnet-1"}
	asked := obj{"instance_type": "m5.large", "root_block_device": array{obj{"volume_size": 8, "volume_type": "gp3"}}}
	computed := obj{"id": true, "associate_public_ip_address": true, "tenancy": true, "ebs_block_device": true, "monitoring": true, "root_block_device": array{obj{"iops": true, "throughput": true, "volume_id": true}}}
	machine := map[string]obj{"aws_instance.web": {"instance_type": obj{}, "root_block_device": array{obj{"volume_size": obj{}, "volume_type": obj{}}}}}
	with := func(more map[string]obj) map[string]obj {
		maps.Copy(more, machine)
		return more
	}
	for name, c := range map[string]awsStack{
		"an address": {
			plan:        []obj{toCome("aws_instance.web", asked, computed), toCome("aws_eip.e", obj{"domain": "vpc"}, obj{"id": true, "instance": true})},
			expressions: with(map[string]obj{"aws_eip.e": {"instance": refersTo("aws_instance.web", "id")}}),
			state:       []obj{inState("aws_instance.web", web), inState("aws_eip.e", obj{"id": "eipalloc-1", "domain": "vpc", "instance": "i-1"})},
			want:        "730 * 0.096 + 8 * 0.08 + 730 * 0.005",
		},
		"an address that is associated": {
			plan:        []obj{toCome("aws_instance.web", asked, computed), toCome("aws_eip.e", obj{}, obj{"id": true, "instance": true}), toCome("aws_eip_association.a", obj{}, obj{"instance_id": true, "allocation_id": true})},
			expressions: with(map[string]obj{"aws_eip.e": {}, "aws_eip_association.a": {"instance_id": refersTo("aws_instance.web", "id"), "allocation_id": refersTo("aws_eip.e", "id")}}),
			state:       []obj{inState("aws_instance.web", web), inState("aws_eip.e", obj{"id": "eipalloc-1", "instance": ""}), inState("aws_eip_association.a", obj{"instance_id": "i-1", "allocation_id": "eipalloc-1"})},
			want:        "730 * 0.096 + 8 * 0.08 + 730 * 0.005",
		},
		// Where the subnet gives one, the machine gives it back for that of its own.
		"an address instead of the subnet's": {
			plan: []obj{toCome("aws_instance.web", asked, computed), toCome("aws_subnet.s", obj{"map_public_ip_on_launch": true}, obj{"id": true}), toCome("aws_eip.e", obj{}, obj{"instance": true})},
			expressions: map[string]obj{"aws_subnet.s": {"map_public_ip_on_launch": obj{}}, "aws_eip.e": {"instance": refersTo("aws_instance.web", "id")},
				"aws_instance.web": {"instance_type": obj{}, "subnet_id": refersTo("aws_subnet.s", "id"), "root_block_device": machine["aws_instance.web"]["root_block_device"]}},
			state: []obj{inState("aws_instance.web", web), inState("aws_subnet.s", obj{"id": "subnet-1", "map_public_ip_on_launch": true}), inState("aws_eip.e", obj{"instance": "i-1"})},
			want:  "730 * 0.096 + 8 * 0.08 + 730 * 0.005",
		},
		"an address of its own": {
			plan:        []obj{toCome("aws_instance.web", asked.with("associate_public_ip_address", true), obj{"id": true})},
			expressions: with(map[string]obj{}),
			state:       []obj{inState("aws_instance.web", web)},
			want:        "730 * 0.096 + 8 * 0.08 + 730 * 0.005",
		},
		"a volume that is attached": {
			plan: []obj{toCome("aws_instance.web", asked, computed), toCome("aws_ebs_volume.data", obj{"size": 500, "type": "gp3"}, obj{"id": true, "iops": true, "throughput": true}),
				toCome("aws_volume_attachment.a", obj{"device_name": "/dev/sdf"}, obj{"id": true, "volume_id": true, "instance_id": true})},
			expressions: with(map[string]obj{"aws_ebs_volume.data": {"size": obj{}, "type": obj{}}, "aws_volume_attachment.a": {"instance_id": refersTo("aws_instance.web", "id"), "volume_id": refersTo("aws_ebs_volume.data", "id")}}),
			state: []obj{inState("aws_instance.web", web.with("associate_public_ip_address", false).with("ebs_block_device", array{data})),
				inState("aws_ebs_volume.data", obj{"id": "vol-1", "size": 500, "type": "gp3", "iops": 3000, "throughput": 125}),
				inState("aws_volume_attachment.a", obj{"id": "vai-1", "device_name": "/dev/sdf", "instance_id": "i-1", "volume_id": "vol-1"})},
			want: "730 * 0.096 + 8 * 0.08 + 500 * 0.08",
		},
		"a volume of its own": {
			plan: []obj{toCome("aws_instance.web", asked.with("ebs_block_device", array{obj{"device_name": "/dev/sdf", "volume_size": 500, "volume_type": "gp3"}}),
				obj{"id": true, "ebs_block_device": array{obj{"volume_id": true, "iops": true, "throughput": true}}})},
			expressions: map[string]obj{"aws_instance.web": {"ebs_block_device": array{obj{"device_name": obj{}, "volume_size": obj{}, "volume_type": obj{}}}}},
			state:       []obj{inState("aws_instance.web", web.with("associate_public_ip_address", false).with("ebs_block_device", array{data}))},
			want:        "730 * 0.096 + 8 * 0.08 + 500 * 0.08",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t, Options{Book: machineBook()})
		})
	}
}

// What the provider writes of the others: launch templates, whose fields that are not
// said are 0 and empty in their blocks (flattenLaunchTemplateEBSBlockDevice of
// internal/service/ec2/ec2_launch_template.go), balancers, whose zones are subnet
// mappings, whether they are configured or not
// (flattenSubnetMappingsFromAvailabilityZones of internal/service/elbv2/load_balancer.go),
// and whatever the provider's schema (version 5.45) has as computed. By hand with the
// prices of stateBook.
func TestStanding(t *testing.T) {
	t.Parallel()
	ebs := obj{"volume_size": 50, "volume_type": "gp3"}
	devices := func(ebs obj) array { return array{obj{"device_name": "/dev/xvda", "ebs": array{ebs}}} }
	template := obj{"instance_type": "m5.large", "block_device_mappings": devices(ebs)}
	unsaid := obj{"delete_on_termination": "", "encrypted": "", "iops": 0, "kms_key_id": "", "snapshot_id": "", "throughput": 0, "volume_size": 0, "volume_type": ""}
	written := func(ebs obj) obj {
		for k, v := range unsaid {
			if _, ok := ebs[k]; !ok {
				ebs = ebs.with(k, v)
			}
		}
		return obj{"id": "lt-1", "name": "lt", "instance_type": "m5.large", "network_interfaces": array{}, "placement": array{}, "monitoring": array{}, "instance_market_options": array{},
			"block_device_mappings": array{obj{"device_name": "/dev/xvda", "no_device": "", "virtual_name": "", "ebs": array{ebs}}}}
	}
	refers := array{obj{"id": refersTo("aws_launch_template.t", "id"), "version": obj{"constant_value": "1"}}}
	from := array{obj{"id": "lt-1", "name": "lt", "version": "1"}}
	group := obj{"desired_capacity": 3, "min_size": 1, "max_size": 5, "launch_template": from, "launch_configuration": "", "mixed_instances_policy": array{}, "vpc_zone_identifier": array{}, "warm_pool": array{}}
	nodes := obj{"scaling_config": array{obj{"desired_size": 3, "min_size": 1, "max_size": 5}}, "capacity_type": "ON_DEMAND", "ami_type": "AL2_x86_64", "subnet_ids": array{}, "taint": array{}, "remote_access": array{}}
	asked := func(kind string, group obj, ebs obj) []obj {
		return []obj{toCome("aws_launch_template.t", template.with("block_device_mappings", devices(ebs)), obj{"id": true, "name": true}),
			toCome(kind, group, obj{"id": true, "launch_template": array{obj{"id": true, "name": true}}, "disk_size": true, "instance_types": true})}
	}
	lb := obj{"load_balancer_type": "application", "internal": false, "subnets": array{"subnet-1", "subnet-2"}}
	zone := func(id, allocation string) obj {
		return obj{"subnet_id": id, "outpost_id": "", "allocation_id": allocation, "ipv6_address": "", "private_ipv4_address": ""}
	}
	const machines = "3 * 730 * 0.096 + 3 * 50 * 0.08"
	for name, c := range map[string]awsStack{
		"a group": {asked("aws_autoscaling_group.g", obj{"desired_capacity": 3, "min_size": 1, "launch_template": array{obj{"version": "1"}}}, ebs),
			map[string]obj{"aws_launch_template.t": {"instance_type": obj{}, "block_device_mappings": array{obj{}}}, "aws_autoscaling_group.g": {"launch_template": refers}},
			[]obj{inState("aws_launch_template.t", written(ebs)), inState("aws_autoscaling_group.g", group)}, machines},
		// Encryption alone is said of the root volume: it is as large as the image's.
		"a group whose volumes are the image's": {asked("aws_autoscaling_group.g", obj{"desired_capacity": 3, "launch_template": array{obj{"version": "1"}}}, obj{"encrypted": "true"}),
			map[string]obj{"aws_launch_template.t": {"instance_type": obj{}, "block_device_mappings": array{obj{}}}, "aws_autoscaling_group.g": {"launch_template": refers}},
			[]obj{inState("aws_launch_template.t", written(obj{"encrypted": "true"})), inState("aws_autoscaling_group.g", group)}, "3 * 730 * 0.096 + 3 * 8 * 0.1"},
		"nodes of a template": {asked("aws_eks_node_group.n", obj{"scaling_config": nodes["scaling_config"], "launch_template": array{obj{"version": "1"}}}, ebs),
			map[string]obj{"aws_launch_template.t": {"instance_type": obj{}, "block_device_mappings": array{obj{}}}, "aws_eks_node_group.n": {"launch_template": refers, "scaling_config": array{obj{}}}},
			[]obj{inState("aws_launch_template.t", written(ebs)), inState("aws_eks_node_group.n", nodes.with("launch_template", from).with("disk_size", 0).with("instance_types", array{}))}, machines},
		"nodes": {[]obj{toCome("aws_eks_node_group.n", obj{"scaling_config": nodes["scaling_config"], "instance_types": array{"m5.large"}}, obj{"id": true, "disk_size": true, "ami_type": true, "capacity_type": true})},
			map[string]obj{"aws_eks_node_group.n": {"instance_types": obj{}, "scaling_config": array{obj{}}}},
			[]obj{inState("aws_eks_node_group.n", nodes.with("launch_template", array{}).with("disk_size", 20).with("instance_types", array{"m5.large"}))}, "3 * 730 * 0.096 + 3 * 20 * 0.1"},
		"a database": {[]obj{toCome("aws_db_instance.d", obj{"engine": "postgres", "instance_class": "db.t3.large", "allocated_storage": 100, "storage_type": "gp3", "publicly_accessible": false}, obj{"id": true, "iops": true, "storage_throughput": true, "multi_az": true})},
			map[string]obj{"aws_db_instance.d": {"engine": obj{}, "instance_class": obj{}, "allocated_storage": obj{}, "storage_type": obj{}}},
			[]obj{inState("aws_db_instance.d", obj{"id": "db-1", "engine": "postgres", "instance_class": "db.t3.large", "allocated_storage": 100, "storage_type": "gp3", "iops": 3000, "storage_throughput": 125,
				"multi_az": false, "publicly_accessible": false, "replicate_source_db": "", "max_allocated_storage": 0, "restore_to_point_in_time": array{}})}, "730 * 0.145 + 100 * 0.115"},
		"an instance of a cluster": {[]obj{toCome("aws_rds_cluster.c", obj{"engine": "aurora-postgresql", "cluster_identifier": "c"}, obj{"id": true, "storage_type": true}),
			toCome("aws_rds_cluster_instance.i", obj{"engine": "aurora-postgresql", "instance_class": "db.r5.large"}, obj{"id": true, "cluster_identifier": true, "publicly_accessible": true})},
			map[string]obj{"aws_rds_cluster.c": {"engine": obj{}}, "aws_rds_cluster_instance.i": {"engine": obj{}, "instance_class": obj{}, "cluster_identifier": refersTo("aws_rds_cluster.c", "id")}},
			[]obj{inState("aws_rds_cluster.c", obj{"id": "c", "engine": "aurora-postgresql", "cluster_identifier": "c", "storage_type": "", "iops": 0, "allocated_storage": 1}),
				inState("aws_rds_cluster_instance.i", obj{"id": "i", "engine": "aurora-postgresql", "instance_class": "db.r5.large", "cluster_identifier": "c", "publicly_accessible": false})}, "730 * 0.29"},
		"a balancer": {[]obj{toCome("aws_lb.l", lb, obj{"id": true, "ip_address_type": true, "subnet_mapping": true})},
			map[string]obj{"aws_lb.l": {"subnets": obj{}, "internal": obj{}, "load_balancer_type": obj{}}},
			[]obj{inState("aws_lb.l", lb.with("ip_address_type", "ipv4").with("subnet_mapping", array{zone("subnet-1", ""), zone("subnet-2", "")}))}, "730 * 0.0225 + 2 * 730 * 0.005"},
		"a balancer with an address": {[]obj{toCome("aws_eip.e", obj{}, obj{"id": true, "instance": true}),
			toCome("aws_lb.l", obj{"load_balancer_type": "network", "subnet_mapping": array{obj{"subnet_id": "subnet-1"}}}, obj{"id": true, "internal": true, "subnets": true, "subnet_mapping": array{obj{"allocation_id": true}}})},
			map[string]obj{"aws_eip.e": {}, "aws_lb.l": {"load_balancer_type": obj{}, "subnet_mapping": array{obj{"subnet_id": obj{}, "allocation_id": refersTo("aws_eip.e", "id")}}}},
			[]obj{inState("aws_eip.e", obj{"id": "eipalloc-1", "instance": "", "association_id": "eipassoc-1"}),
				inState("aws_lb.l", obj{"load_balancer_type": "network", "internal": false, "ip_address_type": "ipv4", "subnets": array{"subnet-1"}, "subnet_mapping": array{zone("subnet-1", "eipalloc-1")}})}, "730 * 0.0225 + 730 * 0.005"},
		"a NAT gateway": {[]obj{toCome("aws_eip.e", obj{"domain": "vpc"}, obj{"id": true, "instance": true}), toCome("aws_nat_gateway.n", obj{"connectivity_type": "public"}, obj{"allocation_id": true, "public_ip": true})},
			map[string]obj{"aws_eip.e": {"domain": obj{}}, "aws_nat_gateway.n": {"allocation_id": refersTo("aws_eip.e", "id")}},
			[]obj{inState("aws_eip.e", obj{"id": "eipalloc-1", "domain": "vpc", "instance": "", "network_interface": "eni-1"}),
				inState("aws_nat_gateway.n", obj{"connectivity_type": "public", "allocation_id": "eipalloc-1", "public_ip": "192.0.2.1", "secondary_private_ip_address_count": 0})}, "730 * 0.045 + 730 * 0.005"},
		"a volume": {[]obj{toCome("aws_ebs_volume.v", obj{"size": 100, "type": "gp2"}, obj{"id": true, "iops": true, "throughput": true})},
			map[string]obj{"aws_ebs_volume.v": {"size": obj{}, "type": obj{}}},
			[]obj{inState("aws_ebs_volume.v", obj{"id": "vol-1", "size": 100, "type": "gp2", "iops": 300, "throughput": 0, "snapshot_id": ""})}, "100 * 0.1"},
		"a cache": {[]obj{toCome("aws_elasticache_cluster.c", obj{"engine": "memcached", "node_type": "cache.m5.large", "num_cache_nodes": 2}, obj{"id": true, "az_mode": true})},
			map[string]obj{"aws_elasticache_cluster.c": {"engine": obj{}, "node_type": obj{}, "num_cache_nodes": obj{}}},
			[]obj{inState("aws_elasticache_cluster.c", obj{"engine": "memcached", "node_type": "cache.m5.large", "num_cache_nodes": 2, "az_mode": "single-az", "replication_group_id": "", "snapshot_retention_limit": 0})}, "2 * 730 * 0.156"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t, Options{Book: stateBook()})
		})
	}
}

// stateBook has the prices of machineBook, and of what else TestStanding needs: those of
// hand.txt.
func stateBook() *Book {
	in := func(key, unit, usd string) Price { return price("aws", "us-east-1", key, unit, usd) }
	return smallBook(in("ebs.storage/gp3", UnitGBMonth, "0.08"), in("vpc.public_ipv4", UnitHour, "0.005"),
		in("rds.instance/db.t3.large/postgres/single", UnitHour, "0.145"), in("rds.storage/gp3/postgres/single", UnitGBMonth, "0.115"),
		in("rds.instance/db.r5.large/aurora-postgresql/single", UnitHour, "0.29"), in("rds.storage/aurora", UnitGBMonth, "0.1"), in("rds.io/aurora", UnitRequest, "0.0000002"),
		in("elb.hours/application", UnitHour, "0.0225"), in("elb.lcu/application", "LCU-hour", "0.008"), in("elb.hours/network", UnitHour, "0.0225"), in("elb.lcu/network", "LCU-hour", "0.006"),
		in("nat.hours", UnitHour, "0.045"), in("nat.data", UnitGB, "0.045"), in("elasticache.node/cache.m5.large/memcached", UnitHour, "0.156"))
}
