package worker

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// What the database refused is put aside, where tidying up leaves it alone, without
// the credentials that the run had, or that a tool left in its HOME.
func TestKeep(t *testing.T) {
	t.Parallel()
	w := &Worker{Options: Options{RunsDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}}
	dir, err := terraform.NewDir(w.RunsDir, "apply-7")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.File("terraform.tfstate"), []byte("state"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, err := dir.WriteCredentials(map[string]string{"A_FILE": "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir.File(".aws/cli/cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.File(".aws/cli/cache/session.json"), []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.keep(t.Context(), dir, errRefused)
	w.tidy(t.Context())
	raw, err := os.ReadFile(filepath.Join(w.RunsDir, "kept-apply-7", "terraform.tfstate"))
	if err != nil || string(raw) != "state" {
		t.Errorf("%q, %v", raw, err)
	}
	for _, name := range []string{strings.TrimPrefix(env["A_FILE"], dir.Path()), ".aws"} {
		if _, err := os.Stat(filepath.Join(w.RunsDir, "kept-apply-7", name)); !os.IsNotExist(err) {
			t.Errorf("%s is kept: %v", name, err)
		}
	}
	if there, err := dir.Exists(); err != nil || there {
		t.Errorf("it is also where the run was: %v", err)
	}
}
