package cost

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// By hand, with smallBook in us-east-1: m5.large 730 × 0.096 = 70.08, t3.micro
// 730 × 0.0104 = 7.592, the disk 10 × 0.1 = 1.
func TestSidesOfAChange(t *testing.T) {
	t.Parallel()
	large, micro, unlisted := machineOf("m5.large"), machineOf("t3.micro"), machineOf("m9.large")
	for name, tc := range map[string]struct {
		before, after obj
		actions       []string
		want          string
		priced        int
	}{
		"create":               {nil, large, []string{"create"}, "0 -> 71.08 (71.08)", 1},
		"delete":               {large, nil, []string{"delete"}, "71.08 -> 0 (-71.08)", 1},
		"update":               {micro, large, []string{"update"}, "8.592 -> 71.08 (62.488)", 1},
		"replace":              {large, micro, []string{"delete", "create"}, "71.08 -> 8.592 (-62.488)", 1},
		"create first":         {large, micro, []string{"create", "delete"}, "71.08 -> 8.592 (-62.488)", 1},
		"no-op":                {large, large, []string{"no-op"}, "71.08 -> 71.08 (0)", 1},
		"forget":               {large, nil, []string{"forget"}, "0 -> 0 (0)", 1}, // it goes on, see TestPlansOfTerraform
		"create and forget":    {large, micro, []string{"create", "forget"}, "0 -> 8.592 (8.592)", 1},
		"no price after":       {large, unlisted, []string{"update"}, "1 -> 1 (0)", 0},
		"no price before":      {unlisted, large, []string{"update"}, "71.08 -> 71.08 (0)", 0},
		"no price at all":      {unlisted, unlisted, []string{"no-op"}, "1 -> 1 (0)", 0},
		"deleted without one":  {unlisted, nil, []string{"delete"}, "1 -> 0 (-1)", 0},
		"read":                 {nil, large, []string{"read"}, "0 -> 0 (0)", 0},
		"something unheard-of": {nil, large, []string{"teleport"}, "0 -> 0 (0)", 0},
		"nothing":              {nil, nil, nil, "0 -> 0 (0)", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := estimate(t, planOf("us-east-1", changed("aws_instance", "web", tc.before, tc.after, tc.actions...)), Options{Book: smallBook()})
			if e.Monthly.String() != tc.want || e.Resources[0].Monthly.String() != tc.want {
				t.Errorf("total %s, resource %s, want %s", e.Monthly, e.Resources[0].Monthly, tc.want)
			}
			if e.Priced != tc.priced {
				t.Errorf("%d priced, want %d: %q", e.Priced, tc.priced, states(e.Resources[0]))
			}
		})
	}
}

// A price that is missing on one side makes no difference, and frees nothing: what
// was known before is told, and counts on where a budget is kept. By hand as above.
func TestAMissingPriceFreesNothing(t *testing.T) {
	t.Parallel()
	disk := func(size int) obj {
		return machineOf("m9.large").with("root_block_device", array{obj{"volume_size": size, "volume_type": "gp2"}})
	}
	for name, tc := range map[string]struct {
		before, after obj
		want          string // Monthly
		known, least  string // before, and after as a budget counts it
	}{
		"missing after":  {machineOf("m5.large"), machineOf("m9.large"), "1 -> 1 (0)", "71.08", "71.08"},
		"missing before": {machineOf("m9.large"), machineOf("m5.large"), "71.08 -> 71.08 (0)", "1", "71.08"},
		// The disk's saving is known: only the machine counts as before.
		"and a smaller disk": {machineOf("m5.large"), disk(5), "0.5 -> 0.5 (0)", "71.08", "70.58"},
		"and a larger disk":  {machineOf("m5.large"), disk(20), "2 -> 2 (0)", "71.08", "72.08"},
		"missing on both":    {disk(20), disk(5), "2 -> 0.5 (-1.5)", "2", "0.5"},
		"known":              {machineOf("m5.large"), machineOf("t3.micro"), "71.08 -> 8.592 (-62.488)", "71.08", "8.592"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := estimate(t, planOf("us-east-1", changed("aws_instance", "web", tc.before, tc.after, "update"), created("aws_security_group", "x", obj{})), Options{Book: smallBook()})
			r := e.Resources[0]
			if e.Monthly.String() != tc.want || e.KnownBefore().String() != tc.known || e.AtLeast().String() != tc.least {
				t.Errorf("total %s, %s known before, at least %s after", e.Monthly, e.KnownBefore(), e.AtLeast())
			}
			if r.Monthly.String() != tc.want || r.KnownBefore().String() != tc.known || r.AtLeast().String() != tc.least {
				t.Errorf("resource %s, %s known before, at least %s after", r.Monthly, r.KnownBefore(), r.AtLeast())
			}
			if !strings.Contains(e.Table(), "Month before  "+dollars(Money{price("", "", "", "", tc.known).USD}, 2)+"\n") {
				t.Errorf("got %s", e.Table())
			}
		})
	}
}

