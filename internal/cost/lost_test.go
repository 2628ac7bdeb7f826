package cost

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// A part that is used so much and has no price any more is missing like any other. By
// hand: 100 × 0.1 = 10.
func TestALostPriceOfUsageFreesNothing(t *testing.T) {
	t.Parallel()
	book := smallBook(price("aws", "us-east-1", "rds.storage/aurora", UnitGBMonth, "0.1"), price("aws", "us-east-1", "rds.io/aurora", UnitRequest, "0.0000002"))
	plan := planOf("us-east-1", changed("aws_rds_cluster", "c", obj{"engine": "aurora-mysql"}, obj{"engine": "mysql"}, "update"))
	used := Usage{"aws_rds_cluster": {"storage": decimal.NewFromInt(100)}}
	for name, tc := range map[string]struct {
		usage              Usage
		want, known, least string
		comparable         bool
	}{
		"used":           {used, "0 -> 0 (0)", "10", "10", false},
		"used elsewhere": {Usage{"aws_rds_cluster.b": used["aws_rds_cluster"]}, "0 -> 0 (0)", "0", "0", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := estimate(t, plan, Options{Book: book, Usage: tc.usage})
			if e.Monthly.String() != tc.want || e.KnownBefore().String() != tc.known || e.AtLeast().String() != tc.least || e.Resources[0].comparable() != tc.comparable {
				t.Errorf("%s, %s known before, at least %s: %q", e.Monthly, e.KnownBefore(), e.AtLeast(), e.Resources[0].Assumptions)
			}
		})
	}
}

// What is imported and has a price on one side alone has no difference. By hand, the
// machine: 730 × 0.096 + 1 = 71.08.
func TestAnImportWithoutAPrice(t *testing.T) {
	t.Parallel()
	const there = "it is there already, and is managed here from now on"
	for name, tc := range map[string]struct {
		before obj
		want   string
		says   []string
	}{
		"no price before": {machineOf("zz9.large"), "71.08 -> 71.08 (0)", []string{there, "no difference known: not priced before: compute; after: nothing"}},
		"prices":          {machineOf("t3.micro"), "8.592 -> 71.08 (62.488)", []string{there}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := changed("aws_instance", "i", tc.before, machineOf("m5.large"), "update")
			c["change"].(obj)["importing"] = obj{"id": "i-1"}
			e := estimate(t, planOf("us-east-1", c), Options{Book: smallBook()})
			says := slices.DeleteFunc(e.Resources[0].Assumptions, func(a string) bool { return strings.HasSuffix(a, "assumed") })
			if diff := cmp.Diff(tc.says, says); diff != "" || e.Monthly.String() != tc.want {
				t.Errorf("%s: %s", e.Monthly, diff)
			}
		})
	}
}

// What is forgotten and has a part without a price says so.
func TestForgottenWithoutAPrice(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"m5.large":  "aws_instance.f (us-east-1): goes on with $71.08\n",
		"zz9.large": "aws_instance.f (us-east-1): goes on with $1.00, without what is not priced\n",
	} {
		e := estimate(t, planOf("us-east-1", changed("aws_instance", "f", machineOf(kind), nil, "forget")), Options{Book: smallBook()})
		if !strings.HasPrefix(e.Table(), want) {
			t.Errorf("want %s, got %s", want, e.Table())
		}
	}
}

// What an address uses is used once: not by what a replacement left behind as well.
// By hand: 100 × 0.023 = 2.3.
func TestUsageIsNotADeposedObjects(t *testing.T) {
	t.Parallel()
	bucket := changed("aws_s3_bucket", "b", obj{}, obj{}, "no-op")
	left := changed("aws_s3_bucket", "b", obj{}, nil, "delete").with("deposed", "12ab")
	for _, name := range []string{"aws_s3_bucket", "aws_s3_bucket.b"} {
		e := estimate(t, planOf("us-east-1", bucket, left), Options{Usage: Usage{name: {"storage": decimal.NewFromInt(100)}}})
		if e.Monthly.String() != "2.3 -> 2.3 (0)" || states(e.Resources[1])[0] != "usage" {
			t.Errorf("%s: %s, %q", name, e.Monthly, states(e.Resources[1]))
		}
	}
}

// Addresses that the plan does not have are found; types may be for other plans.
func TestUnmatchedUsage(t *testing.T) {
	t.Parallel()
	some := map[string]decimal.Decimal{"storage": decimal.NewFromInt(1)}
	e := estimate(t, planOf("us-east-1", created("aws_s3_bucket", "b", obj{})), Options{})
	got := Usage{"aws_s3_bucket.b": some, "aws_s3_bucket.typo": some, "module.a.aws_s3_bucket.b": some, "aws_dynamodb_table": some}.Unmatched(e)
	if diff := cmp.Diff([]string{"aws_s3_bucket.typo", "module.a.aws_s3_bucket.b"}, got); diff != "" {
		t.Error(diff)
	}
}

// Storage that is I/O-Optimized, and the instances on it, have prices of their own; an
// instance finds its cluster by its name, its id or by reference.
func TestAuroraOptimized(t *testing.T) {
	t.Parallel()
	book := smallBook(price("aws", "us-east-1", "rds.instance/db.r5.large/aurora-postgresql/single", UnitHour, "0.29"), price("aws", "us-east-1", "rds.storage/aurora", UnitGBMonth, "0.1"))
	instance := obj{"engine": "aurora-postgresql", "instance_class": "db.r5.large", "cluster_identifier": "c"}
	const optimized = "not_priced: Aurora I/O-Optimized is not in the price list"
	for name, tc := range map[string]struct {
		kind    any
		cluster string
		want    []string
	}{
		"optimized":       {"aurora-iopt1", "c", []string{optimized, optimized}},
		"standard":        {"", "c", []string{"priced", "usage"}},
		"not said":        {nil, "c", []string{"priced", "usage"}},
		"another cluster": {"aurora-iopt1", "d", []string{"priced", optimized}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := obj{"engine": "aurora-postgresql", "storage_type": tc.kind, "cluster_identifier": tc.cluster}
			for _, changes := range [][]obj{
				{created("aws_rds_cluster_instance", "i", instance), created("aws_rds_cluster", "c", cluster)},
				{inState("aws_rds_cluster_instance.i", instance), inState("aws_rds_cluster.c", cluster.with("id", tc.cluster))},
			} {
				e := estimate(t, planOf("us-east-1", changes...), Options{Book: book})
				if got := []string{states(e.Resources[0])[0], states(e.Resources[1])[0]}; !cmp.Equal(tc.want, got) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			}
		})
	}
}
