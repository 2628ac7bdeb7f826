package cost

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// A template with a root volume and two more, one of which the host has.
var awsTemplate = created("aws_launch_template", "t", obj{
	"id": "lt-1", "instance_type": "m5.large",
	"block_device_mappings": array{
		obj{"device_name": "/dev/sdf", "ebs": array{obj{"volume_type": "io2", "volume_size": 100, "iops": 20000}}},
		obj{"device_name": "/dev/xvda", "ebs": array{obj{"volume_type": "gp3", "volume_size": 30, "iops": 4000, "throughput": 225}}},
		obj{"device_name": "/dev/sdg", "virtual_name": "ephemeral0", "ebs": array{}},
		obj{"device_name": "/dev/sdh", "no_device": "true", "ebs": array{obj{"volume_size": 5}}},
	},
	"network_interfaces": array{obj{"associate_public_ip_address": "false"}},
})

// m5.large 0.096; gp3 0.08, 0.005 an IOPS, 0.04 a MiB/s; io2 0.138, and an IOPS 0.072
// up to 32,000 of each volume; gp2 0.10; an address 0.005.
func machineBook() *Book {
	in := func(key, unit, usd string) Price { return price("aws", "us-east-1", key, unit, usd) }
	low, high := in("ebs.iops/io2", UnitIOPSMonth, "0.072"), in("ebs.iops/io2", UnitIOPSMonth, "0.0504")
	low.TierEnd, high.TierStart = decimal.NewFromInt(32000), decimal.NewFromInt(32000)
	return smallBook(low, high, in("ebs.storage/io2", UnitGBMonth, "0.138"), in("ebs.storage/gp3", UnitGBMonth, "0.08"),
		in("ebs.iops/gp3", UnitIOPSMonth, "0.005"), in("ebs.throughput/gp3", UnitMiBpsMonth, "0.04"), in("vpc.public_ipv4", UnitHour, "0.005"))
}

func TestMachinesOfATemplate(t *testing.T) {
	t.Parallel()
	const machine = "730 * 0.096 + 100 * 0.138 + 20000 * 0.072 + 30 * 0.08 + 1000 * 0.005 + 100 * 0.04 + 5 * 0.1"
	from := array{obj{"id": "lt-1"}}
	for name, tc := range map[string]struct {
		kind string
		of   obj
		want string
		says []string
	}{
		"an instance": {"aws_instance", obj{"launch_template": from}, machine, []string{"Linux assumed"}},
		// Twice as much of each tier: what a volume has more than 32,000 IOPS is cheaper,
		// not what all volumes have together.
		"a group": {"aws_autoscaling_group", obj{"launch_template": from, "desired_capacity": 2}, machine + " + " + machine, []string{"Linux assumed"}},
		"nodes":   {"aws_eks_node_group", obj{"launch_template": from, "scaling_config": array{obj{"desired_size": 1}}}, machine, []string{}},
		"its own root volume": {"aws_instance", obj{"launch_template": from, "root_block_device": array{obj{"volume_size": 50, "iops": 3000}}},
			"730 * 0.096 + 100 * 0.138 + 20000 * 0.072 + 50 * 0.08 + 100 * 0.04 + 5 * 0.1", []string{"Linux assumed"}},
		"its own of a device": {"aws_instance", obj{"launch_template": from, "ebs_block_device": array{obj{"device_name": "/dev/sdf", "volume_type": "gp3", "volume_size": 10, "iops": 3000}}},
			"730 * 0.096 + 10 * 0.08 + 30 * 0.08 + 1000 * 0.005 + 100 * 0.04 + 5 * 0.1", []string{"Linux assumed"}},
		"one more": {"aws_instance", obj{"launch_template": from, "ebs_block_device": array{obj{"device_name": "/dev/sdz", "volume_size": 7}}}, machine + " + 7 * 0.1", []string{"Linux assumed"}},
		"its own type and address": {"aws_instance", obj{"launch_template": from, "instance_type": "t3.micro", "associate_public_ip_address": true},
			machine + " - 730 * 0.096 + 730 * 0.0104 + 730 * 0.005", []string{"Linux assumed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := awsTemplate
			mappings := template["change"].(obj)["after"].(obj)
			if strings.Contains(tc.want, "5 * 0.1") { // without no_device it is a volume
				mappings = mappings.with("block_device_mappings", append(slices.Clone(mappings["block_device_mappings"].(array)[:3]), obj{"device_name": "/dev/sdh", "ebs": array{obj{"volume_size": 5}}}))
				template = created("aws_launch_template", "t", mappings)
			}
			r := resourceAt(t, estimate(t, planOf("us-east-1", template, created(tc.kind, "x", tc.of)), Options{Book: machineBook()}), tc.kind+".x")
			if want := calculate(t, tc.want); !r.Monthly.After.Equal(want) {
				t.Errorf("%s, want %s = %s\n%+v", r.Monthly.After, tc.want, want, r.Components)
			}
			if !slices.Equal(r.Assumptions, tc.says) {
				t.Errorf("assumptions %q, want %q", r.Assumptions, tc.says)
			}
		})
	}
}

