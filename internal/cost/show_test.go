package cost

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden compares what people see with what they saw.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// A plan with something of everything.
func everything(t *testing.T) obj {
	t.Helper()
	return planOf("us-east-1",
		changed("aws_instance", "web", machineOf("t3.micro"), machineOf("m5.large"), "update"),
		created("aws_ebs_volume", "data", obj{"size": 2000, "type": "io1", "iops": 20000}),
		changed("aws_nat_gateway", "old", obj{}, nil, "delete"),
		changed("aws_instance", "new", machineOf("m5.large"), machineOf("m99.large"), "delete", "create"),
		created("aws_instance", "default_disk", obj{"instance_type": "m5.large"}),
		created("aws_s3_bucket", "logs", obj{}),
		created("aws_security_group", "web", obj{}),
		created("aws_quantum_ledger", "x", obj{}),
	)
}

func TestTable(t *testing.T) {
	t.Parallel()
	golden(t, "everything.txt", estimate(t, everything(t), Options{Now: testNow}).Table())
	golden(t, "sandbox.txt", estimateFile(t, "sandbox/kinds", Options{}).Table())
}

func TestJSON(t *testing.T) {
	t.Parallel()
	golden(t, "estimate.json.golden", indent(t, estimate(t, everything(t), Options{Now: testNow})))
}

func TestSummary(t *testing.T) {
	t.Parallel()
	book := smallBook()
	at := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	large, unlisted := machineOf("m5.large"), machineOf("m9.large")
	for name, tc := range map[string]struct {
		changes []obj
		now     time.Time
		want    string
	}{
		"more":           {[]obj{created("aws_instance", "a", large), created("aws_x", "b", nil)}, at, "+$71.08/month (+$0.097/hour), 1 of 2 resources priced, prices of 2026-07-20"},
		"less":           {[]obj{changed("aws_instance", "a", large, nil, "delete")}, at, "-$71.08/month (-$0.097/hour), 1 of 1 resources priced, prices of 2026-07-20"},
		"as much":        {[]obj{changed("aws_instance", "a", large, large, "no-op")}, at, "$0.00/month ($0.000/hour), 1 of 1 resources priced, prices of 2026-07-20"},
		"old prices":     {[]obj{created("aws_instance", "a", large)}, at.AddDate(1, 0, 0), "+$71.08/month (+$0.097/hour), 1 of 1 resources priced, prices of 2026-07-20 (older than 90 days)"},
		"nothing priced": {[]obj{created("aws_x", "b", nil)}, at, "not priced: 0 of 1 resources priced"},
		"partly":         {[]obj{created("aws_instance", "a", unlisted)}, at, "+$1.00/month (+$0.001/hour), 0 of 1 resources priced, prices of 2026-07-20"},
		"free":           {[]obj{created("aws_security_group", "a", nil)}, at, "$0.00/month ($0.000/hour), 1 of 1 resources priced"},
		"nothing":        {nil, at, "no resources"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := estimate(t, planOf("us-east-1", tc.changes...), Options{Book: book, Now: tc.now}).Summary(); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestDollars(t *testing.T) {
	t.Parallel()
	for amount, want := range map[string]string{
		"0": "$0.00", "0.004": "<$0.01", "-0.004": "-<$0.01", "0.005": "$0.01", "128.4": "$128.40", "-7.592": "-$7.59", "1234567.891": "$1,234,567.89", "999.999": "$1,000.00",
	} {
		if got := dollars(Money{decimal.RequireFromString(amount)}, 2); got != want {
			t.Errorf("%s is %s, want %s", amount, got, want)
		}
	}
}
