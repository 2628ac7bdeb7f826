package cost

import (
	"slices"
	"strings"
	"testing"
)

// The embedded list has what the figures have, brought to our units, and nothing of
// what they warn of.
func TestSeed(t *testing.T) {
	t.Parallel()
	b := seedBook(t)
	for name, tc := range map[string]struct{ provider, region, key, unit, usd string }{
		"EC2":                 {"aws", "us-east-1", "ec2.instance/m5.large/linux/shared", UnitHour, "0.096"},
		"by hand":             {"aws", "us-west-2", "ec2.instance/m5.xlarge/linux/shared", UnitHour, "0.192"},
		"GiB/s to MiB/s":      {"aws", "eu-west-1", "ebs.throughput/gp3", UnitMiBpsMonth, "0.044"},
		"1k requests":         {"aws", "us-east-1", "s3.requests/tier1", UnitRequest, "0.000005"},
		"ALB, not NLB":        {"aws", "eu-west-1", "elb.lcu/application", UnitLCUHour, "0.008"},
		"NLB, not ALB":        {"aws", "eu-west-1", "elb.lcu/network", UnitLCUHour, "0.006"},
		"classic":             {"aws", "eu-west-1", "elb.hours/classic", UnitHour, "0.028"},
		"NAT, not private":    {"aws", "eu-west-1", "nat.data", UnitGB, "0.048"},
		"not an Outpost's":    {"aws", "eu-west-1", "elasticache.node/cache.m5.large/redis", UnitHour, "0.172"},
		"storage, any engine": {"aws", "eu-west-1", "rds.storage/gp2/mariadb/multi", UnitGBMonth, "0.253"},
		"Google Cloud":        {"gcp", "us-central1", "compute.instance/e2-micro", UnitHour, "0.0083764275"},
		"Azure":               {"azure", "westeurope", "vm/Standard_B1s/linux", UnitHour, "0.012"},
		"10K requests":        {"azure", "westus", "storage.blob.writes/hot/LRS", UnitRequest, "0.0000055"},
		"sandbox":             {"sandbox", "eu-1", "sandbox/compute_vm/small", UnitHour, "0.02"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := b.Find(tc.provider, tc.region, tc.key)
			if err != nil || found[0].USD.String() != tc.usd || found[0].Unit != tc.unit {
				t.Errorf("got %v, %v", found, err)
			}
		})
	}
	for _, key := range []string{"vm/Standard_D2as_v5/linux", "vm/Standard_D4as_v5/linux"} {
		if _, err := b.Find("azure", "uksouth", key); err == nil {
			t.Errorf("%s in uksouth is suspect, and listed", key)
		}
	}
}

func TestSeedIsSound(t *testing.T) {
	t.Parallel()
	snapshots, err := Seed()
	if err != nil {
		t.Fatal(err)
	}
	rows, seen := 0, map[string]bool{}
	for _, s := range snapshots {
		if s.Source == "" || s.Published.IsZero() || s.Provider != "sandbox" && !strings.HasSuffix(s.Source, "Apache-2.0") && !strings.HasSuffix(s.Source, "MIT") {
			t.Errorf("%s, %s: %q has no date or licence", s.Provider, s.Published, s.Source)
		}
		for _, p := range s.Prices {
			rows++
			at := strings.Join([]string{p.Provider, p.Region, p.Key, p.TierStart.String()}, " ")
			if seen[at] || !p.USD.IsPositive() || !slices.Contains(units, p.Unit) || p.Provider != s.Provider {
				t.Errorf("%s: %+v", at, p)
			}
			seen[at] = true
		}
	}
	if rows < 87000 {
		t.Errorf("%d rows", rows)
	}
}

func TestReadSnapshotsRefusesBrokenLists(t *testing.T) {
	t.Parallel()
	const head = "=aws\t2026-01-01\tsource\n@r\n"
	for name, list := range map[string]string{
		"a price before its list":   "k\thour\t1\n",
		"a price before its region": "=aws\t2026-01-01\tsource\nk\thour\t1\n",
		"no date":                   "=aws\tyesterday\tsource\n",
		"no source":                 "=aws\t2026-01-01\n",
		"no price":                  head + "k\thour\n",
		"not a price":               head + "k\thour\tfree\n",
		"a price of nothing":        head + "k\thour\t0\n",
		"less than nothing":         head + "k\thour\t-1\n",
		"a strange tier":            head + "k\thour\t1\tmany\n",
		"too much":                  head + "k\thour\t1\t0\t0\tsku\tmore\n",
		"an empty line":             head + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := readSnapshots(strings.NewReader(list)); err == nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}
