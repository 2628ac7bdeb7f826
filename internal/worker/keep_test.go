package worker

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// What the database refused is put aside, where tidying up leaves it alone.
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
	w.keep(t.Context(), dir)
	w.tidy(t.Context())
	raw, err := os.ReadFile(filepath.Join(w.RunsDir, "kept-apply-7", "terraform.tfstate"))
	if err != nil || string(raw) != "state" {
		t.Errorf("%q, %v", raw, err)
	}
	if dir.Exists() {
		t.Error("it is also where the run was")
	}
}
