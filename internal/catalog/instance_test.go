package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// regional is a provider with a kind for each region, one that is there once and is
// wired to all of the others, and one that is there once and must be somewhere.
var regional = map[string]string{
	"lab/provider.json": cloudProvider,
	"lab/network/main.tf": `variable "name" {
  type = string
}
variable "region" {
  type = string
}
variable "size" {
  type    = string
  default = "small"
  validation {
    condition     = !(var.region == "b-2" && var.size == "huge")
    error_message = "Not sold here."
  }
}
output "network_id" {
  value = var.name
}
`,
	"lab/machine/main.tf": `variable "name" {
  type = string
}
variable "region" {
  type = string
}
variable "network_id" {
  type = string
}
output "target_id" {
  value = var.name
}
`,
	"lab/record/main.tf": `variable "name" {
  type = string
}
variable "home_region" {
  type = string
}
variable "target_ids" {
  type    = list(string)
  default = []
}
`,
}

// composedRoot is what the tests read of a root module.
type composedRoot struct {
	Provider map[string]any
	Module   map[string]map[string]any
	Output   map[string]map[string]any
}

func mustRoot(t *testing.T, c *catalog.Catalog, in catalog.Composition) composedRoot {
	t.Helper()
	var root composedRoot
	if err := json.Unmarshal(MustCompose(t, c, in).Files[catalog.RootFile], &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestComposeRegions(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, regional)
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatalf("problems: %q", lines)
	}
	resources := c.In("lab", []string{"a-1", "b-2"}, []project.Resource{
		{Kind: "network", Name: "main", Values: map[string]any{"size": "large"}}, {Kind: "machine", Name: "web"}, {Kind: "record", Name: "www"},
	})
	root := mustRoot(t, c, catalog.Composition{Provider: "lab", Region: "a-1", Resources: resources})
	want := map[string]map[string]any{
		"network-main":     {"source": "./modules/network", "name": "main", "region": "${var.region}", "size": "${var.network-main-size}"},
		"network-main_b-2": {"source": "./modules/network", "name": "main-b-2", "region": "b-2", "size": "${var.network-main-size}", "providers": map[string]any{"acme": "acme.b-2"}},
		"machine-web":      {"source": "./modules/machine", "name": "web", "region": "${var.region}", "network_id": "${module.network-main.network_id}"},
		"machine-web_b-2":  {"source": "./modules/machine", "name": "web-b-2", "region": "b-2", "network_id": "${module.network-main_b-2.network_id}", "providers": map[string]any{"acme": "acme.b-2"}},
		"record-www":       {"source": "./modules/record", "name": "www", "home_region": "${var.region}", "target_ids": []any{"${module.machine-web.target_id}", "${module.machine-web_b-2.target_id}"}},
	}
	if diff := cmp.Diff(want, root.Module); diff != "" {
		t.Error(diff)
	}
	if root.Output["network-main_b-2-network_id"]["value"] != "${module.network-main_b-2.network_id}" {
		t.Errorf("outputs are %v", root.Output)
	}
	block := func(region string) map[string]any {
		return map[string]any{"region": region, "retry": []any{map[string]any{"in": region, "times": 3.0}}}
	}
	away := block("b-2")
	away["alias"] = "b-2"
	if diff := cmp.Diff(map[string]any{"acme": []any{block("a-1"), away}}, root.Provider); diff != "" {
		t.Error(diff)
	}

	// Nothing is to be in b-2 any more: it takes the plugin's configuration there to
	// destroy what is.
	root = mustRoot(t, c, catalog.Composition{Provider: "lab", Region: "a-1", Besides: []string{"a-1", "b-2", "No region"}, Resources: c.In("lab", []string{"a-1"}, resources)})
	if len(root.Module) != 3 || len(root.Provider["acme"].([]any)) != 2 {
		t.Errorf("after a region is left: %v, %v", root.Module, root.Provider)
	}
	if again := c.In("lab", []string{"a-1"}, resources); len(again[0].Regions) != 0 || len(resources[0].Regions) != 2 {
		t.Errorf("in one region: %v, before %v", again, resources)
	}
}