// What a template says away, and what the host has, are no volumes.
func TestDevicesThatAreNoVolumes(t *testing.T) {
	t.Parallel()
	r := resourceAt(t, estimate(t, planOf("us-east-1", awsTemplate, created("aws_instance", "x", obj{"launch_template": array{obj{"id": "lt-1"}}})), Options{Book: machineBook()}), "aws_instance.x")
	if want := calculate(t, "100 * 0.138 + 20000 * 0.072 + 30 * 0.08 + 1000 * 0.005 + 100 * 0.04 + 730 * 0.096"); !r.Monthly.After.Equal(want) {
		t.Errorf("%s, want %s", r.Monthly.After, want)
	}
}

// aws are the states and assumptions of what is created, for what is told in words.
func aws(t *testing.T, kind string, of obj, others ...obj) ([]string, []string) {
	t.Helper()
	r := resourceAt(t, estimate(t, planOf("us-east-1", append(others, created(kind, "x", of))...), Options{}), kind+".x")
	return states(r), r.Assumptions
}

func TestVolumesThatNobodyDescribes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		of   obj
		says string
	}{
		"nothing":       {obj{}, "8 GB gp2 root volume assumed"},
		"its size":      {obj{"root_block_device": array{obj{"volume_size": 20}}}, "gp2 root volume assumed"},
		"its type":      {obj{"root_block_device": array{obj{"volume_type": "gp3"}}}, "8 GB gp3 root volume assumed"},
		"another":       {obj{"root_block_device": array{obj{"volume_type": "gp3", "volume_size": 9}}, "ebs_block_device": array{obj{"device_name": "/dev/sdf"}}}, "8 GB additional volume assumed"},
		"all is told":   {obj{"root_block_device": array{obj{"volume_type": "gp3", "volume_size": 9}}}, ""},
		"of a snapshot": {obj{"root_block_device": array{obj{"volume_type": "gp3", "volume_size": 9}}, "ebs_block_device": array{obj{"device_name": "/dev/sdf", "snapshot_id": "snap-1"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, says := aws(t, "aws_instance", tc.of.with("instance_type", "m5.large").with("associate_public_ip_address", false))
			want := []string{"Linux assumed"}
			if tc.says != "" {
				want = append(want, tc.says)
			}
			slices.Sort(want)
			if !slices.Equal(says, want) {
				t.Errorf("%q, want %q", says, want)
			}
			if snapshot := slices.Contains(got, "not_priced: its size is that of its snapshot"); snapshot != (name == "of a snapshot") {
				t.Errorf("%q", got)
			}
		})
	}
}

// Whether a machine gets an address is for it to say, then for its subnet; where
// neither tells, that none is assumed is said.
func TestPublicAddressOfAnInstance(t *testing.T) {
	t.Parallel()
	subnet := func(gives bool) obj {
		return created("aws_subnet", "s", obj{"id": "subnet-1", "map_public_ip_on_launch": gives})
	}
	machine := machineOf("m5.large").with("subnet_id", "subnet-1")
	const none = "no public IPv4 address assumed"
	for name, tc := range map[string]struct {
		of      obj
		others  []obj
		address bool
		assumed bool
	}{
		"asked for":             {machine.with("associate_public_ip_address", true), []obj{subnet(false)}, true, false},
		"refused":               {machine.with("associate_public_ip_address", false), []obj{subnet(true)}, false, false},
		"given by its subnet":   {machine, []obj{subnet(true)}, true, false},
		"not given":             {machine, []obj{subnet(false)}, false, false},
		"a subnet elsewhere":    {machine, nil, false, true},
		"interfaces of its own": {machine.with("network_interface", array{obj{"device_index": 0}}), []obj{subnet(true)}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, says := aws(t, "aws_instance", tc.of, tc.others...)
			if address := len(got) == 3; address != tc.address {
				t.Errorf("%q", got)
			}
			if slices.Contains(says, none) != tc.assumed {
				t.Errorf("%q", says)
			}
		})
	}
}

