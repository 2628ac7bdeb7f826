package repository

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// origin is a repository on this machine.
type origin struct {
	t   *testing.T
	dir string
}

func newOrigin(t *testing.T) origin {
	t.Helper()
	o := origin{t, t.TempDir()}
	o.git("init", "--quiet", "--initial-branch=main")
	return o
}

func (o origin) git(args ...string) {
	o.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", o.dir, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// commit writes a file and commits all that is there.
func (o origin) commit(name, text string) {
	o.t.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		o.t.Fatal(err)
	}
	o.git("add", "-A")
	o.git("commit", "--quiet", "-m", name)
}

func (o origin) at(folder, ref string) config.Repository {
	o.t.Helper()
	c, err := config.Load(func(name string) string {
		return map[string]string{"CLOUDENGINE_TEMPLATES": "git::file://" + o.dir + "//" + folder + "?ref=" + ref, "CLOUDENGINE_DATA": "/data"}[name]
	}, config.Tool)
	if err != nil {
		o.t.Fatal(err)
	}
	if want := filepath.Join("/data/repositories", c.Repository.Key(), folder); c.Templates != want {
		o.t.Fatalf("it is used at %s, not %s", c.Templates, want)
	}
	return *c.Repository
}

// What the ref has is there after each fetch; while the repository is away, what was.
func TestFetch(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	o.commit("kinds/lab/thing/main.tf", "one")
	o.git("tag", "v1")
	r := o.at("kinds", "main")
	path := filepath.Join(dir, r.Key(), "kinds/lab/thing/main.tf")
	has := func(want string) {
		t.Helper()
		if err := Fetch(t.Context(), r, dir, logger); err != nil {
			t.Fatal(err)
		}
		if have, err := os.ReadFile(path); err != nil || string(have) != want {
			t.Errorf("it has %q, %v; want %q", have, err, want)
		}
	}
	has("one")
	has("one")
	o.commit("kinds/lab/thing/main.tf", "two")
	has("two")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 { // the copy, and its name
		t.Errorf("there are %v, %v", entries, err)
	}
	if err := os.Rename(o.dir, o.dir+"-away"); err != nil {
		t.Fatal(err)
	}
	has("two")
	if !strings.Contains(log.String(), "what was fetched before stays in use") {
		t.Errorf("nobody is told:\n%s", log.String())
	}
	if err := os.Rename(o.dir+"-away", o.dir); err != nil {
		t.Fatal(err)
	}
	r = o.at("kinds", "v1")
	path = filepath.Join(dir, r.Key(), "kinds/lab/thing/main.tf")
	has("one")
}

// A repository cannot lead to files of this host, and does not show its password.
func TestHostileRepository(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(o.dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	o.commit("other", "x")
	r := o.at("", "main")
	if err := Fetch(t.Context(), r, dir, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join(dir, r.Key(), "main.tf"))
	if err != nil || string(have) != "/etc/passwd" {
		t.Errorf("the link became %q, %v", have, err)
	}

	err = Fetch(t.Context(), config.Repository{URL: "https://someone:hunter2-secret@127.0.0.1:1/kinds.git", Ref: "main"}, dir, slog.New(slog.DiscardHandler))
	e, ok := usererr.Of(err)
	if !ok || strings.Contains(e.Public+e.Unwrap().Error(), "hunter2") {
		t.Errorf("it says %v", err)
	}
	for ref, folder := range map[string]string{"nowhere": "", "main": "no/such/folder"} {
		if err := Fetch(t.Context(), config.Repository{URL: "file://" + o.dir, Ref: ref, Folder: folder}, t.TempDir(), slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s %q was fetched", ref, folder)
		}
	}
}
