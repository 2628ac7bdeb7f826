package templates_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/standin"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const (
	// mirrorVariable names a mirror with real plugins, which are tested with then.
	mirrorVariable = "CLOUDENGINE_PROVIDER_MIRROR"
	// applyVariable lets tests with real plugins plan and apply in real clouds.
	applyVariable = "CLOUDENGINE_TEST_CLOUDS"

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
	real     bool // with the clouds' own plugins
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

// mirror is where plugins come from: the clouds' own from the folder that the
// environment names, else stand-ins.
var mirror = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv(mirrorVariable); dir != "" {
		return dir, nil
	}
	dir := filepath.Join(temporary, "mirror")
	return dir, standin.Mirror(context.Background(), standin.Schemas(), dir)
})

// mustWorkshop readies the plugins of a provider.
func mustWorkshop(t *testing.T, c *catalog.Catalog, p catalog.Provider) *workshop {
	t.Helper()
	w := &workshop{catalog: c, provider: p, cases: mustCases(t, p.Name), real: os.Getenv(mirrorVariable) != ""}
	for _, plugin := range p.Plugins.All {
		if !there(plugin) {
			t.Skipf("neither %s (%q) has the schema of %s %s, nor %s (%q) the plugin itself", standin.SchemasVariable, standin.Schemas(), plugin.Source, plugin.Version, mirrorVariable, os.Getenv(mirrorVariable))
		}
	}
	ctx, cancel := deadlineOf(t)
	defer cancel()
	from, err := mirror()
	if err != nil {
		t.Fatal(err)
	}
	if w.Binary, err = terraform.Find(ctx, terraform.FindOptions{}); err != nil {
		t.Fatal(err)
	}
	shelf := plugins.New(plugins.Options{Dir: filepath.Join(temporary, p.Name), Mirror: from, Binary: w.Binary, Logger: slog.New(slog.DiscardHandler)})
	if w.set, err = shelf.Ready(ctx, p.Plugins); err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	return w
}

// there reports whether a plugin can be had: itself from the mirror that the
// environment names, or else a stand-in.
func there(p catalog.Plugin) bool {
	dir := os.Getenv(mirrorVariable)
	if dir == "" {
		return standin.Has(standin.Schemas(), p.Source, p.Version)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", p.Source, "*"))
	return err == nil && len(found) > 0
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
	dir    terraform.Dir
	env    map[string]string
	ledger string
}

func (w *workshop) mustStack(t *testing.T, in catalog.Composition) *stack {
	t.Helper()
	dir, err := terraform.NewDir(t.TempDir(), "run")
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{workshop: w, dir: dir, ledger: filepath.Join(t.TempDir(), "ledger")}
	given := map[string]string{standin.LedgerVariable: s.ledger}
	if w.real {
		given = credentials()
	}
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

// credentials are the variables by which the clouds' own plugins find theirs.
func credentials() map[string]string {
	out := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		for _, prefix := range []string{"AWS_", "ARM_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "HCLOUD_"} {
			if strings.HasPrefix(name, prefix) {
				out[name] = value
			}
		}
	}
	return out
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

// mustBeEmpty: nothing is in the state, and all that was created was destroyed.
func (s *stack) mustBeEmpty(t *testing.T) {
	t.Helper()
	if left := s.mustRun(t, "state", "list"); left != "" {
		t.Errorf("left in the state:\n%s", left)
	}
	if s.real {
		return
	}
	raw, err := os.ReadFile(s.ledger)
	if err != nil {
		t.Fatal(err)
	}
	balance := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		what, thing, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "created":
			balance[thing]++
		case "destroyed":
			balance[thing]--
		}
	}
	for thing, n := range balance {
		if n != 0 {
			t.Errorf("%s was created %d times more than destroyed", thing, n)
		}
	}
	if len(balance) == 0 {
		t.Error("nothing was ever created")
	}
}