// What a service runs on is told by its launch type or by its strategy; what neither
// tells is not known.
func TestWhatAnECSServiceRunsOn(t *testing.T) {
	t.Parallel()
	task := created("aws_ecs_task_definition", "t", obj{"arn": "arn:t", "cpu": "256", "memory": "512"})
	strategy := func(providers ...string) (all array) {
		for _, p := range providers {
			all = append(all, obj{"capacity_provider": p})
		}
		return all
	}
	const fargate, spot, unknown = "no list price of fargate", "Spot", "no launch type and no capacity provider strategy"
	for name, tc := range map[string]struct {
		of   obj
		want string // of each component; empty: free
	}{
		"Fargate":                 {obj{"launch_type": "FARGATE"}, fargate},
		"EC2":                     {obj{"launch_type": "EC2"}, ""},
		"elsewhere":               {obj{"launch_type": "EXTERNAL"}, ""},
		"a strategy":              {obj{"capacity_provider_strategy": strategy("FARGATE")}, fargate},
		"a strategy of instances": {obj{"capacity_provider_strategy": strategy("mine")}, ""},
		"Spot":                    {obj{"capacity_provider_strategy": strategy("FARGATE_SPOT")}, spot},
		"Spot after all":          {obj{"capacity_provider_strategy": strategy("FARGATE", "FARGATE_SPOT")}, spot},
		"nothing":                 {obj{}, unknown},
		"nothing, in a list":      {obj{"launch_type": "", "capacity_provider_strategy": array{}}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := tc.of.with("task_definition", "arn:t").with("desired_count", 2)
			r := resourceAt(t, estimate(t, planOf("us-east-1", task, created("aws_ecs_service", "x", of)), Options{}), "aws_ecs_service.x")
			if tc.want == "" {
				if c := r.Components[0]; len(r.Components) != 1 || c.State != Free || !strings.HasPrefix(c.Label, "Tasks on instances") {
					t.Errorf("%+v", r.Components)
				}
				return
			}
			for _, s := range states(r) {
				if !strings.Contains(s, tc.want) {
					t.Errorf("%q, want %q", states(r), tc.want)
				}
			}
		})
	}
	later := created("aws_ecs_service", "x", obj{"task_definition": "arn:t"})
	later["change"].(obj)["after_unknown"] = obj{"launch_type": true}
	if got := states(resourceAt(t, estimate(t, planOf("us-east-1", task, later), Options{}), "aws_ecs_service.x")); len(got) == 0 || got[0] != "not_priced: unknown until apply: launch_type" {
		t.Errorf("%q", got)
	}
}
