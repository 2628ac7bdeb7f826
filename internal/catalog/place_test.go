package catalog_test

import (
	"maps"
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

// What cannot be had in a region is refused there alone.
func TestPlaces(t *testing.T) {
	t.Parallel()
	c := mustLoadPlaced(t)
	defaults := []string{"vm.one · Size: large is not sold in b-2. There: small, medium.", "vm.one · Spread: yes is not possible in b-2. There: no."}
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
		"defaults":                       {"vm", nil, []string{"b-2"}, defaults},
		"one of regions":                 {"vm", nil, []string{"a-1", "b-2"}, defaults},
		"another size":                   {"vm", map[string]string{"size": "small", "spread": "no"}, []string{"b-2"}, nil},
		"a number":                       {"vm", map[string]string{"size": "small", "spread": "no", "copies": "3"}, []string{"b-2"}, []string{"vm.one · Copies: 3 is not sold in b-2. There: 2."}},
		"a zone":                         {"vm", map[string]string{"size": "small", "spread": "no", "zone": "a"}, []string{"b-2"}, []string{"vm.one · Zone: a is not a zone of b-2. There: any."}},
		"open text":                      {"record", map[string]string{"zone": "a"}, []string{"b-2"}, nil},
		"a kind":                         {"shop", nil, []string{"b-2"}, []string{"shop.one · Kind: shop is not offered in b-2."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, r := mustCheck(t, c, "lab", tc.kind, tc.raw)
			if diff := cmp.Diff(tc.want, texts(k.Lacks(r, tc.regions...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What stands may stay as it is when it is no longer sold; what is changed may not, nor
// what is to stand in one region more.
func TestLacking(t *testing.T) {
	t.Parallel()
	c := mustLoadPlaced(t)
	_, stands := mustCheck(t, c, "lab", "vm", map[string]string{"note": "old"})
	_, noted := mustCheck(t, c, "lab", "vm", map[string]string{"note": "new"})
	_, chosen := mustCheck(t, c, "lab", "vm", map[string]string{"size": "large"})
	_, spread := mustCheck(t, c, "lab", "vm", map[string]string{"spread": "no"})
	more := noted
	more.Regions = []string{"a-1", "b-2"}
	size := "vm.one · Size: large is not sold in b-2. There: small, medium."
	for name, tc := range map[string]struct {
		home     string
		r        project.Resource
		standing []project.Resource
		want     []string
	}{
		"new":                    {"b-2", spread, nil, []string{size}},
		"unchanged":              {"b-2", stands, []project.Resource{stands}, nil},
		"changed elsewhere":      {"b-2", noted, []project.Resource{stands}, nil},
		"the default said aloud": {"b-2", chosen, []project.Resource{stands}, nil},
		"changed to it":          {"b-2", spread, []project.Resource{{Kind: "vm", Name: "one", Values: map[string]any{"size": "small", "spread": false}}}, []string{size}},
		"a region more":          {"a-1", more, []project.Resource{stands}, []string{size, "vm.one · Spread: yes is not possible in b-2. There: no."}},
		"both regions before":    {"a-1", more, []project.Resource{more}, nil},
		"a kind that is no more": {"a-1", project.Resource{Kind: "lorry", Name: "one"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, texts(c.Lacking("lab", tc.home, []project.Resource{tc.r}, tc.standing))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func mustCheck(t *testing.T, c *catalog.Catalog, provider, kind string, raw map[string]string) (catalog.Kind, project.Resource) {
	t.Helper()
	k, ok := c.Kind(provider, kind)
	if !ok {
		t.Fatalf("%s has no %s", provider, kind)
	}
	filled := map[string]string{"name": "one"}
	maps.Copy(filled, raw)
	r, faults := k.Check(filled)
	if len(faults) > 0 {
		t.Fatalf("the form: %v", faults)
	}
	return k, r
}

func texts(faults []catalog.Fault) []string {
	var out []string
	for _, f := range faults {
		out = append(out, f.String())
	}
	return out
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
		"vm.size=":      `"" is no value of "size"`,
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
		k, r := mustCheck(t, c, tc.provider, tc.kind, tc.raw)
		got := texts(k.Lacks(r, tc.region))
		if tc.want == "" && len(got) > 0 || tc.want != "" && !slices.Equal(got, []string{tc.kind + ".one · " + tc.want}) {
			t.Errorf("%s %s in %s: %q, want %q", tc.provider, tc.kind, tc.region, got, tc.want)
		}
	}
}
