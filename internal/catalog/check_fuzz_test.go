package catalog_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/templates"
)

// identifier is what a resource's name has to be for the root module.
var identifier = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Whatever is typed into a form is refused with the field that is to blame, or
// becomes a resource that fills the form in again as it was and is nowhere in
// the configuration but in the values.
func FuzzCheck(f *testing.F) {
	c, err := catalog.Load(catalog.Source{Name: "built-in", FS: templates.FS}, catalog.Source{Name: "rules", FS: os.DirFS("testdata/rules")})
	if err != nil {
		f.Fatal(err)
	}
	kinds := append(c.Kinds("sandbox"), c.Kinds("lab")...)
	for _, typed := range []string{
		"", "4", "-0", "1.50", "007", "yes", "a, b", ",", "80\n443", "x=1, y=${1}", "x=", "10.0.0.0/26", "vpc.main",
		`${file("/etc/passwd")}`, "a\x00b", "\xff", "two\r\nlines", "\u202e", "\v1\v",
	} {
		f.Add("web-1", typed, "b", uint16(0))
		f.Add(typed, typed, typed, uint16(1))
	}
	for i := range 150 { // every field of every kind
		f.Add("web", "a,b", "1", uint16(i))
	}
	f.Fuzz(func(t *testing.T, name, first, second string, at uint16) {
		k := kinds[int(at)%len(kinds)]
		fields := k.Form().Fields[1:]
		i := int(at) / len(kinds)
		raw := map[string]string{catalog.NameField: name, fields[i%len(fields)].Key: first, fields[(i+1)%len(fields)].Key: second}
		typed := map[string]string{}
		for key := range raw {
			typed[key] = raw[key]
		}
		r, faults := k.Check(raw)
		if diff := cmp.Diff(typed, raw); diff != "" {
			t.Errorf("the check changes what was typed: %s", diff)
		}
		if len(faults) > 0 {
			checkFaults(t, k, faults)
			return
		}
		if !identifier.MatchString(r.Name) || len(r.Name) > 31 || r.Kind != k.Name {
			t.Errorf("%q is a name", r.Name)
		}
		checkFillsInAgain(t, k, r)
		checkConfigurationIsClean(t, c, k, r)
	})
}

// checkFaults: each says which field, and what it should be, on one line.
func checkFaults(t *testing.T, k catalog.Kind, faults []catalog.Fault) {
	t.Helper()
	for _, fault := range faults {
		_, known := k.Variable(fault.Field)
		if !known && fault.Field != catalog.NameField || fault.Label == "" || fault.Expected == "" {
			t.Errorf("a fault that names no field: %+v", fault)
		}
		if text := fault.String(); !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("a fault is no line of text: %q", text)
		}
		if utf8.RuneCountInString(fault.Got) > 60 {
			t.Errorf("a fault shows all of %q", fault.Got)
		}
	}
}

// checkFillsInAgain: through the database and the form and back.
func checkFillsInAgain(t *testing.T, k catalog.Kind, r project.Resource) {
	t.Helper()
	var stored project.Resource
	if err := json.Unmarshal(MustJSON(t, r), &stored); err != nil {
		t.Fatal(err)
	}
	again, faults := k.Check(k.Raw(stored))
	if len(faults) > 0 {
		t.Fatalf("%v was accepted, and then not: %v", r, faults)
	}
	if diff := cmp.Diff(MustJSON(t, r), MustJSON(t, again)); diff != "" {
		t.Errorf("comes back as something else:\n%s", diff)
	}
	MustFit(t, k.Form().With(k.Raw(stored)))
}

// checkConfigurationIsClean: a stack with this resource has the same root module
// as one with another value in its place; what was typed is in the values.
func checkConfigurationIsClean(t *testing.T, c *catalog.Catalog, k catalog.Kind, r project.Resource) {
	t.Helper()
	p, _ := c.Provider(k.Provider)
	compose := func(r project.Resource) (map[string][]byte, error) {
		stack := []project.Resource{r}
		if k.Provider == "sandbox" && k.Name != "vpc" {
			stack = append(stack, project.Resource{Kind: "vpc", Name: "net"})
		}
		out, err := c.Compose(catalog.Composition{Provider: k.Provider, Region: p.DefaultRegion, Resources: stack})
		return out.Files, err
	}
	files, err := compose(r)
	if err != nil {
		return // a resource that another of the stack is missing for
	}
	for name, value := range r.Values {
		text, ok := value.(string)
		if !ok || len(text) < 4 {
			continue
		}
		if v, _ := k.Variable(name); !v.Asked || slices.ContainsFunc(v.Options, func(o catalog.Option) bool { return o.Value == text }) {
			continue
		}
		marked := "not-in-any-file-" + text // the root module must not know the difference
		other := r
		other.Values = map[string]any{}
		for n, v := range r.Values {
			other.Values[n] = v
		}
		other.Values[name] = marked
		if changed, err := compose(other); err == nil && !bytes.Equal(files[catalog.RootFile], changed[catalog.RootFile]) {
			t.Errorf("%s is in the configuration:\n%s", name, changed[catalog.RootFile])
		}
	}
	var values map[string]any
	if err := json.Unmarshal(files[catalog.ValuesFile], &values); err != nil {
		t.Fatal(err)
	}
	for name, value := range r.Values {
		v, _ := k.Variable(name)
		if got := values[catalog.ModuleName(k.Name, r.Name, "")+"-"+name]; v.Asked && !bytes.Equal(MustJSON(t, got), MustJSON(t, value)) {
			t.Errorf("%s is %v in the values, not %v", name, got, value)
		}
	}
}
