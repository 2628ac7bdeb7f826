package cost

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func numberText(v cty.Value) string {
	d, err := decimalOf(v)
	if err != nil {
		return err.Error()
	}
	return d.String()
}

func TestGCPMachine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		family                  string
		custom                  bool
		vcpus, memory, extended string
		sustained               string
	}{
		"e2-micro":                   {"e2", false, "0", "0", "0", "1"},
		"n1-standard-1":              {"n1", false, "0", "0", "0", "0.7"},
		"f1-micro":                   {"f1", false, "0", "0", "0", "0.7"},
		"n2d-highmem-8":              {"n2d", false, "0", "0", "0", "0.8002"},
		"c3-standard-4-lssd":         {"c3", false, "0", "0", "0", "1"},
		"zones/z/machineTypes/c2-30": {"c2", false, "0", "0", "0", "0.8002"},
		// 5,120 MiB are 5 GiB; custom types of the first family carry its name or not.
		"custom-2-5120":    {"n1", true, "2", "5", "0", "0.7"},
		"n1-custom-2-5120": {"n1", true, "2", "5", "0", "0.7"},
		// 2 vCPUs have 6.5 GiB each at the regular price: 13 of 13, and 13 of 20.
		"custom-2-13312":     {"n1", true, "2", "13", "0", "0.7"},
		"custom-2-20480-ext": {"n1", true, "2", "13", "7", "0.7"},
		// Other families have 8 GiB for each.
		"n2-custom-4-32768":      {"n2", true, "4", "32", "0", "0.8002"},
		"n2-custom-4-40960-ext":  {"n2", true, "4", "32", "8", "0.8002"},
		"n4-custom-8-66560-ext":  {"n4", true, "8", "64", "1", "1"},
		"n2d-custom-2-1536":      {"n2d", true, "2", "1.5", "0", "0.8002"},
		"e2-custom-micro-2048":   {"e2", true, "0.25", "2", "0", "1"},
		"e2-custom-small-4096":   {"e2", true, "0.5", "4", "0", "1"},
		"e2-custom-medium-8192":  {"e2", true, "1", "8", "0", "1"},
		"n2-custom-many-more":    {"n2", false, "0", "0", "0", "0.8002"},
		"n2-custom-2-2048-other": {"n2", false, "0", "0", "0", "0.8002"},
		"":                       {"", false, "0", "0", "0", "1"},
	} {
		m := gcpMachine(name)
		got := want
		got.family, got.custom = m.GetAttr("family").AsString(), m.GetAttr("custom").True()
		got.vcpus, got.memory = numberText(m.GetAttr("vcpus")), numberText(m.GetAttr("memory"))
		got.extended, got.sustained = numberText(m.GetAttr("extended")), numberText(m.GetAttr("sustained"))
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestGCPHours(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		share       string
		spot        bool
		hours, says string
	}{
		{"1", false, "730", ""},
		{"0.7", false, "511", "the sustained use discount of 30 % of a whole month"},
		{"0.8002", false, "584.146", "the sustained use discount of 20 % of a whole month"},
		{"0.7", true, "730", ""},
	} {
		v, err := gcpHoursFunc.Call([]cty.Value{cty.MustParseNumberVal(tc.share), cty.BoolVal(tc.spot)})
		if err != nil {
			t.Fatal(err)
		}
		v, marks := v.Unmark()
		said := ""
		for m := range marks {
			said += string(m.(assumption))
		}
		if numberText(v) != tc.hours || said != tc.says {
			t.Errorf("%s, spot %v: %s hours, %q", tc.share, tc.spot, numberText(v), said)
		}
	}
}

