package catalog_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// stack is one of everything, with every setting given and hostile text where
// text goes.
func stack(t testing.TB, c *catalog.Catalog) []project.Resource {
	return []project.Resource{
		MustCheck(t, c, "vpc", map[string]string{"name": "main", "cidr": "10.20.0.0/20", "subnets": "3", "nat": "yes"}),
		MustCheck(t, c, "compute_vm", map[string]string{"name": "web", "size": "medium", "image": "ubuntu-24.04", "disk_gib": "50", "public_ip": "true"}),
		MustCheck(t, c, "compute_vm", map[string]string{"name": "web-2"}),
		MustCheck(t, c, "database", map[string]string{"name": "db", "engine": "mysql", "engine_version": "8.4", "size": "large", "storage_gib": "100"}),
		MustCheck(t, c, "bucket", map[string]string{"name": "files", "versioning": "false", "public": "true", "retention_days": "30", "purpose": hostile}),
		MustCheck(t, c, "load_balancer", map[string]string{"name": "lb", "protocol": "https", "port": "443", "health_path": `/${path.module}?%{if true}"'`}),
	}
}

const hostile = "${file(\"/etc/passwd\")} %{ if true }x%{ endif } \"quoted\" 'single' `id` $(id) ; \\n\nsecond line\ttab <b>&amp; ünï"

var full = catalog.Composition{
	Provider: "sandbox", Region: "eu-2",
	Labels:   map[string]string{"project": "dev", "stack": "web"},
	Settings: map[string]any{"sandbox_seconds": 0, "unknown": true},
}

func TestComposeGolden(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	for name, resources := range map[string][]project.Resource{
		"empty": nil, "full": stack(t, c), "minimal": {{Kind: "vpc", Name: "main"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := full
			in.Resources = resources
			out := MustCompose(t, c, in)
			Golden(t, name+".main.tf.json", out.Files[catalog.RootFile])
			Golden(t, name+".tfvars.json", out.Files[catalog.ValuesFile])
			list := strings.Join(slices.Sorted(maps.Keys(out.Files)), "\n") + "\n"
			Golden(t, name+".files.txt", []byte(list))
		})
	}
}

// What people typed is in the values file alone.
func TestComposeKeepsInputOutOfTheConfiguration(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	in := full
	in.Resources = stack(t, c)
	out := MustCompose(t, c, in)
	for name, raw := range out.Files {
		if name != catalog.ValuesFile && bytes.Contains(raw, []byte("/etc/passwd")) {
			t.Errorf("%s holds what was typed", name)
		}
	}
	if !bytes.Contains(out.Files[catalog.ValuesFile], []byte("/etc/passwd")) {
		t.Error("the value is lost")
	}
}

func TestComposeHash(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	in := full
	in.Resources = stack(t, c)
	seen := map[string]string{MustCompose(t, c, in).Hash: "the same"}
	if again := MustCompose(t, MustLoad(t), in).Hash; seen[again] == "" {
		t.Error("the same input has another hash")
	}
	for name, change := range map[string]func(in *catalog.Composition){
		"region":  func(in *catalog.Composition) { in.Region = "eu-1" },
		"label":   func(in *catalog.Composition) { in.Labels = map[string]string{"project": "prod"} },
		"setting": func(in *catalog.Composition) { in.Settings = map[string]any{"sandbox_seconds": 2} },
		"fewer":   func(in *catalog.Composition) { in.Resources = in.Resources[:1] },
		"none":    func(in *catalog.Composition) { in.Resources = nil },
		"value":   func(in *catalog.Composition) { in.Resources[0].Values["subnets"] = 4.0 },
	} {
		changed := in
		changed.Resources = stack(t, c)
		change(&changed)
		hash := MustCompose(t, c, changed).Hash
		if seen[hash] != "" {
			t.Errorf("%s has the hash of %s", name, seen[hash])
		}
		seen[hash] = name
	}
}

func TestComposeRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	_, err := c.Compose(catalog.Composition{Provider: "sandbox", Region: "eu-1", Resources: []project.Resource{
		{Kind: "compute_vm", Name: `x" ${file("/etc/passwd")}`}, {Kind: "load_balancer", Name: "lb"},
	}})
	if !usererr.Is(err, usererr.Invalid) || !strings.Contains(err.Error(), "Name") {
		t.Errorf("got %v", err)
	}
}

func TestSplitOutput(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"web", "a-b", "x-1-y"} {
		for region, at := range map[string]string{"": "", "us-east-1": "@us-east-1"} {
			root := catalog.OutputName(catalog.ModuleName("compute_vm", name, region), "public_address")
			label, output, ok := catalog.SplitOutput(root)
			if !ok || label != "compute_vm."+name+at || output != "public_address" {
				t.Errorf("%s: %s %s %v", root, label, output, ok)
			}
		}
	}
	for _, root := range []string{"", "a", "a-b", "a-b-", "-b-c", "a--c", "A-b-c", "vpc-a_-id", "vpc-a_US-id", "vpc-a_b_c-id", fmt.Sprint("vpc-", strings.Repeat("x", 40), "-id")} {
		if label, output, ok := catalog.SplitOutput(root); ok {
			t.Errorf("%q was split into %q %q", root, label, output)
		}
	}
}

// What stands is written as it is, whatever has come to be refused since; what is not
// named as it must be, or is of no kind, is not.
func TestComposeWhatStands(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	stands := catalog.Composition{Provider: "sandbox", Region: "mars-1", Standing: true, Resources: []project.Resource{
		{Kind: "vpc", Name: "main", Regions: []string{"mars-1", "venus-2"}},
		{Kind: "compute_vm", Name: "web", Values: map[string]any{"size": "no longer sold", "disk": 5.0, "gone": true}, Regions: []string{"mars-1", "venus-2"}},
		{Kind: "load_balancer", Name: "front"}, // whose machines are several by now
	}}
	root := mustRoot(t, c, stands)
	if len(root.Module) != 5 || root.Module["compute_vm-web_venus-2"]["network_id"] != "${module.vpc-main_venus-2.network_id}" {
		t.Errorf("modules are %v", root.Module)
	}
	planned := stands
	planned.Standing = false
	if _, err := c.Compose(planned); err == nil || !strings.Contains(err.Error(), "mars-1 is not one of") {
		t.Errorf("it can be planned: %v", err)
	}
	for name, broken := range map[string]func(*catalog.Composition){
		"Provider":     func(in *catalog.Composition) { in.Provider = "nowhere" },
		"Region: ${x}": func(in *catalog.Composition) { in.Region = "${x}" },
		"Region: ${y}": func(in *catalog.Composition) { in.Resources[0].Regions = []string{"mars-1", "${y}"} },
		"Kind: queue":  func(in *catalog.Composition) { in.Resources[0].Kind = "queue" },
		"${z} · Name":  func(in *catalog.Composition) { in.Resources[0].Name = "${z}" },
		"are two of":   func(in *catalog.Composition) { in.Resources[0] = in.Resources[1] },
	} {
		in := stands
		in.Resources = slices.Clone(stands.Resources)
		broken(&in)
		if _, err := c.Compose(in); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
