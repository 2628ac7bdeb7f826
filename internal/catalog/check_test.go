package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestCheckKeepsWhatIsRight(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	long := strings.Repeat("é", 2000)
	for name, tc := range map[string]struct {
		kind string
		raw  map[string]string
		want map[string]any
	}{
		"nothing but a name": {"compute_vm", map[string]string{"name": "web"}, map[string]any{}},
		"empty means the default": {
			"compute_vm", map[string]string{"name": "web", "size": "", "disk_gib": "  "}, map[string]any{},
		},
		"types": {
			"vpc", map[string]string{"name": "main", "subnets": "4", "nat": "Yes", "cidr": "192.168.0.0/24"},
			map[string]any{"subnets": 4.0, "nat": true, "cidr": "192.168.0.0/24"},
		},
		"spaces around": {
			"compute_vm", map[string]string{"name": " web ", "size": " small ", "disk_gib": "\t50\n", "public_ip": " no "},
			map[string]any{"size": "small", "disk_gib": 50.0, "public_ip": false},
		},
		"a number with a useless fraction": {"vpc", map[string]string{"name": "x", "subnets": "2.0"}, map[string]any{"subnets": 2.0}},
		"a rule over two fields": {
			"database", map[string]string{"name": "db", "engine": "mysql", "engine_version": "8.0"},
			map[string]any{"engine": "mysql", "engine_version": "8.0"},
		},
		"hostile text":            {"bucket", map[string]string{"name": "b", "purpose": hostile}, map[string]any{"purpose": hostile}},
		"2000 characters":         {"bucket", map[string]string{"name": "b", "purpose": long}, map[string]any{"purpose": long}},
		"line ends of Windows":    {"bucket", map[string]string{"name": "b", "purpose": "a\r\nb"}, map[string]any{"purpose": "a\nb"}},
		"which network":           {"compute_vm", map[string]string{"name": "web", "network_id": "main"}, map[string]any{"network_id": "vpc.main"}},
		"which network, by label": {"compute_vm", map[string]string{"name": "web", "network_id": "vpc.b"}, map[string]any{"network_id": "vpc.b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := MustCheck(t, c, tc.kind, tc.raw)
			want := project.Resource{Kind: tc.kind, Name: strings.TrimSpace(tc.raw["name"]), Values: tc.want}
			if diff := cmp.Diff(want, r); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	for name, tc := range map[string]struct {
		kind string
		raw  map[string]string
		want []string
	}{
		"every field wrong": {
			"compute_vm", map[string]string{"name": "Web-", "size": "huge", "image": "windows", "disk_gib": "5", "public_ip": "perhaps"},
			[]string{
				"Name: Web- is not 1 to 31 characters: small letters, digits and dashes, a letter first, no dash last.",
				"Size: huge is not one of small, medium, large.",
				"Image: windows is not one of debian-12, ubuntu-24.04, broken, withdrawn.",
				"Disk (GiB): 5 is not a whole number from 10 to 1000.",
				"Public IP: perhaps is not yes or no.",
			},
		},
		"no name": {"vpc", nil, []string{
			"Name: needed: 1 to 31 characters: small letters, digits and dashes, a letter first, no dash last.",
		}},
		"numbers": {"database", map[string]string{"name": "db", "storage_gib": "1e3"}, []string{
			"Storage (GiB): 1e3 is not a whole number from 20 to 1000.",
		}},
		"a fraction": {"database", map[string]string{"name": "db", "storage_gib": "20.5"}, []string{
			"Storage (GiB): 20.5 is not a whole number from 20 to 1000.",
		}},
		"more digits than any reader keeps": {"vpc", map[string]string{"name": "x", "subnets": "2.0000000000000001"}, []string{
			"Subnets: 2.0000000000000001 is not a whole number from 1 to 8.",
		}},
		"the module's own words": {"vpc", map[string]string{"name": "x", "cidr": `${file("/etc/passwd")}`}, []string{
			`CIDR: ${file("/etc/passwd")} is not accepted. An IPv4 range from /16 to /28, such as 10.0.0.0/16.`,
		}},
		"a version of the other engine": {"database", map[string]string{"name": "db", "engine": "mysql"}, []string{
			"Engine version: A version of the chosen engine: 15, 16 or 17 for postgres, 8.0 or 8.4 for mysql.",
		}},
		"one fault where two rules break": {"database", map[string]string{"name": "db", "engine_version": "99"}, []string{
			"Engine version: 99 is not one of 15, 16, 17, 8.0, 8.4.",
		}},
		"too long, shown short": {"bucket", map[string]string{"name": "b", "purpose": strings.Repeat("x\n", 2000)}, []string{
			"Purpose: " + strings.TrimSpace(strings.Repeat("x ", 29)) + " x… is not at most 2000 characters.",
		}},
		"no text": {"bucket", map[string]string{"name": "b", "purpose": "a\x00b"}, []string{
			"Purpose: a b is not text without control characters.",
		}},
		"no encoding": {"load_balancer", map[string]string{"name": "lb", "health_path": "/\xff"}, []string{
			"Health path: / is not text without control characters.",
		}},
		"settings that are not there": {"vpc", map[string]string{"name": "x", "sandbox_fail": "y", "colour": "red"}, []string{
			"Sandbox fail: y is not accepted. Nobody can set this.",
			"colour: There is no such setting.",
		}},
		"no network's name": {"compute_vm", map[string]string{"name": "x", "network_id": "${module.vpc-main.network_id}"}, []string{
			"Network: ${module.vpc-main.network_id} is not the name of a vpc of this stack.",
		}},
		"a list that nobody types": {"load_balancer", map[string]string{"name": "x", "target_ids": "a"}, []string{
			"Target: a is not accepted. Nobody can set this.",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, faults := MustKind(t, c, tc.kind).Check(tc.raw)
			if r.Kind != "" {
				t.Errorf("a resource in spite of faults: %v", r)
			}
			var got []string
			for _, f := range faults {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	k := MustKind(t, MustLoad(t), "bucket")
	for name, ok := range map[string]bool{
		"a": true, "web": true, "web-1": true, "a--b": true, "a" + strings.Repeat("b", 30): true,
		"a" + strings.Repeat("b", 31): false, "": false, "1a": false, "-a": false, "a-": false, "A": false, "a_b": false,
		"a.b": false, "a b": false, "ä": false, "a\n": true, "a\nb": false, `a"`: false, "${a}": false,
	} {
		if _, faults := k.Check(map[string]string{"name": name}); (len(faults) == 0) != ok {
			t.Errorf("%q: %v, want it right: %v", name, faults, ok)
		}
	}
}

func TestRawAndSettings(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	k := MustKind(t, c, "compute_vm")
	raw := map[string]string{"name": "web", "size": "large", "disk_gib": "100", "public_ip": "true", "network_id": "vpc.a"}
	r := MustCheck(t, c, "compute_vm", raw)
	if diff := cmp.Diff(raw, k.Raw(r)); diff != "" {
		t.Errorf("the form is not filled in as it was (-typed +got):\n%s", diff)
	}
	want := []catalog.Setting{
		{Name: "size", Label: "Size", Value: "large"},
		{Name: "image", Label: "Image", Value: "debian-12", Default: true},
		{Name: "disk_gib", Label: "Disk (GiB)", Value: "100"},
		{Name: "public_ip", Label: "Public IP", Value: "true"},
		{Name: "network_id", Label: "Network", Value: "vpc.a"},
	}
	if diff := cmp.Diff(want, k.Settings(r)); diff != "" {
		t.Error(diff)
	}
}
