package templates_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// The longest names and the oddest tags that the engine lets through are taken by each
// cloud.
func TestLongestNames(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			w := mustWorkshop(t, c, p)
			for _, k := range c.Kinds(p.Name) {
				t.Run(k.Name, func(t *testing.T) {
					if k.Name != sample && os.Getenv("CLOUDENGINE_TEST_LONG") == "" {
						t.Skip("CLOUDENGINE_TEST_LONG is not set")
					}
					w.skipReal(t)
					t.Parallel()
					for _, change := range w.mustPlanLongest(t, k).ResourceChanges {
						checkTags(t, change)
					}
				})
			}
		})
	}
}

// mustPlanLongest plans a stack of the longest name in which everything has the
// longest name, as resources have that stand in several regions.
func (w *workshop) mustPlanLongest(t *testing.T, k catalog.Kind) *tfjson.Plan {
	t.Helper()
	region := w.region("full")
	s := w.mustStack(t, catalog.Composition{
		Provider: w.provider.Name, Region: region, Resources: w.mustResources(t, k.Name, minimal),
		Labels: map[string]string{
			"guild": strings.Repeat("9", 20), "project": "p" + strings.Repeat("-p", 15) + "p", "stack": "s" + strings.Repeat("s", 31),
			"owner": "Zoë & Søn <ops>? 100% \"{}\"" + strings.Repeat("…", 70),
			"azure": "a", "goog-team": "b", "windows-": "c", "team_": "d",
		},
	})
	raw, err := os.ReadFile(s.dir.Path() + "/" + catalog.RootFile)
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	for _, call := range root["module"].(map[string]any) {
		if call := call.(map[string]any); call["name"] != nil {
			call["name"] = "n" + strings.Repeat("--n", 10) + "-" + region
		}
	}
	if raw, err = json.Marshal(root); err != nil {
		t.Fatal(err)
	}
	if err := s.dir.Write(map[string][]byte{catalog.RootFile: raw}, nil); err != nil {
		t.Fatal(err)
	}
	return s.mustPlan(t)
}

// tagRule is what a cloud takes as a tag or label.
type tagRule struct {
	key, value, source string
}

var tagRules = map[string]tagRule{
	"aws":     {`^(?i:[^a]|a[^w]|aw[^s]).{0,127}$`, `^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$`, "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"},
	"azurerm": {`^[^<>%&\\?/]{1,512}$`, `^.{0,256}$`, "https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/tag-resources"},
	"google":  {`^[a-z][a-z0-9_-]{0,62}$`, `^[a-z0-9_-]{0,63}$`, "https://cloud.google.com/resource-manager/docs/labels-overview"},
	"hcloud":  {`^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$`, `^([a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?)?$`, "https://docs.hetzner.cloud/reference/cloud#labels"},
}

// ownKeys are what clouds keep for themselves.
var ownKeys = map[string]string{"azurerm": "azure microsoft windows", "google": "goog"}

// checkTags: a cloud takes the tags of a resource.
func checkTags(t *testing.T, c *tfjson.ResourceChange) {
	t.Helper()
	after, _ := c.Change.After.(map[string]any)
	cloud, _, _ := strings.Cut(c.Type, "_")
	rule := tagRules[cloud]
	for _, name := range labelled[cloud] {
		tags, _ := after[name].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			if value := fmt.Sprint(tags[key]); !regexp.MustCompile(rule.key).MatchString(key) || !regexp.MustCompile(rule.value).MatchString(value) {
				t.Errorf("%s: the cloud does not take %q = %q (%s)", c.Address, key, value, rule.source)
			}
			for own := range strings.FieldsSeq(ownKeys[cloud]) {
				if strings.HasPrefix(key, own) {
					t.Errorf("%s: the cloud keeps keys such as %q for itself (%s)", c.Address, key, rule.source)
				}
			}
		}
	}
}