// What may be in another region besides is no part of what people approve; where the
// resources are to be is.
func TestHashOfRegions(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, regional)
	hash := func(besides []string, regions ...string) string {
		t.Helper()
		in := catalog.Composition{Provider: "lab", Region: "a-1", Besides: besides, Resources: c.In("lab", regions, []project.Resource{{Kind: "network", Name: "main"}})}
		return MustCompose(t, c, in).Hash
	}
	one, both := hash(nil, "a-1"), hash(nil, "a-1", "b-2")
	if one == both {
		t.Error("in one region and in two the hash is the same")
	}
	for name, same := range map[string][2]string{
		"nothing is left in another":   {one, hash([]string{"b-2"}, "a-1")},
		"the same is there already":    {both, hash([]string{"a-1", "b-2"}, "a-1", "b-2")},
		"something is left in a third": {both, hash([]string{"c-3"}, "a-1", "b-2")},
		"something is left in its own": {one, hash([]string{"a-1"}, "a-1")},
	} {
		if same[0] != same[1] {
			t.Errorf("%s: another hash", name)
		}
	}
}

// What one region refuses is said, and where.
func TestValidateRegions(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, regional)
	huge := c.In("lab", []string{"a-1", "b-2"}, []project.Resource{{Kind: "network", Name: "main", Values: map[string]any{"size": "huge"}}})
	faults := c.Validate("lab", "a-1", huge)
	if len(faults) != 1 || faults[0].Field != "size" || !strings.HasSuffix(faults[0].Expected, "(in b-2)") {
		t.Errorf("faults are %v", faults)
	}
	if faults := c.Validate("lab", "b-2", []project.Resource{{Kind: "network", Name: "main", Values: map[string]any{"size": "huge"}}}); len(faults) != 1 || strings.Contains(faults[0].Expected, "(in") {
		t.Errorf("in the only region: %v", faults)
	}
	nowhere := []project.Resource{{Kind: "record", Name: "x", Regions: []string{"a-1", "mars-1"}}}
	if faults := c.Validate("lab", "a-1", nowhere); len(faults) != 1 || faults[0].Label != "Region" {
		t.Errorf("an unknown region: %v", faults)
	}
}

// A module's rules on its name hold for what a resource is called in each region.
func TestValidateNamesInRegions(t *testing.T) {
	t.Parallel()
	rule := func(condition, message string) string {
		return `variable "name" {
  type = string
  validation {
    condition     = ` + condition + `
    error_message = "` + message + `"
  }
}
variable "region" {
  type = string
}
`
	}
	c := MustLoadLab(t, map[string]string{
		"lab/provider.json": cloudProvider,
		"lab/short/main.tf": rule(`length(var.name) <= 8`, "At most 8 characters."),
		"lab/plain/main.tf": rule(`!strcontains(var.name, "b-2")`, "No name of a region."),
		"lab/long/main.tf":  rule(`length(var.name) <= 33`, "At most 33 characters."),
	})
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatalf("problems: %q", lines)
	}
	const longest = "abcdefghijabcdefghijabcdefghij1" // 31 characters
	const leave = " Give it another name, or leave b-2 out of the regions."
	for name, tc := range map[string]struct {
		kind, name string
		want       []string
	}{
		"short enough in both":        {"short", "web", nil},
		"too long in one":             {"short", "webs-1", []string{"short.webs-1 · Name: webs-1-b-2 is not at most 8 characters: webs-1 is called so in b-2." + leave}},
		"too long in both":            {"short", "websites-1", []string{"short.websites-1 · Name: websites-1 is not at most 8 characters."}},
		"a rule in words":             {"plain", "web", []string{"plain.web · Name: web-b-2 is not accepted. No name of a region: web is called so in b-2." + leave}},
		"longer than people may type": {"long", longest, []string{"long." + longest + " · Name: " + longest + "-b-2 is not at most 33 characters: " + longest + " is called so in b-2." + leave}},
	} {
		var got []string
		for _, f := range c.Validate("lab", "a-1", c.In("lab", []string{"a-1", "b-2"}, []project.Resource{{Kind: tc.kind, Name: tc.name}})) {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
