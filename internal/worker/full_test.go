package worker

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Only what this process met itself, and the disk, tell that the host's own is full.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	w := &Worker{Options: Options{RunsDir: t.TempDir()}}
	for name, tc := range map[string]struct {
		cause error
		full  bool
	}{
		"nothing is known": {nil, false},
		"somebody says so": {errors.New("docker: write /var/lib/docker/x: no space left on device"), false},
		"a write failed":   {fmt.Errorf("write run directory: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), true},
		"two things did":   {errors.Join(errors.New("init"), syscall.ENOSPC), true},
	} {
		if full := w.diskFull(tc.cause); full != tc.full {
			t.Errorf("%s: full is %v", name, full)
		}
	}
}

// A part of a disk is kept for root.
func TestRoom(t *testing.T) {
	t.Parallel()
	rest := unix.Statfs_t{Bsize: 4096, Bfree: 1000, Bavail: 0}
	if asRoot, asOther := room(rest, true), room(rest, false); asRoot != 4096*1000 || asOther != 0 {
		t.Errorf("root has %d bytes, others %d", asRoot, asOther)
	}
}

func TestBlameDiskKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	const room = "Whoever runs the engine must make room on it; plan again then."
	for name, tc := range map[string]struct{ f, want session.Failure }{
		"a plan": {
			session.Failure{Phase: "plan", Summary: "Terraform could not make the plan.", Detail: "Error: bad image", Resource: "compute_vm.web"},
			session.Failure{Phase: "plan", Summary: "The disk of the engine's host is full. Nothing was changed.",
				Detail: room + "\nTerraform could not make the plan.\nError: bad image", Resource: "compute_vm.web"},
		},
		"a start": {
			session.Failure{Phase: "start"},
			session.Failure{Phase: "start", Summary: "The disk of the engine's host is full. Nothing was changed.", Detail: room},
		},
		"an apply": {
			session.Failure{Phase: "apply", Summary: "quota exceeded"},
			session.Failure{Phase: "apply", Summary: "The disk of the engine's host is full, so Terraform could not write down what it did.",
				Detail: "What was done before is kept. Look in the cloud for what the log does not show as complete: it may exist without being known. " + room + "\nquota exceeded"},
		},
	} {
		blameDisk(&tc.f)
		if diff := cmp.Diff(tc.want, tc.f); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A full disk of somebody else's is in Terraform's words, and is not the host's.
func TestFullDiskElsewhere(t *testing.T) {
	t.Parallel()
	w := &Worker{Options: Options{RunsDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}}
	dir, err := terraform.NewDir(w.RunsDir, "apply-7")
	if err != nil {
		t.Fatal(err)
	}
	const said = `Error: cannot push: no space left on device`
	for name, content := range map[string]string{"process.json": "{}", "exit": `{"code":1,"cause":"` + said + `"}`} {
		if err := os.WriteFile(dir.File(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := w.newDriver(dir, orchestrator.ApplyTask{})
	d.line([]byte(`{"@level":"error","@message":"` + said + `","type":"diagnostic","diagnostic":{"severity":"error","summary":"cannot push","detail":"no space left on device","address":"module.vpc-main.a.this"}}`))
	out, err := d.outcome(t.Context())
	if err != nil || out.Failure == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if f := out.Failure; f.Summary != "cannot push" || f.Resource != "vpc.main" || !strings.Contains(f.Detail, "no space left") {
		t.Errorf("the failure is %+v", f)
	}
}
