package templates_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/standin"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// noise is what only a cloud's support can read.
var noise = regexp.MustCompile(`(?i)request ?id|trace id|correlation id|encoded authorization|status ?code|[0-9a-f]{8}-[0-9a-f]{4}-4`)

// What clouds refuse reaches people with the resource, what the cloud said, and what to
// do about it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	if os.Getenv(mirrorVariable) != "" {
		t.Skip("the clouds' own plugins do not refuse on purpose")
	}
	c := mustLoad(t)
	first := map[string]string{"aws": "aws_vpc", "gcp": "google_compute_network", "azure": "azurerm_resource_group"}
	for provider, typ := range first {
		p, ok := c.Provider(provider)
		if !ok {
			t.Errorf("there is no provider %s", provider)
			continue
		}
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			w := mustWorkshop(t, c, p)
			for _, tc := range []struct{ place, fault, advice string }{
				{typ, "access_denied", "may not do this"},
				{typ, "quota", "A limit of the cloud's account is reached"},
				{typ, "name_taken", "Give the resource another name"},
				{typ, "throttled", "more requests than it takes"},
				{typ, "unsupported_region", "another size"},
				{typ, "crash", "plugin for this cloud broke down"},
				{"provider", "expired", "credentials have expired"},
				{"provider", "invalid_credentials", "does not take the credentials"},
			} {
				t.Run(tc.fault, func(t *testing.T) {
					if tc.fault != "quota" && os.Getenv("CLOUDENGINE_TEST_LONG") == "" {
						t.Skip("CLOUDENGINE_TEST_LONG is not set")
					}
					t.Parallel()
					w.refused(t, tc.place, tc.fault, tc.advice)
				})
			}
		})
	}
}

// refused makes a network, which the cloud refuses.
func (w *workshop) refused(t *testing.T, place, fault, advice string) {
	s := w.mustStack(t, catalog.Composition{
		Provider: w.provider.Name, Region: w.provider.DefaultRegion, Resources: w.mustResources(t, "vpc", minimal),
		Labels: map[string]string{"project": "demo", "stack": "shop"},
	})
	faults, err := json.Marshal(map[string]string{place: fault})
	if err != nil {
		t.Fatal(err)
	}
	s.env[standin.FaultsVariable] = string(faults)
	said, err := s.run(t, "apply", "-json", "-input=false", "-auto-approve")
	if err == nil {
		t.Fatal("nothing was refused")
	}
	var found []terraform.Diagnostic
	for line := range strings.Lines(said) {
		if e, ok := terraform.ParseLine([]byte(line)); ok && e.Diagnostic != nil && e.Diagnostic.Severity == terraform.SeverityError {
			found = append(found, *e.Diagnostic)
		}
	}
	if len(found) == 0 {
		t.Fatalf("Terraform reports no error:\n%s", said)
	}
	for _, d := range found {
		if text := d.Text(); noise.MatchString(text) {
			t.Errorf("people read noise: %s", text)
		}
		if place != "provider" && !strings.Contains(d.Text(), "vpc.main") {
			t.Errorf("nobody learns which resource: %s", d.Text())
		}
	}
	if got := terraform.Advise(found); !strings.Contains(got, advice) {
		t.Errorf("advice is %q, want %q, for: %s", got, advice, found[0].Text())
	}
}
