package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

const (
	placedProvider = `{"default_region": "a-1", "regions": [
		{"name": "a-1", "zones": ["a", "b"]},
		{"name": "b-2", "zones": [], "without": ["vm.size=large", "vm.spread=true", "shop", "vm.copies=3"]},
		{"name": "c-3"}]}`
	placedVM = `
variable "region" {
  type = string
}
variable "size" {
  default = "large"
  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "One of them."
  }
}
variable "zone" {
  default = "any"
  validation {
    condition     = contains(["any", "a", "b"], var.zone)
    error_message = "One of them."
  }
}
variable "spread" {
  type    = bool
  default = true
}
variable "copies" {
  type    = number
  default = 2
  validation {
    condition     = contains([2, 3], var.copies)
    error_message = "Two or three."
  }
}
variable "note" {
  default = ""
}
`
	placedRecord = "variable \"zone\" {\n  type = string\n}\n" // text that is open, and no zone of a region
)

func mustLoadPlaced(t *testing.T) *catalog.Catalog {
	t.Helper()
	c := MustLoadLab(t, map[string]string{
		"lab/provider.json": placedProvider, "lab/vm/main.tf": placedVM, "lab/shop/main.tf": "", "lab/record/main.tf": placedRecord,
	})
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatalf("problems: %q", lines)
	}
	return c
}

// What a region lacks is refused there alone: in the form, and in a stack that stands.
func TestPlaces(t *testing.T) {
	t.Parallel()
	c := mustLoadPlaced(t)
	small := map[string]string{"size": "small", "spread": "no"}
	for name, tc := range map[string]struct {
		kind    string
		raw     map[string]string
		regions []string
		want    []string
	}{
		"nothing is known of the region": {"vm", nil, []string{"c-3"}, nil},
		"no region yet":                  {"vm", nil, nil, nil},
		"an unknown region":              {"vm", nil, []string{"x"}, nil},
		"all is there":                   {"vm", map[string]string{"zone": "b"}, []string{"a-1"}, nil},
		"defaults": {"vm", nil, []string{"b-2"}, []string{
			"Size: large is not sold in b-2. There: small, medium.", "Spread: yes is not possible in b-2. There: no.",
		}},
		"a size":           {"vm", map[string]string{"size": "large", "spread": "no"}, []string{"b-2"}, []string{"Size: large is not sold in b-2. There: small, medium."}},
		"another size":     {"vm", small, []string{"b-2"}, nil},
		"a number":         {"vm", map[string]string{"size": "small", "spread": "no", "copies": "3"}, []string{"b-2"}, []string{"Copies: 3 is not sold in b-2. There: 2."}},
		"a zone":           {"vm", map[string]string{"size": "small", "spread": "no", "zone": "a"}, []string{"b-2"}, []string{"Zone: a is not a zone of b-2. There: any."}},
		"no size at all":   {"vm", map[string]string{"size": "huge", "spread": "no"}, []string{"b-2"}, []string{"Size: huge is not one of small, medium, large."}},
		"open text":        {"record", map[string]string{"zone": "a"}, []string{"b-2"}, nil},
		"a kind":           {"shop", nil, []string{"b-2"}, []string{"Kind: shop is not offered in b-2."}},
		"one of regions":   {"vm", nil, []string{"a-1", "b-2"}, []string{"Size: large is not sold in b-2. There: small, medium.", "Spread: yes is not possible in b-2. There: no."}},
		"a fault of both":  {"vm", map[string]string{"size": "huge"}, []string{"a-1", "c-3"}, []string{"Size: huge is not one of small, medium, large."}},
		"what is not read": {"vm", map[string]string{"size": "small", "spread": "perhaps"}, []string{"b-2"}, []string{"Spread: perhaps is not yes or no."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, ok := c.Kind("lab", tc.kind)
			if !ok {
				t.Fatal("there is no such kind")
			}
			raw := map[string]string{"name": "one"}
			for field, text := range tc.raw {
				raw[field] = text
			}
			r, faults := k.Check(raw, tc.regions...)
			var got []string
			for _, f := range faults {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if len(faults) > 0 || len(tc.regions) == 0 || tc.regions[0] == "x" {
				return
			}
			if faults := c.Validate("lab", tc.regions[0], []project.Resource{r}); len(faults) > 0 {
				t.Errorf("the stack: %v", faults)
			}
		})
	}
	if faults := c.Validate("lab", "b-2", []project.Resource{{Kind: "shop", Name: "one"}}); len(faults) != 1 || faults[0].String() != "shop.one · Kind: shop is not offered in b-2." {
		t.Errorf("a stack: %v", faults)
	}
}

// What regions are without must be something, else it would be offered all the same.
func TestMisnamedOffers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"lorry":         `there is no kind "lorry"`,
		"vm.colour=red": `vm has no variable "colour"`,
		"vm.size=huge":  `"huge" is no value of "size": one of small, medium, large`,
		"vm.note=x":     `"note" of vm has no list of values`,
		"vm.size":       "is written kind.variable=value",
		"vm=large":      "is written kind.variable=value",
		"":              `there is no kind ""`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			c := MustLoadLab(t, map[string]string{
				"lab/provider.json": `{"default_region": "a", "regions": [{"name": "a", "without": ["` + text + `"]}]}`, "lab/vm/main.tf": placedVM,
			})
			if lines := problemLines(c); len(lines) != 1 || !strings.HasPrefix(lines[0], "ops/lab/provider.json: ") || !strings.Contains(lines[0], want) {
				t.Errorf("problems: %q, want %s", lines, want)
			}
			if len(c.Kinds("lab")) != 1 {
				t.Error("the kind is not offered")
			}
		})
	}
}