// A resource whose price is missing on one side says so, and by what name.
func TestNoDifferenceIsSaid(t *testing.T) {
	t.Parallel()
	e := estimate(t, planOf("us-east-1", changed("aws_instance", "web", machineOf("m9.large"), machineOf("m5.large"), "update")), Options{Book: smallBook()})
	if !slices.Contains(e.Resources[0].Assumptions, "no difference known: not priced before: compute; after: nothing") {
		t.Errorf("got %q", e.Resources[0].Assumptions)
	}
	if !strings.Contains(e.Table(), "no difference known\n") {
		t.Errorf("got %s", e.Table())
	}
}

// Every instance of count and for_each, in modules too, is a resource of its own;
// data sources are none.
func TestInstancesAndModules(t *testing.T) {
	t.Parallel()
	web := created("aws_instance", "web", machineOf("m5.large"))
	data := created("aws_instance", "found", machineOf("m5.large")).with("mode", "data")
	e := estimate(t, planOf("us-east-1",
		web.with("address", "aws_instance.web[0]").with("index", 0),
		web.with("address", "aws_instance.web[1]").with("index", 1),
		web.with("address", `module.a["x.y"].aws_instance.web`).with("module_address", `module.a["x.y"]`),
		changed("aws_instance", "web", machineOf("m5.large"), nil, "delete").with("deposed", "12ab"),
		data, created("aws_security_group", "web", obj{}),
	), Options{Book: smallBook()})
	if len(e.Resources) != 5 || e.Priced != 5 || e.Monthly.String() != "71.08 -> 213.24 (142.16)" {
		t.Errorf("%d resources, %d priced, %s", len(e.Resources), e.Priced, e.Monthly)
	}
}

func TestNotPriced(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		resource obj
		region   string
		want     []string
	}{
		"unknown type":      {created("aws_quantum_ledger", "x", obj{}), "us-east-1", []string{"not_priced: resource type not supported"}},
		"unknown region":    {created("aws_instance", "x", machineOf("m5.large")), "xx-moon-1", []string{"not_priced: no price list of region xx-moon-1", "not_priced: no price list of region xx-moon-1"}},
		"no region":         {created("aws_instance", "x", machineOf("m5.large")), "", []string{"not_priced: region unknown", "not_priced: region unknown"}},
		"unlisted":          {created("aws_instance", "x", machineOf("m9.large")), "us-east-1", []string{"not_priced: no list price of ec2.instance/m9.large/linux/shared in us-east-1", "priced"}},
		"ambiguous":         {created("aws_nat_gateway", "x", obj{}), "us-east-1", []string{"not_priced: several list prices fit nat.hours in us-east-1", "not_priced: no list price of nat.data in us-east-1"}},
		"price of nothing":  {created("aws_eip", "x", obj{}), "us-east-1", []string{"not_priced: no list price of so much: vpc.public_ipv4"}},
		"price per else":    {created("aws_eks_cluster", "x", obj{}), "us-east-1", []string{"not_priced: the list price is per month"}},
		"not set":           {created("aws_instance", "x", obj{"root_block_device": array{obj{"volume_size": 1}}}), "us-east-1", []string{"not_priced: not set: instance_type", "priced"}},
		"a strange number":  {created("aws_ebs_volume", "x", obj{"size": "many"}), "us-east-1", []string{"not_priced: it cannot be worked out: a number is required"}},
		"a huge number":     {created("aws_ebs_volume", "x", obj{"size": json.Number("1e999999999")}), "us-east-1", []string{"not_priced: not set: size"}},
		"less than nothing": {created("aws_ebs_volume", "x", obj{"size": -5}), "us-east-1", []string{"not_priced: its quantity is out of range"}},
		"not an objectect":  {changed("aws_ebs_volume", "x", nil, nil, "create"), "us-east-1", []string{"not_priced: not set: size"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			book := smallBook(price("aws", "us-east-1", "nat.hours", UnitHour, "0.045"), price("aws", "us-east-1", "nat.hours", UnitHour, "0.045"),
				price("aws", "us-east-1", "vpc.public_ipv4", UnitHour, "0"), price("aws", "us-east-1", "eks.cluster", UnitMonth, "73"))
			e := estimate(t, planOf(tc.region, tc.resource), Options{Book: book})
			if diff := cmp.Diff(tc.want, states(e.Resources[0])); diff != "" {
				t.Error(diff)
			}
			if e.Priced != 0 {
				t.Errorf("%d priced", e.Priced)
			}
			for _, c := range e.Resources[0].Components {
				if c.State == NotPriced && (c.Monthly != nil || c.Price != nil || c.Label == "") {
					t.Errorf("%+v", c)
				}
			}
		})
	}
}

