package cost

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func constant(v any) obj      { return obj{"constant_value": v} }
func referring(to ...any) obj { return obj{"references": array(to)} }
func providerBlock(region obj) obj {
	return obj{"full_name": awsProvider, "expressions": obj{"region": region}}
}

// configured is a managed resource of the configuration.
func configured(kind, name, provider string) obj {
	return obj{"mode": "managed", "type": kind, "name": name, "provider_config_key": provider, "expressions": obj{}}
}

func TestRegionOfAResource(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		attributes obj
		unknown    obj
		provider   obj
		variables  obj
		fallback   string
		want       string
	}{
		"of its own":             {attributes: obj{"region": "eu-west-1", "availability_zone": "us-east-1a"}, want: "eu-west-1"},
		"its zone":               {attributes: obj{"availability_zone": "us-west-2b"}, want: "us-west-2"},
		"a zone of a city":       {attributes: obj{"availability_zone": "us-west-2-lax-1a"}, want: "us-west-2"},
		"its ARN":                {attributes: obj{"arn": "arn:aws:ec2:eu-west-1:1:instance/i-1"}, want: "eu-west-1"},
		"an ARN without":         {attributes: obj{"arn": "arn:aws:iam::1:role/x"}, want: "us-east-1"},
		"its provider's":         {want: "us-east-1"},
		"a variable's":           {provider: referring("var.region"), variables: obj{"region": obj{"value": "eu-west-1"}}, want: "eu-west-1"},
		"within a variable":      {provider: referring("var.net.region", "var.net"), variables: obj{"net": obj{"value": obj{"region": "eu-west-1"}}}, want: "eu-west-1"},
		"a variable unset":       {provider: referring("var.region"), want: ""},
		"made of two":            {provider: referring("var.area", "var.number"), variables: obj{"area": obj{"value": "eu-west-1"}}, want: ""},
		"made of part of one":    {provider: referring("var.area"), variables: obj{"area": obj{"value": "eu-west"}}, want: ""},
		"a local":                {provider: referring("local.region"), want: ""},
		"a local, and a default": {provider: referring("local.region"), fallback: "us-west-2", want: "us-west-2"},
		"unknown until apply":    {unknown: obj{"region": true}, fallback: "us-west-2", want: ""},
		"an unknown zone":        {unknown: obj{"availability_zone": true}, want: "us-east-1"},
		"nonsense":               {attributes: obj{"availability_zone": "here"}, want: "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.attributes == nil {
				tc.attributes = obj{}
			}
			c := created("aws_eip", "x", tc.attributes)
			c["change"].(obj)["after_unknown"] = tc.unknown
			if tc.provider == nil {
				tc.provider = constant("us-east-1")
			}
			p := planOf("", c).with("variables", tc.variables)
			p["configuration"] = obj{"provider_config": obj{"aws": providerBlock(tc.provider)}, "root_module": obj{}}
			e := estimate(t, p, Options{Region: tc.fallback})
			r := e.Resources[0]
			if r.Region != tc.want {
				t.Errorf("got %q, want %q", r.Region, tc.want)
			}
			said := len(r.Assumptions) == 1 && r.Assumptions[0] == "region us-west-2: the plan names none"
			if said != (r.Region != "" && tc.fallback == r.Region) {
				t.Errorf("it says %q", r.Assumptions)
			}
		})
	}
}

// Aliases of a provider, and the providers of modules, are kept apart.
func TestRegionsOfAliasesAndModules(t *testing.T) {
	t.Parallel()
	inner := obj{
		"resources": array{configured("aws_eip", "b", "module.far:aws")},
		"variables": obj{"region": obj{"default": "us-gov-west-1"}},
	}
	deeper := obj{"resources": array{configured("aws_eip", "d", "module.far.module.deep:aws")}, "variables": obj{"where": obj{}, "kept": obj{"default": "eu-west-1"}}}
	inner["module_calls"] = obj{"deep": obj{"expressions": obj{"where": referring("var.region")}, "module": deeper}}
	p := planOf("",
		created("aws_eip", "a", obj{}),
		created("aws_eip", "w", obj{}),
		created("aws_eip", "b", obj{}).with("module_address", `module.far["x"]`).with("address", `module.far["x"].aws_eip.b`),
		created("aws_eip", "d", obj{}).with("module_address", `module.far["x"].module.deep[0]`).with("address", `module.far["x"].module.deep[0].aws_eip.d`),
		changed("aws_eip", "gone", obj{}, nil, "delete"),
	).with("variables", obj{"far": obj{"value": "ap-south-1"}})
	p["configuration"] = obj{
		"provider_config": obj{
			"aws":                        providerBlock(constant("us-east-1")),
			"aws.west":                   providerBlock(constant("us-west-2")).with("alias", "west"),
			"module.far:aws":             providerBlock(referring("var.region")).with("module_address", "module.far"),
			"module.far.module.deep:aws": providerBlock(referring("var.where")).with("module_address", "module.far.module.deep"),
		},
		"root_module": obj{
			"resources":    array{configured("aws_eip", "a", "aws"), configured("aws_eip", "w", "aws.west")},
			"module_calls": obj{"far": obj{"expressions": obj{"region": referring("var.far")}, "module": inner}},
		},
	}
	var got []string
	for _, r := range estimate(t, p, Options{}).Resources {
		got = append(got, r.Region)
	}
	// What is no longer configured was made through one of four that disagree.
	if diff := cmp.Diff([]string{"us-east-1", "us-west-2", "ap-south-1", "ap-south-1", ""}, got); diff != "" {
		t.Error(diff)
	}
}

