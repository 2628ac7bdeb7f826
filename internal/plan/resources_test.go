package plan_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Terraform counts a replacement as one to add and one to destroy; people see
// one resource.
func TestResourcesCountsAReplacementOnce(t *testing.T) {
	d := plan.Digest{Add: 3, Change: 1, Destroy: 2, Replace: 1}
	if n := d.Resources(); n != 5 {
		t.Errorf("%d resources, want 5", n)
	}
}
