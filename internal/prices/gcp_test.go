package prices

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

func readGCP(t *testing.T, service string, sku map[string]any) []cost.Price {
	t.Helper()
	raw, err := json.Marshal(sku)
	if err != nil {
		t.Fatal(err)
	}
	var parsed gcpSKU
	if err := json.Unmarshal(raw, &parsed); err != nil {
		t.Fatal(err)
	}
	found := finds{}
	if err := found.addGCP(service, parsed, scope{now: today}); err != nil {
		t.Fatal(err)
	}
	return found.prices()
}

func TestGCPRules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		service, family, description, unit, units string
		nanos                                     int
		want                                      string
	}{
		"a core":             {gcpCompute, "Compute", "N2 Instance Core running in Americas", "h", "0", 31_611_000, "compute.core/n2 0.031611 vCPU-hour"},
		"a custom core":      {gcpCompute, "Compute", "N2 Custom Instance Core running in Americas", "h", "0", 33_174_000, "compute.core/n2-custom 0.033174 vCPU-hour"},
		"extended memory":    {gcpCompute, "Compute", "Custom Extended Instance Ram running in Americas", "GiBy.h", "0", 9_550_000, "compute.ram/n1-custom-extended 0.00955 GB-hour"},
		"a core of two uses": {gcpCompute, "Compute", "E2 Instance Core running in Americas", "h", "0", 21_811_590, "compute.core/e2 0.02181159 vCPU-hour, compute.core/e2-custom 0.02181159 vCPU-hour"},
		"an address":         {gcpCompute, "Network", "External IP Charge on a Standard VM", "h", "0", 5_000_000, "address/in-use 0.005 hour"},
		"a sole tenant's":    {gcpCompute, "Compute", "Sole Tenancy Premium for N2 Instance Core running in Americas", "h", "0", 3_161_000, ""},
		"memory":             {gcpCompute, "Compute", "Compute optimized Ram running in Americas", "GiBy.h", "0", 4_550_000, "compute.ram/c2 0.00455 GB-hour"},
		"a disk":             {gcpCompute, "Storage", "Balanced PD Capacity in Frankfurt", "GiBy.mo", "0", 120_000_000, "compute.disk/pd-balanced 0.12 GB-month"},
		"a regional disk":    {gcpCompute, "Storage", "Regional Balanced PD Capacity in Frankfurt", "GiBy.mo", "0", 240_000_000, ""},
		"Redis":              {gcpRedis, "ApplicationServices", "Redis Capacity Basic M1 Iowa", "GiBy.h", "0", 49_000_000, "redis.basic/M1 0.049 GB-hour"},
		"SQL":                {gcpSQL, "ApplicationServices", "Cloud SQL for PostgreSQL: Regional - vCPU in Americas", "h", "0", 82_600_000, "sql.vcpu/regional 0.0826 vCPU-hour"},
		"SQL, other terms":   {gcpSQL, "ApplicationServices", "Cloud SQL for PostgreSQL: Regional - Enterprise Plus vCPU in Americas", "h", "0", 107_400_000, ""},
		"whole dollars":      {gcpKubernetes, "Compute", "Regional Kubernetes Clusters", "h", "1", 100_000_000, "gke.cluster 1.1 hour"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range readGCP(t, test.service, gcpLike(t, test.family, test.description, test.unit, test.units, test.nanos, "us-central1")) {
				got = append(got, p.Key+" "+p.USD.String()+" "+p.Unit)
			}
			if text := strings.Join(got, ", "); text != test.want {
				t.Errorf("got %q", text)
			}
		})
	}
}

// The recorded SKU is of traffic, which is none of ours; its tiers are read as they are.
func TestReadRecordedGCP(t *testing.T) {
	t.Parallel()
	var list struct{ SKUs []map[string]any }
	if err := json.Unmarshal(recorded(t, "gcp_skus.json"), &list); err != nil {
		t.Fatal(err)
	}
	if got := readGCP(t, gcpNetworking, list.SKUs[0]); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	list.SKUs[0]["description"] = "Networking Cloud Nat Data Processing"
	got := readGCP(t, gcpNetworking, list.SKUs[0])
	if len(got) != 9 { // three regions of three tiers
		t.Fatalf("got %v", got)
	}
	for i, want := range []struct{ usd, start, end string }{{"0.12", "0", "1024"}, {"0.11", "1024", "10240"}, {"0.08", "10240", "0"}} {
		if p := got[i]; !p.USD.Equal(number(want.usd)) || !p.TierStart.Equal(number(want.start)) || !p.TierEnd.Equal(number(want.end)) {
			t.Errorf("tier %d: %v", i, p)
		}
	}
}

// Machine types made of cores and memory cost what the embedded list, which is of
// another source, says they cost. The prices of a core and of a GiB are worked out from
// two types of each family.
func TestMachinesCostWhatTheyDo(t *testing.T) {
	t.Parallel()
	book, err := cost.SeedBook()
	if err != nil {
		t.Fatal(err)
	}
	listed := func(name string) decimal.Decimal {
		list, err := book.Find("gcp", "us-central1", "compute.instance/"+name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return list[0].USD
	}
	compared := 0
	for family, f := range map[string]struct{ size, gib, more string }{
		"e2": {"4", "4", "8"}, "n1": {"4", "3.75", "6.5"}, "n2": {"4", "4", "8"}, "n2d": {"4", "4", "8"}, "n4": {"4", "4", "8"}, "c2d": {"4", "4", "8"},
		"c3": {"4", "4", "8"}, "c3d": {"4", "4", "8"}, "c4": {"4", "3.75", "7.75"}, "c4a": {"4", "4", "8"},
	} {
		size := number(f.size)
		less, more := listed(family+"-standard-"+f.size), listed(family+"-highmem-"+f.size)
		ram := more.Sub(less).Div(size).Div(number(f.more).Sub(number(f.gib)))
		core := less.Div(size).Sub(ram.Mul(number(f.gib)))
		for _, p := range machines([]cost.Price{{Region: "us-central1", Key: coreKey + family, USD: core}}, []cost.Price{{Region: "us-central1", Key: ramKey + family, USD: ram}}) {
			want := listed(strings.TrimPrefix(p.Key, "compute.instance/"))
			if p.USD.Sub(want).Abs().GreaterThan(want.Mul(number("0.0001"))) {
				t.Errorf("%s: %s, and the list says %s", p.Key, p.USD, want)
			}
			compared++
		}
	}
	if compared < 200 {
		t.Errorf("only %d machine types were compared", compared)
	}
}
