package catalog_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// samples are values to set each variable of the probe to: on both sides of
// each bound, and odd ones.
var samples = map[string][]any{
	"option":        {"a", "ü", "c", "A", "u\u0308"},
	"number_option": {1.0, 4.0, 3.0, 1.5},
	"between":       {1.0, 64.0, 0.0, 65.0, 1.5, -1.0, 999999999999999.0},
	"mirrored":      {-1.5, 2.5, -1.6, 2.6, 0.1},
	"open_bound":    {0.0, 0.1, -3.0},
	"pattern":       {"a", "a-b", "a--b", "A", "a\nb", "-a"},
	"short":         {"ab", "a", "abcde", "abcdef", "üüüüü", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦"},
	"optional":      {"ab", "abc"},
	"prefix":        {"arn:", "arn:y", "arn:*", "x"},
	"range":         {"10.0.0.0/26", "10.0.0.0/27", "10.0.0.0/30", "10.0.0.1/24", "fd00::/8", "10.0.0.0", "999.0.0.0/8", "10.0.0.0/33", "x/y"},
	"tags":          {[]any{"a", "b"}, []any{"A"}, []any{"a", "b", "c", "d"}, []any{"a", "a", "a"}},
	"ports":         {[]any{1.0, 65535.0}, []any{0.0}, []any{80.0, 70000.0}, []any{80.0, 80.0}},
	"pairs":         {map[string]any{"x": "1"}, map[string]any{"z": "1"}, map[string]any{"x": "1", "y": "${1}"}},
	"names":         {[]any{"a"}, []any{"a", "b"}},
	"flag":          {true, false},
}

// What Check accepts, Terraform accepts; what Check refuses, Terraform refuses:
// one plan with a module call per sample tells which calls it refuses.
func TestCheckAgreesWithTerraform(t *testing.T) {
	t.Parallel()
	c, err := catalog.Load(catalog.Source{Name: "rules", FS: os.DirFS("testdata/rules")})
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	k, _ := c.Kind("lab", "probe")
	out := MustCompose(t, c, catalog.Composition{Provider: "lab", Region: "here", Resources: []project.Resource{{Kind: "probe", Name: "x"}}})
	modules, variables, values, ours := map[string]any{}, map[string]any{}, map[string]any{}, map[string]bool{}
	for name, list := range samples {
		for i, value := range list {
			id := fmt.Sprintf("%s_%d", name, i)
			modules[id] = map[string]any{"source": "./modules/probe", name: "${var." + id + "}"}
			variables[id] = map[string]any{}
			values[id] = value
			_, faults := k.Check(k.Raw(project.Resource{Kind: "probe", Name: "x", Values: map[string]any{name: value}}))
			ours[id] = len(faults) == 0
			if again := c.Validate("lab", "here", []project.Resource{{Kind: "probe", Name: "x", Values: map[string]any{name: value}}}); len(again) != len(faults) {
				t.Errorf("%s = %v: Check says %v, Validate %v", name, value, faults, again)
			}
		}
	}
	// A rule over two variables.
	modules["cross"] = map[string]any{"source": "./modules/probe", "flag": true, "option": "b"}
	_, faults := k.Check(map[string]string{"name": "x", "flag": "yes", "option": "b"})
	ours["cross"] = len(faults) == 0

	out.Files[catalog.RootFile] = MustJSON(t, map[string]any{"module": modules, "variable": variables})
	out.Files[catalog.ValuesFile] = MustJSON(t, values)
	refused := refusedModules(t, MustDirectory(t, out))
	for id, accepted := range ours {
		if accepted == slices.Contains(refused, id) {
			t.Errorf("%s = %#v: Check accepts it: %v; Terraform refuses %v", id, values[id], accepted, refused)
		}
	}
}

// refusedModules plans and tells which module calls have an invalid value.
func refusedModules(t *testing.T, d directory) []string {
	t.Helper()
	said, err := d.Run(t, "plan", "-json", "-input=false")
	if err == nil {
		t.Fatal("the plan has no errors")
	}
	var refused []string
	for line := range strings.Lines(said) {
		var message struct {
			Type       string
			Diagnostic struct {
				Summary string
				Snippet struct{ Context string }
			}
		}
		if json.Unmarshal([]byte(line), &message) != nil || message.Type != "diagnostic" {
			continue
		}
		if message.Diagnostic.Summary != "Invalid value for variable" {
			t.Errorf("unexpected: %s", line)
		}
		refused = append(refused, strings.Trim(strings.TrimPrefix(message.Diagnostic.Snippet.Context, "module."), `"`))
	}
	return refused
}

// MustJSON encodes.
func MustJSON(t testing.TB, value any) []byte {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// typed draws what somebody may type into a field: right, nearly right, hostile.
func typed(k catalog.Kind) *rapid.Generator[map[string]string] {
	odd := rapid.SampledFrom([]string{
		"", " ", "0", "1", "2", "20", "80", "1000", "1e3", "0x10", "-0", "00", "1.0", ".5", "+1", "NaN", "true", "no", "TRUE",
		"small", "debian-12", "mysql", "8.4", "http", "/", "/health", "10.0.0.0/16", "10.0.0.0/8", "::/0",
		`${file("/etc/passwd")}`, "%{ if true }", `"`, "a\nb", "a\x00b", "\xff", "\u202e", strings.Repeat("x", 2000), strings.Repeat("/é", 1000),
		"${", "$${x}", "%%{x}", "\\", "\u2028", "<>&",
	})
	return rapid.Custom(func(t *rapid.T) map[string]string {
		raw := map[string]string{"name": rapid.OneOf(rapid.StringMatching(`[a-z]([a-z0-9-]{0,6}[a-z0-9])?`), rapid.String()).Draw(t, "name")}
		for _, f := range k.Form().Fields[1:] {
			choices := []*rapid.Generator[string]{odd, rapid.Just(f.Default), rapid.Just(f.Default), rapid.Just(f.Default), rapid.Just("")}
			for _, o := range f.Options {
				choices = append(choices, rapid.Just(o.Value))
			}
			raw[f.Key] = rapid.OneOf(append(choices, rapid.String())...).Draw(t, f.Key)
		}
		return raw
	})
}

// Whatever is typed, Check says so or Terraform can plan it, and the form can be
// filled in again with the same result.
func TestWhatPassesCheckPlans(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	kinds := c.Kinds("sandbox")
	passed := map[string]project.Resource{}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		raw := typed(k).Draw(t, "raw")
		r, faults := k.Check(raw)
		for _, f := range faults {
			if f.Label == "" || f.Expected == "" || f.Text() == "" {
				t.Fatalf("a fault that says nothing: %+v", f)
			}
		}
		if len(faults) > 0 {
			return
		}
		var stored project.Resource // as it comes back from a database
		if err := json.Unmarshal(MustJSON2(t, r), &stored); err != nil {
			t.Fatal(err)
		}
		again, faults := k.Check(k.Raw(stored))
		if len(faults) > 0 || string(MustJSON2(t, again)) != string(MustJSON2(t, r)) {
			t.Fatalf("%v came back as %v: %v", r, again, faults)
		}
		if r.Values["image"] != "withdrawn" { // which is there to see a plan fail
			passed[r.Label()] = stored
		}
	})
	in := catalog.Composition{Provider: "sandbox", Region: "eu-1"}
	vpc := project.Resource{Kind: "vpc", Name: "the-one"}
	in.Resources = append(in.Resources, vpc, project.Resource{Kind: "compute_vm", Name: "the-vm"})
	for _, r := range passed {
		if len(in.Resources) < 40 && r.Name != vpc.Name {
			in.Resources = append(in.Resources, r)
		}
	}
	for i, r := range in.Resources {
		if r.Kind == "compute_vm" || r.Kind == "database" || r.Kind == "load_balancer" {
			if r.Values == nil {
				in.Resources[i].Values = map[string]any{}
			}
			in.Resources[i].Values["network_id"] = vpc.Label()
		}
	}
	t.Logf("%d of the random resources pass", len(in.Resources)-2)
	if len(in.Resources) < 5 {
		t.Fatal("too few to say anything")
	}
	d := MustDirectory(t, MustCompose(t, c, in))
	said := d.MustRun(t, "plan", "-no-color", "-input=false")
	if want := fmt.Sprintf("Plan: %d to add", len(in.Resources)); !strings.Contains(said, want) {
		t.Errorf("terraform does not say %q", want)
	}
}

// MustJSON2 encodes for rapid's own T.
func MustJSON2(t *rapid.T, value any) []byte {
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
