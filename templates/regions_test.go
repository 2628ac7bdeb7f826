package templates_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// A stack stands in a second region, leaves it, and is destroyed in both: each kind of
// each cloud. A sample of it where time is short.
func TestRegions(t *testing.T) {
	eachCloud(t, func(t *testing.T, w *workshop) {
		w.skipReal(t)
		w.eachVariant(t, w.liveInRegions)
	})
}

// updated is how plans say that something changes. What is there once, and knows those
// in all regions, may when they become fewer.
var updated = regexp.MustCompile(`# module\.([a-z_]+)-\S+ will be updated in-place`)

func (w *workshop) liveInRegions(t *testing.T, k catalog.Kind, variant string) {
	resources := w.mustResources(t, k.Name, variant)
	in := catalog.Composition{
		Provider: w.provider.Name, Region: w.region(variant),
		Labels: map[string]string{"guild": "1000", "project": "demo", "stack": "shop", "managed-by": "cloud-engine"},
	}
	away, faults := w.away(in.Region, resources)
	if oneRegion := "certificate_arn"; w.cases[k.Name].Settings[variant][oneRegion] != "" {
		if len(faults) != 1 || faults[0].Field != oneRegion || !strings.Contains(faults[0].Expected, "(in ") {
			t.Errorf("what is of one region is refused in others with %v", faults)
		}
		return
	}
	if away == "" {
		t.Fatalf("%s has no second region for this: %v", w.provider.Name, faults)
	}
	both := []string{in.Region, away}
	in.Resources = w.catalog.In(w.provider.Name, both, resources)
	s := w.mustStack(t, in)
	planned := s.mustPlan(t)
	checkRegions(t, planned, in.Resources, away)
	checkNames(t, planned)
	s.mustRun(t, "apply", "-no-color", "-input=false", "plan.tfplan")
	if said, err := s.run(t, "plan", "-no-color", "-input=false", "-detailed-exitcode"); err != nil {
		t.Errorf("what was just made would change:\n%s", said)
	}
	w.mustUnprotect(t, in.Resources)
	s.mustCompose(t, in)
	s.mustRun(t, "apply", "-no-color", "-input=false", "-auto-approve")

	in.Resources, in.Besides = w.catalog.In(w.provider.Name, both[:1], resources), both
	s.mustCompose(t, in)
	said := s.mustRun(t, "apply", "-no-color", "-input=false", "-auto-approve")
	for _, line := range updated.FindAllStringSubmatch(said, -1) {
		if !slices.ContainsFunc(in.Resources, func(r project.Resource) bool { return r.Kind == line[1] && len(r.Regions) == 0 }) {
			t.Errorf("leaving a region changes %s in the other", line[0])
		}
	}
	if !strings.Contains(said, " 0 added") {
		t.Errorf("leaving a region makes something in the other:\n%s", said)
	}
	if left := s.mustRun(t, "state", "list"); strings.Contains(left, "_"+away+".") {
		t.Errorf("left in %s:\n%s", away, left)
	}
	in.Resources = nil
	s.mustCompose(t, in)
	s.mustRun(t, "apply", "-no-color", "-input=false", "-auto-approve")
	s.mustBeEmpty(t)
}

// away is another region than home in which the resources can stand as well, or why
// there is none.
func (w *workshop) away(home string, resources []project.Resource) (string, []catalog.Fault) {
	var faults []catalog.Fault
	for _, r := range w.provider.Regions {
		if r.Name == home {
			continue
		}
		if faults = w.catalog.Validate(w.provider.Name, home, w.catalog.In(w.provider.Name, []string{home, r.Name}, resources)); len(faults) == 0 {
			return r.Name, nil
		}
	}
	return "", faults
}

// checkRegions: what a kind makes, it makes in each region, through the plugin's
// configuration for that region; what is there once is there once.
func checkRegions(t *testing.T, planned *tfjson.Plan, resources []project.Resource, away string) {
	t.Helper()
	made := map[string][]string{} // addresses within a module, by the module's name
	for _, c := range planned.ResourceChanges {
		if module, inner, ok := strings.Cut(strings.TrimPrefix(c.Address, "module."), "."); ok && c.Mode == tfjson.ManagedResourceMode {
			inner, _, _ = strings.Cut(inner, "[") // an index may be the name of another resource
			made[module] = append(made[module], inner)
		}
	}
	for _, r := range resources {
		here, there := made[catalog.ModuleName(r.Kind, r.Name, "")], made[catalog.ModuleName(r.Kind, r.Name, away)]
		switch {
		case len(here) == 0:
			t.Errorf("%s makes nothing in the stack's own region", r.Label())
		case len(r.Regions) == 0 && len(there) > 0:
			t.Errorf("%s is there once, and makes %q in %s", r.Label(), there, away)
		case len(r.Regions) > 0 && !slices.Equal(here, there):
			t.Errorf("%s makes %q, and in %s %q", r.Label(), here, away, there)
		}
	}
}

// within are types whose names are those of parts of something else, which has a
// name of its own in each region.
var within = []string{
	"aws_iam_role_policy",
	"azurerm_key_vault_secret", "azurerm_lb_backend_address_pool", "azurerm_lb_probe", "azurerm_lb_rule", "azurerm_management_lock",
	"azurerm_mysql_flexible_database", "azurerm_network_security_rule", "azurerm_postgresql_flexible_server_database",
	"azurerm_private_dns_zone_virtual_network_link", "azurerm_storage_container", "azurerm_subnet",
	"google_container_node_pool", "google_sql_database", "google_sql_user",
}

// checkNames: no name is that of something in another region too. Many clouds have one
// space of names for all of an account, some for all accounts.
func checkNames(t *testing.T, planned *tfjson.Plan) {
	t.Helper()
	modules := map[string]string{} // by type and name
	for _, c := range planned.ResourceChanges {
		after, _ := c.Change.After.(map[string]any)
		module, _, _ := strings.Cut(strings.TrimPrefix(c.Address, "module."), ".")
		for _, attribute := range []string{"name", "bucket", "identifier", "account_id", "secret_id"} {
			called, _ := after[attribute].(string)
			if called == "" || c.Mode != tfjson.ManagedResourceMode || slices.Contains(within, c.Type) {
				continue
			}
			id := c.Type + " " + attribute + " " + called
			if other, ok := modules[id]; ok && other != module {
				t.Errorf("%s is called %q in %s and in %s", c.Type, called, other, module)
			}
			modules[id] = module
		}
	}
}
