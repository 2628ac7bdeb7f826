package cost

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// configured gives a plan the expressions of its resources, by address.
func (o obj) configured(expressions map[string]obj) obj {
	var resources array
	for address, e := range expressions {
		kind := typeOf(address)
		resources = append(resources, obj{"mode": "managed", "type": kind, "name": address[len(kind)+1:], "provider_config_key": "aws", "expressions": e})
	}
	o["configuration"].(obj)["root_module"] = obj{"resources": resources}
	return o
}

func unknownAfter(c obj, unknown obj) obj {
	c["change"].(obj)["after_unknown"] = unknown
	return c
}

func mustRead(t testing.TB, plan obj) *planFile {
	t.Helper()
	p, err := readPlan(encode(t, plan))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Who refers to a resource is told by values that are known, and else by the
// configuration; before and after are kept apart.
func TestUsedBy(t *testing.T) {
	t.Parallel()
	refers := map[string]obj{"aws_instance.web": {}, "aws_eip.e": {"instance": obj{"references": array{"aws_instance.web.id", "aws_instance.web"}}}}
	stands := func(id string) obj {
		return changed("aws_instance", "web", obj{"id": id}, obj{"id": id}, "no-op")
	}
	for name, tc := range map[string]struct {
		web, eip      obj
		refers        map[string]obj
		before, after int
	}{
		"by value":             {stands("i-1"), changed("aws_eip", "e", obj{"instance": "i-1"}, obj{"instance": "i-1"}, "no-op"), nil, 1, 1},
		"of another":           {stands("i-1"), changed("aws_eip", "e", obj{"instance": "i-2"}, obj{"instance": "i-2"}, "no-op"), refers, 0, 0},
		"of none":              {stands(""), changed("aws_eip", "e", obj{"instance": ""}, obj{"instance": ""}, "no-op"), nil, 0, 0},
		"by reference":         {unknownAfter(created("aws_instance", "web", obj{}), obj{"id": true}), unknownAfter(created("aws_eip", "e", obj{}), obj{"instance": true}), refers, 0, 1},
		"unknown, of another":  {unknownAfter(created("aws_instance", "web", obj{}), obj{"id": true}), unknownAfter(created("aws_eip", "e", obj{}), obj{"instance": true}), nil, 0, 0},
		"from now on":          {stands("i-1"), changed("aws_eip", "e", obj{"instance": ""}, obj{"instance": "i-1"}, "update"), refers, 0, 1},
		"to a new one":         {unknownAfter(changed("aws_instance", "web", obj{"id": "i-1"}, obj{}, "delete", "create"), obj{"id": true}), unknownAfter(changed("aws_eip", "e", obj{"instance": "i-1"}, obj{}, "update"), obj{"instance": true}), refers, 1, 1},
		"no longer":            {stands("i-1"), changed("aws_eip", "e", obj{"instance": "i-1"}, nil, "delete"), nil, 1, 0},
		"a data source is not": {stands("i-1"), changed("aws_eip", "e", obj{"instance": "i-1"}, obj{"instance": "i-1"}, "no-op").with("mode", "data"), nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustRead(t, planOf("us-east-1", tc.web, tc.eip).configured(tc.refers))
			web := p.Changes[0]
			u := usedBy{Type: "aws_eip", By: []string{"instance", "instance"}}
			if before, after := len(p.users(web, web.sideBefore(), u)), len(p.users(web, web.sideAfter(), u)); before != tc.before || after != tc.after {
				t.Errorf("%d before, %d after, want %d and %d", before, after, tc.before, tc.after)
			}
		})
	}
}

// Of several values, those are found by which resources of the plan go, or which the
// configuration sets.
func TestPlanned(t *testing.T) {
	t.Parallel()
	devices := obj{"ebs_block_device": array{obj{"volume_id": "vol-1"}, obj{"volume_id": "vol-2"}, obj{"volume_id": nil}, obj{}}}
	plan := planOf("us-east-1", changed("aws_instance", "web", devices, devices, "no-op"), changed("aws_ebs_volume", "v", obj{"id": "vol-1", "tag": "vol-2"}, nil, "delete")).
		configured(map[string]obj{"aws_instance.web": {"ebs_block_device": array{obj{"device_name": obj{}}, obj{"volume_id": obj{"constant_value": "vol-2"}}}}})
	for name, tc := range map[string]struct {
		n             planned
		before, after []string
	}{
		"by id":           {planned{Type: "aws_ebs_volume"}, []string{"vol-1"}, nil},
		"as another":      {planned{Type: "aws_ebs_volume", As: []string{"tag"}}, []string{"vol-2"}, nil},
		"or set":          {planned{Type: "aws_ebs_volume", OrSet: true}, []string{"vol-1", "vol-2"}, []string{"vol-2"}},
		"of another type": {planned{Type: "aws_eip"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustRead(t, plan)
			web := p.Changes[0]
			tc.n.Through = []string{"ebs_block_device.volume_id"}
			before, after := textsOf(p.planned(web, web.sideBefore(), tc.n)), textsOf(p.planned(web, web.sideAfter(), tc.n))
			if diff := cmp.Diff([][]string{tc.before, tc.after}, [][]string{before, after}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func textsOf(list cty.Value) (out []string) {
	for _, v := range list.AsValueSlice() {
		out = append(out, v.AsString())
	}
	return out
}

// What refers to what is found once for all of 2,000 machines with an address each.
func BenchmarkUsedBy(b *testing.B) {
	var changes []obj
	for i := range 2000 {
		name, id := fmt.Sprintf("r%d", i), fmt.Sprintf("i-%d", i)
		machine, address := machineOf("m5.large").with("id", id).with("associate_public_ip_address", true), obj{"instance": id}
		changes = append(changes, changed("aws_instance", name, machine, machine, "no-op"), changed("aws_eip", name, address, address, "no-op"))
	}
	raw, book := encode(b, planOf("us-east-1", changes...)), seedBook(b)
	for b.Loop() {
		if _, err := FromPlan(raw, Options{Book: book}); err != nil {
			b.Fatal(err)
		}
	}
}
