package catalog_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestFormGolden(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	for _, k := range c.Kinds("sandbox") {
		raw, err := json.MarshalIndent(k.Form(), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		Golden(t, "form."+k.Name+".json", append(raw, '\n'))
		MustFit(t, k.Form())
	}
}

// MustFit holds a form against the limits of Discord.
func MustFit(t *testing.T, form catalog.Form) {
	t.Helper()
	within := func(what, text string, least, most int) {
		if n := utf8.RuneCountInString(text); n < least || n > most {
			t.Errorf("%s: %s has %d characters, want %d to %d", form.Title, what, n, least, most)
		}
	}
	within("title", form.Title, 1, 45)
	keys := map[string]bool{}
	for _, f := range form.Fields {
		within("label of "+f.Key, f.Label, 1, 45)
		within("help of "+f.Key, f.Help, 1, 100)
		if keys[f.Key] || len(f.Options) > 25 || (f.Input == catalog.InputSelect) != (len(f.Options) > 0) {
			t.Errorf("%s: field %+v", form.Title, f)
		}
		keys[f.Key] = true
		for _, o := range f.Options {
			within("option of "+f.Key, o.Value, 1, 100)
			within("option of "+f.Key, o.Label, 1, 100)
		}
	}
	for i, page := range form.Pages() {
		if len(page) > 5 || len(page) == 0 || (i == 0 && page[0].Key != "name") {
			t.Errorf("%s: page %d is %v", form.Title, i, page)
		}
	}
}

// The form asks for the network only where there is a choice.
func TestFormAsksWhichNetwork(t *testing.T) {
	t.Parallel()
	k := MustKind(t, MustLoad(t), "compute_vm")
	one := []project.Resource{{Kind: "vpc", Name: "b"}, {Kind: "bucket", Name: "a"}}
	if diff := cmp.Diff(k.Form(), k.Form(one...)); diff != "" {
		t.Errorf("it asks although there is one network:\n%s", diff)
	}
	form := k.Form(append(one, project.Resource{Kind: "vpc", Name: "a"})...)
	want := catalog.Field{
		Key: "network_id", Label: "Network", Help: "Network that the machine joins; the default network when there is none.",
		Input: catalog.InputSelect, Required: true,
		Options: []catalog.Option{{Value: "vpc.a", Label: "vpc.a"}, {Value: "vpc.b", Label: "vpc.b"}},
	}
	if diff := cmp.Diff(want, form.Fields[1]); diff != "" {
		t.Error(diff)
	}
	MustFit(t, form)
}

func TestFormWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	form := MustKind(t, MustLoad(t), "compute_vm").Form()
	filled := form.With(map[string]string{"name": "Web-", "size": "large", "image": "windows", "disk_gib": "", "public_ip": "perhaps"})
	var got []string
	for _, f := range filled.Fields {
		got = append(got, f.Default)
	}
	if diff := cmp.Diff([]string{"Web-", "large", "debian-12", "", "false"}, got); diff != "" {
		t.Error(diff)
	}
	if form.Fields[0].Default != "" {
		t.Error("With changed the form that it was called on")
	}
}

// A module of an operator cannot make a form that Discord refuses.
func TestFormsOfOddModules(t *testing.T) {
	t.Parallel()
	var options, vars strings.Builder
	for i := range 30 {
		fmt.Fprintf(&options, "%q,", fmt.Sprint("option-", i))
	}
	long := strings.Repeat("long_", 30) + "name"
	fmt.Fprintf(&vars, `
variable "last" {
  type    = map(number)
  default = { a = 1, b = 2 }
}
variable "many" {
  type        = string
  description = "%s"
  validation {
    condition     = contains([%s], var.many)
    error_message = "One of them."
  }
}
variable %q {
  type    = list(string)
  default = ["x", "y"]
}
variable "untyped" {
  default = "z"
}
variable "wide" {
  type    = string
  default = "a"
  validation {
    condition     = contains(["a", "%s"], var.wide)
    error_message = "One of them."
  }
}
variable "b" { type = bool }
variable "c" { type = number }
`, strings.Repeat("word ", 50), options.String(), long, strings.Repeat("w", 150))
	c, err := catalog.Load(catalog.Source{Name: "odd", FS: fstest.MapFS{
		"lab/provider.json": {Data: []byte(`{"regions": [{"name": "r"}], "default_region": "r"}`)},
		"lab/odd/main.tf":   {Data: []byte(vars.String())},
	}})
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	k, _ := c.Kind("lab", "odd")
	form := k.Form()
	MustFit(t, form)
	var got []string
	for _, f := range form.Fields {
		got = append(got, fmt.Sprintf("%s %s required=%v", clipped(f.Key), f.Input, f.Required))
	}
	want := []string{
		"name text required=true", "many text required=true", "b boolean required=true", "c text required=true",
		"last paragraph required=false", "long_long_ paragraph required=false", "untyped text required=false", "wide text required=false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r, faults := k.Check(map[string]string{"name": "x", "many": "option-29", "b": "no", "c": "-0.5", "last": "q = 3, w=4", long: "1\n2,3"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	values := map[string]any{
		"many": "option-29", "b": false, "c": -0.5, "last": map[string]any{"q": 3.0, "w": 4.0}, long: []any{"1", "2", "3"},
	}
	if diff := cmp.Diff(values, r.Values); diff != "" {
		t.Error(diff)
	}
	if raw := k.Raw(r); raw["last"] != "q=3\nw=4" || raw[long] != "1\n2\n3" {
		t.Errorf("raw %q", raw)
	}
	_, faults = k.Check(map[string]string{"name": "x", "many": "option-30", "last": "q=x", "c": "1,5"})
	if len(faults) != 4 {
		t.Errorf("faults %v", faults)
	}
}

func clipped(s string) string { return s[:min(len(s), 10)] }