// The clouds' own tables.
func TestCloudsPlaces(t *testing.T) {
	t.Parallel()
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	key := "ssh-ed25519 " + strings.Repeat("A", 68)
	for _, tc := range []struct {
		provider, kind, region string
		raw                    map[string]string
		want                   string
	}{
		{"gcp", "compute_vm", "europe-west1", map[string]string{"zone": "a"}, "Zone: a is not a zone of europe-west1. There: b, c, d."},
		{"gcp", "compute_vm", "us-central1", map[string]string{"zone": "d"}, "Zone: d is not a zone of us-central1. There: a, b, c, f."},
		{"gcp", "compute_vm", "europe-west3", map[string]string{"zone": "a"}, ""},
		{"azure", "compute_vm", "westus", map[string]string{"ssh_public_key": key, "zone": "1"}, "Zone: 1 is not a zone of westus. There: any."},
		{"azure", "compute_vm", "westus", map[string]string{"ssh_public_key": key}, ""},
		{"azure", "bucket", "ukwest", map[string]string{"replication": "GZRS"}, "Replication: GZRS is not sold in ukwest. There: LRS, GRS."},
		{"azure", "kubernetes", "canadaeast", map[string]string{"high_availability": "yes"}, "High availability: yes is not possible in canadaeast. There: no."},
		{"hetzner", "compute_vm", "ash", nil, "Size: cx23 is not sold in ash. There: cpx21, cpx31, ccx13."},
		{"hetzner", "compute_vm", "fsn1", map[string]string{"size": "cpx21"}, "Size: cpx21 is not sold in fsn1. There: cx23, cx33, cx43, ccx13."},
		{"hetzner", "compute_vm", "sin", map[string]string{"size": "ccx13"}, ""},
		{"aws", "compute_vm", "eu-south-2", map[string]string{"size": "m6i.large"}, "Size: m6i.large is not sold in eu-south-2. There: t3.micro, t3.small, t3.medium, t3.large."},
		{"aws", "compute_vm", "eu-central-1", map[string]string{"size": "m6i.large"}, ""},
	} {
		k, ok := c.Kind(tc.provider, tc.kind)
		if !ok {
			t.Fatalf("%s has no %s", tc.provider, tc.kind)
		}
		raw := map[string]string{"name": "one"}
		for field, text := range tc.raw {
			raw[field] = text
		}
		_, faults := k.Check(raw, tc.region)
		i := slices.IndexFunc(faults, func(f catalog.Fault) bool { return f.String() == tc.want })
		if tc.want == "" && len(faults) > 0 || tc.want != "" && (i < 0 || len(faults) > 1) {
			t.Errorf("%s %s in %s: %v, want %q", tc.provider, tc.kind, tc.region, faults, tc.want)
		}
	}
}
