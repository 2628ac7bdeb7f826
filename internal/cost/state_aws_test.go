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
