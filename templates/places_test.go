package templates_test

import (
	"slices"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Clouds are asked for their regions and what is sold there, and the questions change
// nothing. Whose plugin has no such data sources is not asked.
func TestPlaces(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if unasked := p.Name == "azure" || p.Name == "sandbox"; unasked == p.KnowsPlaces() {
			t.Errorf("%s can be asked: %t", p.Name, p.KnowsPlaces())
		}
		if !p.KnowsPlaces() {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			w := mustWorkshop(t, c, p)
			w.skipReal(t)
			s := w.mustStack(t, catalog.Composition{Provider: p.Name, Region: p.DefaultRegion})
			question, err := p.AskRegions()
			if err != nil {
				t.Fatal(err)
			}
			all, usable, err := p.RegionsSaid(s.mustAsk(t, question))
			if err != nil || !slices.Contains(usable, p.DefaultRegion) || len(all) < len(usable) {
				t.Fatalf("the regions are %v, of which %v can be used: %v", all, usable, err)
			}
			if question, err = p.AskPlace(p.DefaultRegion); err != nil {
				t.Fatal(err)
			}
			place, err := c.PlaceSaid(p.Name, p.DefaultRegion, s.mustAsk(t, question))
			if err != nil || p.Name != "hetzner" && !slices.Contains(place.Zones, "b") {
				t.Fatalf("in %s: %+v, %v", p.DefaultRegion, place, err)
			}
			if w.cloud.real {
				return
			}
			want := map[string][]string{
				"aws": nil,
				"gcp": {"compute_vm.size=e2-medium", "compute_vm.size=e2-standard-4", "compute_vm.size=e2-standard-8",
					"kubernetes.node_size=e2-medium", "kubernetes.node_size=e2-highmem-2", "kubernetes.node_size=e2-standard-4", "kubernetes.node_size=e2-standard-8"},
				"hetzner": {"compute_vm.size=cpx21", "compute_vm.size=cpx31"},
			}[p.Name]
			if !slices.Equal(place.Without, want) {
				t.Errorf("%s is without %v, want %v", p.DefaultRegion, place.Without, want)
			}
		})
	}
}

// mustAsk plans a question, and returns its outputs.
func (s *stack) mustAsk(t *testing.T, question catalog.Composed) map[string]any {
	t.Helper()
	if err := s.dir.Write(question.Files, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := deadlineOf(t)
	defer cancel()
	planned, err := terraform.Plan(ctx, s.Binary, s.dir, terraform.PlanOptions{Env: s.env})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(planned.Plan.ResourceChanges); n > 0 {
		t.Errorf("%d resources would change", n)
	}
	said := map[string]any{}
	for name, out := range planned.Plan.PlannedValues.Outputs {
		said[name] = out.Value
	}
	return said
}
