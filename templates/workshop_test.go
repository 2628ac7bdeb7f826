package templates_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const (
	deadline = 10 * time.Minute // generous: nothing here is about speed
	minimal  = "minimal"        // the settings that a form begins with
	name     = "main"           // of every resource
)

// testCase is how a kind is tested.
type testCase struct {
	With     []string                     `json:"with"`     // kinds that it needs, with their minimal settings
	Also     map[string][]string          `json:"also"`     // more of them, by variant
	Settings map[string]map[string]string `json:"settings"` // by variant, as people type them
}

// workshop is what the tests of one provider share.
type workshop struct {
	catalog  *catalog.Catalog
	provider catalog.Provider
	cases    map[string]testCase
	cloud    cloud
	set      plugins.Set
	terraform.Binary
}

// mustLoad reads the modules beside this file, also those that are not embedded yet.
func mustLoad(t testing.TB) *catalog.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, e fs.DirEntry, err error) error {
		if name == "testdata" {
			return fs.SkipDir
		}
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		files[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Load(catalog.Source{Name: "templates", FS: files})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustCases(t testing.TB, provider string) map[string]testCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", provider+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var cases map[string]testCase
	if err == nil {
		err = json.Unmarshal(raw, &cases)
	}
	if err != nil {
		t.Fatalf("settings of %s: %v", provider, err)
	}
	return cases
}

// mustWorkshop readies the plugins of a provider.
func mustWorkshop(t *testing.T, c *catalog.Catalog, p catalog.Provider) *workshop {
	t.Helper()
	w := &workshop{catalog: c, provider: p, cases: mustCases(t, p.Name), cloud: mustCloud(t, p)}
	ctx, cancel := deadlineOf(t)
	defer cancel()
	var err error
	if w.Binary, err = terraform.Find(ctx, terraform.FindOptions{}); err != nil {
		t.Fatal(err)
	}
	shelf := plugins.New(plugins.Options{Dir: filepath.Join(temporary, p.Name), Mirror: w.cloud.mirror, Binary: w.Binary, Logger: slog.New(slog.DiscardHandler)})
	wanted := p.Plugins
	if !w.cloud.real {
		wanted.Lock = nil // it is of the cloud's own plugins
	}
	if w.set, err = shelf.Ready(ctx, wanted); err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	return w
}

// eachCloud runs a test of every provider that has plugins.
func eachCloud(t *testing.T, test func(*testing.T, *workshop)) {
	t.Helper()
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			test(t, mustWorkshop(t, c, p))
		})
	}
}

// eachVariant runs a test of every kind with each of its settings, a sample of them
// where time is short.
func (w *workshop) eachVariant(t *testing.T, test func(*testing.T, catalog.Kind, string)) {
	for _, k := range w.catalog.Kinds(w.provider.Name) {
		for _, variant := range slices.Sorted(maps.Keys(w.cases[k.Name].Settings)) {
			t.Run(k.Name+"/"+variant, func(t *testing.T) {
				if (k.Name != sample || variant != minimal) && os.Getenv("CLOUDENGINE_TEST_LONG") == "" {
					t.Skip("CLOUDENGINE_TEST_LONG is not set")
				}
				t.Parallel()
				test(t, k, variant)
			})
		}
	}
}

// skipReal leaves a test out that needs a real cloud, unless it may be used.
func (w *workshop) skipReal(t *testing.T) {
	t.Helper()
	if w.cloud.real && os.Getenv(applyVariable) == "" {
		t.Skip(applyVariable + " is not set")
	}
}

// region takes the default region for minimal settings, and another one for others.
func (w *workshop) region(variant string) string {
	if variant == minimal || len(w.provider.Regions) == 1 {
		return w.provider.DefaultRegion
	}
	if first := w.provider.Regions[0].Name; first != w.provider.DefaultRegion {
		return first
	}
	return w.provider.Regions[1].Name
}

// mustResources are a kind with settings, and what it needs.
func (w *workshop) mustResources(t *testing.T, kind, variant string) []project.Resource {
	t.Helper()
	var out []project.Resource
	needs := w.cases[kind]
	for _, k := range slices.Concat(needs.With, needs.Also[variant]) {
		out = append(out, w.mustCheck(t, k, minimal))
	}
	return append(out, w.mustCheck(t, kind, variant))
}

// mustCheck fills in the form of a kind.
func (w *workshop) mustCheck(t *testing.T, kind, variant string) project.Resource {
	t.Helper()
	k, ok := w.catalog.Kind(w.provider.Name, kind)
	if !ok {
		t.Fatalf("there is no kind %s", kind)
	}
	raw := map[string]string{catalog.NameField: name}
	for field, text := range w.cases[kind].Settings[variant] {
		raw[field] = text
	}
	r, faults := k.Check(raw)
	for _, f := range faults {
		t.Errorf("%s of %s: %s", variant, kind, f)
	}
	if len(faults) > 0 {
		t.FailNow()
	}
	return r
}

// stack is a run directory.
type stack struct {
	*workshop
	dir  terraform.Dir
	env  map[string]string
	left func() string // what is in the cloud that was not there before
}

func (w *workshop) mustStack(t *testing.T, in catalog.Composition) *stack {
	t.Helper()
	dir, err := terraform.NewDir(t.TempDir(), "run")
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{workshop: w, dir: dir}
	given, left := w.cloud.start(t)
	s.left = left
	s.env = terraform.Environment(dir, given)
	if tmp := s.env["TMPDIR"]; tmp != "" {
		if err := os.MkdirAll(tmp, 0o700); err != nil { // where plugins open their sockets
			t.Fatal(err)
		}
	}
	s.mustCompose(t, in)
	if err := dir.UsePlugins(w.set.Dir, w.set.Lock); err != nil {
		t.Fatal(err)
	}
	s.mustRun(t, "get", "-no-color")
	return s
}

// mustCompose writes the root module in the place of the last one.
func (s *stack) mustCompose(t *testing.T, in catalog.Composition) {
	t.Helper()
	out, err := s.catalog.Compose(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.dir.Write(out.Files, nil); err != nil {
		t.Fatal(err)
	}
}

// mustPlan plans as the engine does; Terraform has nothing to warn of.
func (s *stack) mustPlan(t *testing.T) *tfjson.Plan {
	t.Helper()
	ctx, cancel := deadlineOf(t)
	defer cancel()
	var said bytes.Buffer
	p, err := terraform.Plan(ctx, s.Binary, s.dir, terraform.PlanOptions{Env: s.env, Output: &said})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, `"@level":"warn"`) {
			t.Errorf("Terraform warns: %s", line)
		}
	}
	return p.Plan
}

func (s *stack) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	said, err := s.run(t, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return said
}

func (s *stack) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := deadlineOf(t)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Path, args...)
	cmd.Dir = s.dir.Path()
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, "TF_IN_AUTOMATION=1")
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// mustBeEmpty: nothing is in the state, and nothing in the cloud.
func (s *stack) mustBeEmpty(t *testing.T) {
	t.Helper()
	if left := s.mustRun(t, "state", "list"); left != "" {
		t.Errorf("left in the state:\n%s", left)
	}
	if left := s.left(); left != "" {
		t.Errorf("left in the cloud: %s", left)
	}
}
