package templates_test

import (
	"fmt"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// Every cloud is asked who the credentials are, and the question changes nothing.
func TestIdentity(t *testing.T) {
	eachCloud(t, func(t *testing.T, w *workshop) {
		check, ok, err := w.provider.IdentityCheck()
		if err != nil || !ok {
			t.Fatalf("it cannot be asked: %v", err)
		}
		w.skipReal(t)
		s := w.mustStack(t, catalog.Composition{Provider: w.provider.Name, Region: w.provider.DefaultRegion})
		if who, says := s.mustAsk(t, check)[catalog.IdentityOutput]; says && fmt.Sprint(who) == "" {
			t.Error("it does not say who")
		}
	})
}
