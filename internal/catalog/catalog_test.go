package catalog_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

var update = flag.Bool("update", false, "write the golden files anew")

// MustLoad loads the built-in modules, which have no problems.
func MustLoad(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Problems() {
		t.Errorf("problem: %s", p)
	}
	return c
}

// MustKind finds a kind of the sandbox.
func MustKind(t testing.TB, c *catalog.Catalog, name string) catalog.Kind {
	t.Helper()
	k, ok := c.Kind("sandbox", name)
	if !ok {
		t.Fatalf("no kind %s", name)
	}
	return k
}

// MustCheck checks values that are right.
func MustCheck(t testing.TB, c *catalog.Catalog, kind string, raw map[string]string) project.Resource {
	t.Helper()
	r, faults := MustKind(t, c, kind).Check(raw)
	if len(faults) > 0 {
		t.Fatalf("check %s: %v", kind, faults)
	}
	return r
}

// MustCompose composes a stack that is right.
func MustCompose(t testing.TB, c *catalog.Catalog, in catalog.Composition) catalog.Composed {
	t.Helper()
	out, err := c.Compose(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Golden compares got with a file of testdata, or writes it with -update.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	p, ok := c.Provider("sandbox")
	if !ok || p.Title != "Sandbox" || p.DefaultRegion != "eu-1" || len(p.Regions) != 4 {
		t.Errorf("provider %+v", p)
	}
	if len(c.Kinds("nowhere")) != 0 {
		t.Errorf("providers %v", c.Providers())
	}
	var names []string
	for _, k := range c.Kinds("sandbox") {
		names = append(names, k.Name)
		if len(k.Form().Pages()) != 1 {
			t.Errorf("%s: the form has %d pages, want it to fit one", k.Name, len(k.Form().Pages()))
		}
		if k.Title == "" || k.Description == "" || len(k.Digest) != 64 {
			t.Errorf("%s: %q %q %q", k.Name, k.Title, k.Description, k.Digest)
		}
	}
	if diff := cmp.Diff([]string{"vpc", "compute_vm", "database", "bucket", "load_balancer"}, names); diff != "" {
		t.Error(diff)
	}
	if o, _ := MustKind(t, c, "database").Output("password"); !o.Sensitive {
		t.Error("the password is not sensitive")
	}
	if o, _ := MustKind(t, c, "vpc").Output("network_id"); !o.Wired {
		t.Error("network_id is not marked as wired")
	}
}
