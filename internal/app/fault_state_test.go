package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Terraform dies in the middle of writing its state. What it left elsewhere of it
// is taken; if nothing can be read, all of it stays for people.
func TestLastStateIsCut(t *testing.T) {
	t.Parallel()
	for name, errored := range map[string]bool{"and is all there is": false, "and Terraform left it in errored.tfstate": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slow(6)).start().project()
			lobby := w.planned("2 to add", "vpc", "compute_vm")
			w.creating(lobby, "compute_vm.web")
			if err := w.app.Stop(w.ctx); err != nil {
				t.Fatal(err)
			}
			dir := w.endedByForce()
			whole, err := os.ReadFile(dir.File(terraform.StateFile))
			if err != nil {
				t.Fatal(err)
			}
			w.write(dir.File(terraform.StateFile), whole[:len(whole)/2])
			w.write(dir.File("token-cache"), []byte("hunter2"))
			if errored {
				w.write(dir.File(terraform.ErroredFile), withTwin(t, whole))
			}
			w.start()

			failed := w.lobby(lobby, "Interrupted", "Plan again")
			if s := w.session(); s.State != session.Failed {
				t.Errorf("the session is %s", s.State)
			}
			runs := filepath.Join(w.conf.DataDir, "runs")
			if errored {
				if got := w.inState(); got["module.vpc-twin"] != 1 {
					t.Errorf("the state has %v", got)
				}
				w.eventually("the directory to be removed", func() bool {
					left, err := os.ReadDir(runs)
					return err == nil && len(left) == 0
				})
				return
			}
			mention(t, failed.Text(), "state that Terraform wrote cannot be read", "put aside")
			kept := w.awaitMatch(filepath.Join(runs, "kept-apply-*", terraform.StateFile))
			if raw, err := os.ReadFile(kept); err != nil || !bytes.Equal(raw, whole[:len(whole)/2]) {
				t.Errorf("what was left of the state: %q, %v", raw, err)
			}
			w.leavesNothing("hunter2")
			if got := w.inState(); got["module.vpc-main"] != 1 {
				t.Errorf("the state has %v", got)
			}
		})
	}
}

// A bot that was killed before it could put a directory aside, or that is older, left
// one whose state cannot be read: nothing removes it.
func TestLeftDirectoryWithACutState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(6)).start().project()
	lobby := w.planned("2 to add", "vpc", "compute_vm")
	w.creating(lobby, "compute_vm.web")
	if err := w.app.Stop(w.ctx); err != nil {
		t.Fatal(err)
	}
	dir := w.endedByForce()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir.Path())); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.lobby(lobby, "Interrupted", "Plan again")
	w.eventually("the directory to be removed", func() bool { there, err := dir.Exists(); return err == nil && !there })
	if err := w.app.Stop(w.ctx); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir.Path(), os.DirFS(copied)); err != nil {
		t.Fatal(err)
	}
	w.write(dir.File(terraform.StateFile), []byte(`{"version":4,"serial":`))
	w.start()
	w.awaitMatch(filepath.Join(w.conf.DataDir, "runs", "kept-apply-*", terraform.StateFile))
}

// endedByForce kills the supervisor of the apply that runs, and waits until nothing
// of it lives. It returns the run's directory.
func (w *world) endedByForce() terraform.Dir {
	w.t.Helper()
	if err := syscall.Kill(w.supervisor(), syscall.SIGKILL); err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Dir(w.awaitMatch(filepath.Join(w.conf.DataDir, "runs", "apply-*", "process.json")))
	dir, err := terraform.OpenDir(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		w.t.Fatal(err)
	}
	w.eventually("the supervisor to end", func() bool {
		status, err := dir.Status()
		return err == nil && status.Phase == terraform.Dead
	})
	if err := dir.Abandon(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

func (w *world) write(path string, content []byte) {
	w.t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// withTwin is the next version of a state, in which its first resource is there once
// more, under another name.
func withTwin(t *testing.T, raw []byte) []byte {
	t.Helper()
	var state map[string]any
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	list := state["resources"].([]any)
	twin := map[string]any{}
	for key, value := range list[0].(map[string]any) {
		twin[key] = value
	}
	twin["module"] = "module.vpc-twin"
	state["resources"], state["serial"] = append(list, twin), state["serial"].(float64)+1
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
