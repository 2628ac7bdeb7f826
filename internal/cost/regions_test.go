package cost_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// A plan over two regions is summed by region; what stands in one is not parted.
func TestByRegion(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)
	var prices []cost.Price
	for region, usd := range map[string]string{"eu-1": "0.04", "us-1": "0.05"} {
		prices = append(prices, cost.Price{Provider: "sandbox", Region: region, Key: "sandbox/compute_vm/medium", Unit: "hour", USD: decimal.RequireFromString(usd)})
	}
	options := cost.Options{Book: cost.NewBook(cost.Snapshot{Provider: "sandbox", Source: "test", Published: day, Prices: prices}), Now: day}
	estimate := func(regions ...string) cost.Estimate {
		t.Helper()
		var changes []any
		for i, region := range regions {
			changes = append(changes, map[string]any{"address": fmt.Sprintf("terraform_data.m[%d]", i), "mode": "managed", "type": "terraform_data", "name": "m", "index": i,
				"provider_name": "terraform.io/builtin/terraform", "change": map[string]any{"actions": []string{"create"}, "before": nil, "after_unknown": map[string]any{},
					"after": map[string]any{"input": map[string]any{"kind": "compute_vm", "size": "medium", "disk_gib": 0, "region": region}}}})
		}
		raw, err := json.Marshal(map[string]any{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes})
		if err != nil {
			t.Fatal(err)
		}
		e, err := cost.FromPlan(raw, options)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, one := range [][]string{nil, {"eu-1"}, {"eu-1", "eu-1"}} {
		if parts := estimate(one...).ByRegion(); parts != nil {
			t.Errorf("%q has parts: %+v", one, parts)
		}
	}
	e := estimate("us-1", "eu-1", "eu-1", "us-2")
	var got []string
	for _, r := range e.ByRegion() {
		got = append(got, fmt.Sprintf("%s %s %s %d", r.Region, r.Before, r.After, r.Unpriced))
	}
	// By hand: 730 h x $0.04 = $29.20, twice; 730 h x $0.05 = $36.50. The fourth has no
	// price list for its region.
	if diff := cmp.Diff([]string{"eu-1 0 58.4 0", "us-1 0 36.5 0", "us-2 0 0 1"}, got); diff != "" {
		t.Error(diff)
	}
	table := e.Table()
	heads := []string{"eu-1: $0.00 before, $58.40 after", "terraform_data.m[1] (eu-1)", "terraform_data.m[2] (eu-1)", "us-1: $0.00 before, $36.50 after", "terraform_data.m[0] (us-1)", "us-2: $0.00 before, $0.00 after, 1 not priced"}
	at := 0
	for _, head := range heads {
		i := strings.Index(table[at:], head)
		if i < 0 {
			t.Fatalf("%q is missing, or out of order, in\n%s", head, table)
		}
		at += i
	}
}
