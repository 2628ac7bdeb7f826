package standin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// mustSchemas finds the schemas of real providers.
func mustSchemas(t testing.TB) string {
	t.Helper()
	dir := Schemas()
	if dir == "" {
		t.Skipf("this test needs the schemas of real providers: set %s to their folder", SchemasVariable)
	}
	return dir
}

// The tables name types and attributes that there are.
func TestRulesFitTheSchemas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(mustSchemas(t), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := mustServer(t, raw, nil)
			if len(s.rules.Faults) == 0 {
				t.Error("the cloud never refuses")
			}
			s.mustFit(t)
		})
	}
}

func mustServer(t testing.TB, schema []byte, environment map[string]string) *server {
	t.Helper()
	s, err := newServer(schema, func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The small providers' rules fit, too.
func TestOwnRulesFit(t *testing.T) {
	t.Parallel()
	raw, err := small.ReadFile("schemas/random-3.7.2.json")
	if err != nil {
		t.Fatal(err)
	}
	mustServer(t, raw, nil).mustFit(t)
}

func (s *server) mustFit(t *testing.T) {
	t.Helper()
	r := s.rules
	if len(r.Computed) == 0 {
		t.Fatal("there are no rules")
	}
	for typ, table := range r.Computed {
		for name, spec := range table {
			s.mustHave(t, typ, name)
			s.mustMake(t, typ, name, spec)
		}
	}
	for typ, names := range r.Replace {
		for _, name := range names {
			s.mustHave(t, typ, strings.TrimPrefix(name, "!"))
		}
	}
	for typ, p := range r.Protected {
		s.mustHave(t, typ, p.Attribute)
	}
	for typ, table := range r.Patterns {
		for name := range table {
			s.mustHave(t, typ, name)
		}
	}
	for _, groups := range []map[string][][]string{r.Conflicts, r.ExactlyOne} {
		for typ, lists := range groups {
			for _, names := range lists {
				for _, name := range names {
					s.mustHave(t, typ, name)
				}
			}
		}
	}
	for typ, conditions := range r.Conditions {
		for _, c := range conditions {
			for _, name := range append(c.Need, c.Deny...) {
				s.mustHave(t, typ, name)
			}
			for name := range c.When {
				s.mustHave(t, typ, name)
			}
		}
	}
}

// mustHave finds an attribute or a block in a schema; of "*" in any.
func (s *server) mustHave(t *testing.T, typ, name string) {
	t.Helper()
	if typ == "*" {
		for _, kind := range s.provider.Resources {
			if within(kind.ty, name) {
				return
			}
		}
		t.Errorf("no resource has %s", name)
		return
	}
	kind := s.provider.Resources[typ]
	if data, ok := strings.CutPrefix(typ, "data."); ok {
		kind = s.provider.Data[data]
	}
	if kind == nil {
		t.Errorf("there is no %s", typ)
		return
	}
	if !within(kind.ty, name) {
		t.Errorf("%s has no %s", typ, name)
	}
}

// within finds an attribute in a type, also in the objects of lists and sets.
func within(t tftypes.Type, name string) bool {
	switch t := t.(type) {
	case tftypes.List:
		return within(t.ElementType, name)
	case tftypes.Set:
		return within(t.ElementType, name)
	case tftypes.Object:
		step, rest, deeper := strings.Cut(name, ".")
		inner, ok := t.AttributeTypes[step]
		return ok && (!deeper || within(inner, rest))
	}
	return false
}

// mustMake makes the value that the table has, and finds no hole left in it.
func (s *server) mustMake(t *testing.T, typ, name string, spec any) {
	t.Helper()
	kind := s.provider.Resources[typ]
	if data, ok := strings.CutPrefix(typ, "data."); ok {
		kind = s.provider.Data[data]
	}
	if kind == nil {
		return // "*", or said by mustHave
	}
	for _, a := range kind.proto.Block.Attributes {
		if a.Name != name {
			continue
		}
		if !a.Computed {
			t.Errorf("%s: %s is not computed", typ, name)
		}
		v, err := s.filler(typ, "", tftypes.NewValue(kind.ty, nil)).value(a.Type, spec, name)
		if err != nil || !v.IsFullyKnown() {
			t.Errorf("%s: %s became %v, %v", typ, name, v, err)
		}
	}
}

// Where there are no schemas, the tests that need them say so.
func TestSchemas(t *testing.T) {
	t.Setenv(SchemasVariable, "")
	root := t.TempDir()
	found := filepath.Join(root, "shared/providers/schemas")
	inner := filepath.Join(root, "checkout/templates")
	for _, dir := range []string{found, inner} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(inner)
	if got := Schemas(); got != found {
		t.Errorf("found %q, want %q", got, found)
	}
	t.Setenv(SchemasVariable, "elsewhere")
	if got := Schemas(); got != "elsewhere" {
		t.Errorf("found %q", got)
	}
	t.Setenv(SchemasVariable, "")
	t.Chdir(t.TempDir())
	if got := Schemas(); got != "" {
		t.Errorf("found %q", got)
	}
}
