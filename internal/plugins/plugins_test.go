package plugins

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deadline is generous: nothing here is about speed.
const deadline = 3 * time.Minute

// cloud is a plugin that is never started: to install one is not to run it.
var cloud = catalog.Plugins{All: []catalog.Plugin{{Name: "cloud", Source: "example/cloud", Version: "1.2.3"}}}

// mirror is a folder with that plugin, whose program is the text.
func mirror(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "registry.terraform.io/example/cloud/1.2.3", terraform.Platform)
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "terraform-provider-cloud_v1.2.3"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// said is a log that can be read while it is written.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.b.String(), text)
}

const fetched = "provider plugins are fetched"

func newShelf(t *testing.T, dir, mirror string) (*Shelf, *said) {
	t.Helper()
	bin, err := terraform.Find(t.Context(), terraform.FindOptions{})
	if err != nil {
		t.Skipf("these tests need Terraform: %v", err)
	}
	log := &said{}
	return New(Options{Dir: dir, Mirror: mirror, Binary: bin, Logger: slog.New(slog.NewTextHandler(log, nil))}), log
}

func mustReady(t *testing.T, s *Shelf) Set {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	set, err := s.Ready(ctx, cloud)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(set.Dir, "registry.terraform.io/example/cloud/1.2.3", terraform.Platform, "terraform-provider-cloud_v1.2.3"))
	if err != nil || string(program) != "one" {
		t.Errorf("the plugin is %q, %v", program, err)
	}
	if entries, err := os.ReadDir(set.Dir); err != nil || len(entries) != 1 { // Terraform looks at whatever is there
		t.Errorf("runs are linked to %v, %v", entries, err)
	}
	if !bytes.Contains(set.Lock, []byte(`"h1:`)) {
		t.Errorf("the lock has no hash: %s", set.Lock)
	}
	return set
}

// Plugins are fetched once, however many ask at once; also where one was taken away,
// and where a fetch was killed before.
func TestFetchedOnce(t *testing.T) {
	t.Parallel()
	from, dir := mirror(t, "one"), filepath.Join(t.TempDir(), "plugins")
	one, said := newShelf(t, dir, from)
	another, _ := newShelf(t, dir, from) // as another process of the host has it
	another.Logger = one.Logger
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { mustReady(t, []*Shelf{one, another}[i%2]) })
	}
	all.Wait()
	mustReady(t, one)
	if n := said.count(fetched); n != 1 {
		t.Errorf("fetched %d times", n)
	}

	left := filepath.Join(dir, tempName+"killed")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, mirrorName)); err != nil {
		t.Fatal(err)
	}
	mustReady(t, one)
	if n := said.count(fetched); n != 2 {
		t.Errorf("fetched %d times, want once more", n)
	}
	if entries, err := filepath.Glob(filepath.Join(dir, tempName+"*")); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// Another host gets the very plugins of a lock, or none.
func TestLocked(t *testing.T) {
	t.Parallel()
	one, _ := newShelf(t, filepath.Join(t.TempDir(), "plugins"), mirror(t, "one"))
	lock := mustReady(t, one).Lock
	same, said := newShelf(t, filepath.Join(t.TempDir(), "plugins"), mirror(t, "one"))
	for range 2 {
		set, err := same.Locked(t.Context(), lock)
		if err != nil || !bytes.Equal(set.Lock, lock) {
			t.Fatalf("locked: %v\n%s", err, set.Lock)
		}
	}
	if n := said.count(fetched); n != 1 {
		t.Errorf("fetched %d times", n)
	}

	other, _ := newShelf(t, filepath.Join(t.TempDir(), "plugins"), mirror(t, "two"))
	if _, err := other.Locked(t.Context(), lock); err == nil {
		t.Error("another program was taken for the plugin")
	} else if e, ok := usererr.Of(err); !ok || !strings.Contains(e.Public, "are not those of the dependency lock, so they were not taken. Nothing was changed") {
		t.Errorf("refused with %v", err)
	}
	pinned := catalog.Plugins{All: cloud.All, Lock: lock}
	if _, err := other.Ready(t.Context(), pinned); err == nil {
		t.Error("a pinned lock was not held to")
	}

	if set, err := one.Locked(t.Context(), []byte("# nothing\n")); err != nil || set.Dir != "" {
		t.Errorf("a lock without plugins: %+v, %v", set, err)
	}
	for _, bad := range []string{
		`provider "registry.terraform.io/example/../../cloud" { version = "1.2.3" }`,
		`provider "registry.terraform.io/example/cloud" { version = "../1.2.3" }`,
		`provider "registry.terraform.io/example/cloud" {}`, `provider {`,
	} {
		if _, err := one.Locked(t.Context(), []byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

// Where plugins cannot be had, people read what helps.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t, filepath.Join(t.TempDir(), "plugins"), t.TempDir())
	_, err := s.Ready(t.Context(), cloud)
	e, ok := usererr.Of(err)
	if !ok || !strings.Contains(e.Public, "example/cloud 1.2.3") || !strings.Contains(e.Public, "CLOUDENGINE_PROVIDER_MIRROR") {
		t.Errorf("refused with %v", err)
	}
	if e, ok := usererr.Of(err); ok && e.Unwrap() == nil {
		t.Error("the log does not learn why")
	}
}
