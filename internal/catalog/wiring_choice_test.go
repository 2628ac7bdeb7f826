package catalog_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Of several networks one is chosen, once, however much a kind takes of it.
func TestNetworkIsChosenOnce(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	networks := []project.Resource{{Kind: "vpc", Name: "one"}, {Kind: "vpc", Name: "two"}}
	k, ok := c.Kind("aws", "compute_vm")
	if !ok {
		t.Fatal("there is no compute_vm of aws")
	}
	var asked []string
	for _, f := range k.Form(networks...).Fields {
		if v, ok := k.Variable(f.Key); ok && v.Wired {
			asked = append(asked, f.Key)
		}
	}
	if len(asked) != 1 {
		t.Fatalf("it asks for %q", asked)
	}
	vm := project.Resource{Kind: "compute_vm", Name: "web"}
	faults := c.Validate("aws", "eu-west-1", append(networks, vm))
	if len(faults) != 1 || faults[0].Field != asked[0] {
		t.Errorf("where nothing is chosen: %v", faults)
	}
	chosen, faults := k.Check(map[string]string{"name": "web", asked[0]: "two"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	root := mustRoot(t, c, catalog.Composition{Provider: "aws", Region: "eu-west-1", Resources: append(networks, chosen)})
	taken := 0
	for _, v := range k.Variables {
		if !v.Wired {
			continue
		}
		taken++
		if got := root.Module["compute_vm-web"][v.Name]; got != "${module.vpc-two."+v.Name+"}" {
			t.Errorf("%s is %v", v.Name, got)
		}
	}
	if taken < 2 {
		t.Errorf("it takes %d things of its network", taken)
	}
}
