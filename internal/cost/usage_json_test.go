package cost

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is written is what was read, in plain numbers, on one line or for people.
func TestUsageAsJSON(t *testing.T) {
	t.Parallel()
	u, err := ParseUsage([]byte(`{"aws_s3_bucket":{"storage":"2500.50","requests_tier1":1e6},"module.a[\"<x>\"].aws_nat_gateway.b":{"data":0.001}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.JSON(""), `{"aws_s3_bucket":{"requests_tier1":1000000,"storage":2500.5},"module.a[\"<x>\"].aws_nat_gateway.b":{"data":0.001}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, indent := range []string{"", "  "} {
		again, err := ParseUsage([]byte(u.JSON(indent)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(u.JSON(indent), again.JSON(indent)); diff != "" {
			t.Error(diff)
		}
	}
	if got := Usage(nil).JSON("  "); got != "{}" {
		t.Errorf("of nothing: %s", got)
	}
}