// An address counts if nobody names it: that one is a resource of its own, also
// where its value is not known yet. That it has a value says nothing: once the machine
// is there, the provider writes the one that Google Cloud chose into the state.
func TestEphemeralAddresses(t *testing.T) {
	t.Parallel()
	null := cty.NullVal(cty.DynamicPseudoType)
	nic := func(configs ...cty.Value) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{"network": cty.StringVal("n"), "access_config": cty.TupleVal(configs)})
	}
	config := func(address cty.Value) cty.Value { return cty.ObjectVal(map[string]cty.Value{"nat_ip": address}) }
	named := cty.TupleVal([]cty.Value{cty.StringVal("192.0.2.7"), cty.StringVal("192.0.2.1")})
	for name, tc := range map[string]struct {
		interfaces cty.Value
		want       string // empty: unknown
	}{
		"chosen":         {cty.TupleVal([]cty.Value{nic(config(cty.StringVal("198.51.100.1")), config(cty.StringVal("192.0.2.1")))}), "1"},
		"no interface":   {null, "0"},
		"inside alone":   {cty.TupleVal([]cty.Value{nic(), cty.ObjectVal(map[string]cty.Value{"network": cty.StringVal("n")})}), "0"},
		"any address":    {cty.TupleVal([]cty.Value{nic(config(null)), nic(cty.EmptyObjectVal)}), "2"},
		"named":          {cty.TupleVal([]cty.Value{nic(config(cty.StringVal("192.0.2.1")))}), "0"},
		"named later":    {cty.TupleVal([]cty.Value{nic(config(cty.DynamicVal)), nic(config(cty.StringVal("")))}), "1"},
		"not known":      {cty.DynamicVal, ""},
		"configs later":  {cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"access_config": cty.DynamicVal})}), ""},
		"something else": {cty.StringVal("eth0"), "0"},
	} {
		v, err := ephemeralAddressesFunc.Call([]cty.Value{tc.interfaces, named})
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want == "" && v.IsKnown(), tc.want != "" && (!v.IsKnown() || numberText(v) != tc.want):
			t.Errorf("%s: %#v, want %q", name, v, tc.want)
		}
	}
}

func TestGiven(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		v    cty.Value
		want bool
	}{
		"null":     {cty.NullVal(cty.DynamicPseudoType), false},
		"no text":  {cty.StringVal(""), false},
		"no block": {cty.EmptyTupleVal, false},
		"text":     {cty.StringVal("x"), true},
		"zero":     {cty.Zero, true},
		"a block":  {cty.TupleVal([]cty.Value{cty.EmptyObjectVal}), true},
		"later":    {cty.DynamicVal, true},
	} {
		if v, err := givenFunc.Call([]cty.Value{tc.v}); err != nil || v.True() != tc.want {
			t.Errorf("%s: %#v, %v", name, v, err)
		}
	}
}

// Zero is what providers write into the state for what was not set; all else stays.
func TestPositive(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		v, want cty.Value
	}{
		"zero":     {cty.Zero, nothing},
		"a number": {cty.NumberIntVal(3), cty.NumberIntVal(3)},
		"null":     {nothing, nothing},
		"later":    {cty.DynamicVal, cty.DynamicVal},
		"text":     {cty.StringVal("0"), cty.StringVal("0")},
		"secret":   {cty.Zero.Mark(sensitive{}), nothing.Mark(sensitive{})},
	} {
		if v, err := positiveFunc.Call([]cty.Value{tc.v}); err != nil || !v.RawEquals(tc.want) {
			t.Errorf("%s: %#v, %v", name, v, err)
		}
	}
}

// What the nodes of a cluster's own pools have is paid for as in a pool by itself:
// custom machines, local SSDs and accelerators too.
func TestPoolsWithinACluster(t *testing.T) {
	t.Parallel()
	config := array{obj{"machine_type": "n1-custom-2-10240", "disk_type": "pd-ssd", "disk_size_gb": 50, "local_ssd_count": 1,
		"guest_accelerator": array{obj{"type": "nvidia-tesla-t4", "count": 1}}}}
	cluster := func(of obj) obj {
		return created("google_container_cluster", "x", of.with("location", "us-central1-a"))
	}
	for name, c := range map[string]obj{
		"a block": cluster(obj{"node_pool": array{obj{"node_count": 2, "node_config": config}}}),
		"its own": cluster(obj{"initial_node_count": 2, "node_config": config}),
		"a pool":  created("google_container_node_pool", "x", obj{"location": "us-central1-a", "node_count": 2, "node_config": config}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := estimate(t, planOf("us-central1", c), Options{}).Resources[0]
			// The figures of hand.txt; the cluster itself costs 0.1 an hour.
			want := calculate(t, "2 * 2 * 730 * 0.7 * 0.03319155 + 2 * 10 * 730 * 0.7 * 0.004446 + 2 * 50 * 0.17 + 2 * 375 * 0.08")
			if name != "a pool" {
				want = want.Add(calculate(t, "730 * 0.1"))
			}
			if !r.Monthly.After.Equal(want) {
				t.Errorf("%s, want %s: %q", r.Monthly.After, want, states(r))
			}
			if gpu := r.Components[len(r.Components)-1]; gpu.Label != "GPU nvidia-tesla-t4, on demand" || gpu.State != NotPriced {
				t.Errorf("%+v", gpu)
			}
		})
	}
}
