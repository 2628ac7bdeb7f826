package templates_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

var update = flag.Bool("update", false, "write the golden plans anew")

// sample is what is tested of each provider without CLOUDENGINE_TEST_LONG.
const sample = "compute_vm"

// Every kind of every provider that has plugins, with the settings that
// testdata/<provider>.json has: it is planned as its golden plan says, made, planned
// again without a change, and destroyed to the last thing.
func TestModules(t *testing.T) {
	eachCloud(t, func(t *testing.T, w *workshop) { w.eachVariant(t, w.live) })
}

// live takes one kind through its life.
func (w *workshop) live(t *testing.T, k catalog.Kind, variant string) {
	resources := w.mustResources(t, k.Name, variant)
	in := catalog.Composition{
		Provider: w.provider.Name, Region: w.region(variant), Resources: resources,
		Labels: map[string]string{"guild": "1000", "project": "demo", "stack": "shop", "managed-by": "cloud-engine"},
	}
	s := w.mustStack(t, in)
	if w.cloud.real && os.Getenv(applyVariable) == "" {
		s.mustRun(t, "validate", "-no-color")
		return
	}
	planned := s.mustPlan(t)
	checkLabels(t, planned, in.Labels)
	if variant == minimal {
		checkClosed(t, planned)
	}
	if !w.cloud.real {
		golden(t, filepath.Join("testdata", w.provider.Name, k.Name+"-"+variant+".plan"), describe(planned, catalog.ModuleName(k.Name, name, "")))
	}
	s.mustRun(t, "apply", "-no-color", "-input=false", "plan.tfplan")
	if said, err := s.run(t, "plan", "-no-color", "-input=false", "-detailed-exitcode"); err != nil {
		t.Errorf("what was just made would change:\n%s", said)
	}
	if w.mustUnprotect(t, in.Resources) {
		s.mustCompose(t, in)
		if said := s.mustRun(t, "apply", "-no-color", "-input=false", "-auto-approve"); !strings.Contains(said, " 0 added") {
			t.Errorf("without its protection it is made anew:\n%s", said)
		}
	}
	in.Resources = nil
	s.mustCompose(t, in)
	s.mustRun(t, "apply", "-no-color", "-input=false", "-auto-approve")
	s.mustBeEmpty(t)
}

// mustUnprotect lets resources be destroyed, and reports whether that changes any.
func (w *workshop) mustUnprotect(t *testing.T, resources []project.Resource) (changed bool) {
	t.Helper()
	const variable = "deletion_protection"
	for i, r := range resources {
		k, _ := w.catalog.Kind(w.provider.Name, r.Kind)
		if v, ok := k.Variable(variable); !ok || v.Default == false && r.Values[variable] != true {
			continue
		}
		resources[i].Values[variable], changed = false, true
	}
	return changed
}

// Every kind has settings to be tested with, which set every field of its form.
func TestEverySettingIsTested(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		cases := mustCases(t, p.Name)
		for _, k := range c.Kinds(p.Name) {
			tested := map[string]bool{}
			for _, settings := range cases[k.Name].Settings {
				for field := range settings {
					tested[field] = true
				}
			}
			if _, ok := cases[k.Name].Settings[minimal]; !ok {
				t.Errorf("testdata/%s.json has no %q settings of %s", p.Name, minimal, k.Name)
			}
			for _, v := range k.Variables {
				if v.Asked && v.Name != catalog.NameField && !tested[v.Name] {
					t.Errorf("testdata/%s.json never sets %s of %s", p.Name, v.Name, k.Name)
				}
			}
			delete(cases, k.Name)
		}
		for kind := range cases {
			t.Errorf("testdata/%s.json has settings of %s, which is no kind", p.Name, kind)
		}
	}
}

// The modules that come with the program can all be used.
func TestNoProblems(t *testing.T) {
	t.Parallel()
	for _, p := range mustLoad(t).Problems() {
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Reason)
	}
}

// deadlineOf gives a step of Terraform's a generous time.
func deadlineOf(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), deadline)
}
