package templates_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Every cloud is asked who the credentials are, and the question changes nothing.
func TestIdentity(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			check, ok, err := p.IdentityCheck()
			if err != nil || !ok {
				t.Fatalf("it cannot be asked: %v", err)
			}
			w := mustWorkshop(t, c, p)
			if w.cloud.real && os.Getenv(applyVariable) == "" {
				t.Skip(applyVariable + " is not set")
			}
			s := w.mustStack(t, catalog.Composition{Provider: p.Name, Region: p.DefaultRegion})
			if err := s.dir.Write(check.Files, nil); err != nil {
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
			if who, says := planned.Plan.PlannedValues.Outputs[catalog.IdentityOutput]; says && fmt.Sprint(who.Value) == "" {
				t.Error("it does not say who")
			}
		})
	}
}