// What is destroyed where a stack is to stand no more is of the region that its module
// is named for; a name that says no region says nothing.
func TestRegionsOfNames(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		module string
		others array // regions of further provider blocks
		want   string
	}{
		"of a region that is left":       {"module.compute_vm-web_us-west-2", array{"us-west-2"}, "us-west-2"},
		"of a block without a list":      {"module.compute_vm-web_xx-moon-1[0]", array{"xx-moon-1"}, "xx-moon-1"},
		"of a list without a block":      {"module.compute_vm-web_us-west-2.module.disk", array{"eu-west-1"}, "us-west-2"},
		"of neither":                     {"module.compute_vm-web_xx-moon-1", array{"us-west-2"}, "us-east-1"},
		"of a name that is no region":    {"module.compute_vm-web_blue", array{"us-west-2"}, "us-east-1"},
		"of the stack's own":             {"module.compute_vm-web", array{"us-west-2"}, "us-east-1"},
		"of a module of somebody else's": {"module.web", array{"us-west-2"}, "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gone := changed("aws_instance", "this", machineOf("m5.large"), nil, "delete").with("module_address", tc.module).with("address", tc.module+".aws_instance.this")
			p := planOf("us-east-1", gone)
			for _, region := range tc.others {
				p["configuration"].(obj)["provider_config"].(obj)["aws."+region.(string)] = providerBlock(constant(region))
			}
			r := estimate(t, p, Options{Book: smallBook(), Region: "us-east-1"}).Resources[0]
			if r.Region != tc.want {
				t.Errorf("it is priced in %q, want %q", r.Region, tc.want)
			}
			if assumed := slices.Contains(r.Assumptions, "region us-east-1: the plan names none"); assumed != (tc.want == "us-east-1") {
				t.Errorf("it says %q", r.Assumptions)
			}
		})
	}
}

func TestCanonicalRegion(t *testing.T) {
	t.Parallel()
	for _, tc := range [][3]string{
		{"azure", "West Europe", "westeurope"}, {"azure", "westeurope", "westeurope"},
		{"gcp", "https://www.googleapis.com/compute/v1/projects/p/regions/us-central1", "us-central1"},
		{"aws", "us-east-1", "us-east-1"}, {"aws", "prod", ""}, {"aws", Global, Global}, {"sandbox", "eu-1", "eu-1"},
	} {
		if got := canonicalRegion(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%s %q is %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}

func TestWithoutIndexes(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                              "",
		"module.a":                      "module.a",
		"module.a[0].module.b":          "module.a.module.b",
		`module.a["x.y"].module.b["]"]`: "module.a.module.b",
		`module.a["\"]"].module.b`:      "module.a.module.b",
	} {
		if got := withoutIndexes(address); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}

// A region that no list knows is named, with those of the plan's providers, the most
// alike first.
func TestRegionOfNoList(t *testing.T) {
	t.Parallel()
	machine, azure := created("aws_instance", "x", machineOf("m5.large")), created("azurerm_public_ip", "x", obj{})
	for name, tc := range map[string]struct {
		changes []obj
		region  string
		says    string // "": it is known
	}{
		"known":              {[]obj{machine}, "us-east-1", ""},
		"of a moon":          {[]obj{machine}, "us-moon-1", "no price list has a region us-moon-1; there are, of aws: us-"},
		"almost":             {[]obj{machine}, "eu-west-9", "of aws: eu-west-1"},
		"no region at all":   {[]obj{machine}, "moon", "a region moon;"},
		"another provider's": {[]obj{machine}, "westeurope", "of aws:"},
		"of one of two":      {[]obj{machine, azure}, "West Europe", ""},
		"of neither":         {[]obj{machine, azure}, "us-central1", "; there are, of azure: "},
		"of an empty plan":   {nil, "us-central1", ""},
		"of no provider":     {nil, "nowhere", "; there are, of sandbox: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := seedBook(t).CheckRegion(estimate(t, planOf("", tc.changes...), Options{Region: tc.region}), tc.region)
			if tc.says == "" && err != nil || tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("got %v, want it to say %q", err, tc.says)
			}
		})
	}
	// Where nobody checks, as for a deployment's own region, it is not priced and why.
	e := estimate(t, planOf("", machine), Options{Region: "moon"})
	if got := states(e.Resources[0]); got[0] != "not_priced: no price list of region moon" {
		t.Errorf("got %q", got)
	}
}