// What the configuration sets and is unknown is not priced; what it leaves to the
// provider has the provider's default.
func TestUnknownUntilApply(t *testing.T) {
	t.Parallel()
	volume := obj{"availability_zone": "us-east-1a"}
	for name, tc := range map[string]struct {
		expressions obj
		want        []string
	}{
		"set":     {obj{"size": obj{"references": array{"var.a", "data.x.y.size"}}, "type": obj{"constant_value": "gp2"}}, []string{"not_priced: unknown until apply: size"}},
		"not set": {obj{"type": obj{"constant_value": "gp2"}}, []string{"not_priced: not set: size"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := created("aws_ebs_volume", "v", volume)
			c["change"].(obj)["after_unknown"] = obj{"size": true}
			p := planOf("us-east-1", c)
			p["configuration"].(obj)["root_module"] = obj{"resources": array{obj{"mode": "managed", "type": "aws_ebs_volume", "name": "v", "provider_config_key": "aws", "expressions": tc.expressions}}}
			if diff := cmp.Diff(tc.want, states(estimate(t, p, Options{}).Resources[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Nothing is made of a sensitive value, and nothing of it is shown.
func TestSensitiveValuesStayHidden(t *testing.T) {
	t.Parallel()
	c := created("aws_instance", "web", machineOf("hunter2.large"))
	c["change"].(obj)["after_sensitive"] = obj{"instance_type": true}
	e := estimate(t, planOf("us-east-1", c), Options{})
	if got := states(e.Resources[0]); got[0] != "not_priced: it depends on a sensitive value" || got[1] != "priced" {
		t.Errorf("got %q", got)
	}
	if out := string(encode(t, e)) + e.Table(); strings.Contains(out, "hunter2") {
		t.Errorf("it shows the value:\n%s", out)
	}
}

func TestAnotherFormat(t *testing.T) {
	t.Parallel()
	p := planOf("us-east-1", created("aws_instance", "web", machineOf("m5.large"))).with("format_version", "2.0")
	e := estimate(t, p, Options{})
	if got := states(e.Resources[0]); len(got) != 1 || got[0] != "not_priced: plan of format version 2.0" || !e.Monthly.After.IsZero() {
		t.Errorf("got %q, %s", got, e.Monthly)
	}
	for _, raw := range []string{"", "null", "{}", "[]", `"x"`, `{"format_version":`, "PK\x03\x04",
		`{"format_version":"1.2"}`, `{"format_version":"1.2","resource_changes":{}}`, `{"format_version":"1.2","resource_changes":"none"}`,
		`{"format_version":"1.2","planned_values":{},"resource_changes":5}`, `{"format_version":"1.0","values":{"root_module":{}}}`, `{"format_version":"1.0","provider_schemas":{}}`} {
		if _, err := FromPlan([]byte(raw), Options{}); !errors.Is(err, ErrNotAPlan) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// Parts of a plan that are not of the right shape do not hide the others.
func TestOddPlans(t *testing.T) {
	t.Parallel()
	good := encode(t, created("aws_instance", "web", machineOf("m5.large")))
	raw := `{"format_version":"1.2","variables":[1],"resource_changes":[null,{"address":5,"type":"aws_eip","change":{"actions":"create"}},` + string(good) + `],
		"configuration":{"provider_config":{"aws":{"full_name":"` + awsProvider + `","expressions":{"region":{"constant_value":"us-east-1"}}}},"root_module":{"resources":[null,3],"module_calls":{"a":null,"b":{"module":null}}}}}`
	e, err := FromPlan([]byte(raw), Options{Book: smallBook()})
	if err != nil || len(e.Resources) != 2 || e.Monthly.String() != "0 -> 71.08 (71.08)" {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestNoBook(t *testing.T) {
	t.Parallel()
	e, err := FromPlan(encode(t, planOf("us-east-1", created("aws_instance", "web", machineOf("m5.large")))), Options{})
	if err != nil || e.Priced != 0 || e.PricesOf.String() != "" {
		t.Errorf("%v, %+v", err, e)
	}
}
