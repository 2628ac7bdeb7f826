package terraform_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// slow is a configuration whose resources are made one after the other; each
// takes its seconds, and writes its name into the file "made".
func slow(seconds string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `
resource "terraform_data" "r%d" {
  depends_on = [%s]
  provisioner "local-exec" { command = "sleep %s; echo r%d >> made" }
}`, i, map[bool]string{true: fmt.Sprintf("terraform_data.r%d", i-1)}[i > 0], seconds, i)
	}
	return b.String()
}

func made(t testing.TB, d terraform.Dir) []string {
	t.Helper()
	raw, err := os.ReadFile(d.File("made"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Fields(string(raw))
}

func TestApplyOutlivesTheBot(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.5", 3))
	bot := startBot(t, d, spec)
	waitFor(t, d, started("terraform_data.r0"))
	if err := bot.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = bot.Wait()
	mustStatus(t, d, terraform.Running)

	if err := d.StartApply(spec); !errors.Is(err, terraform.ErrRunning) {
		t.Errorf("a second start says %v", err)
	}
	// Not through StartApply's own look, but as a supervisor that comes late.
	second := exec.Command(os.Args[0], terraform.SuperviseCommand, d.Path())
	if err := second.Run(); second.ProcessState.ExitCode() != 75 {
		t.Errorf("a second supervisor ended with %v", err)
	}

	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 || s.Exit.Interrupted || s.Exit.Killed {
		t.Errorf("exit is %+v", s.Exit)
	}
	if got := made(t, d); len(got) != 3 || resources(t, d) != 3 {
		t.Errorf("made %v, %d in the state", got, resources(t, d))
	}
	if err := d.StartApply(spec); !errors.Is(err, terraform.ErrEnded) {
		t.Errorf("a start after the end says %v", err)
	}
	if err := d.Abandon(t.Context()); !errors.Is(err, terraform.ErrEnded) {
		t.Errorf("abandoning after the end says %v", err)
	}
}

func TestStartsRace(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.3", 1))
	cleanUp(t, d)
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() { errs <- d.StartApply(spec) }()
	}
	won := 0
	for range cap(errs) {
		switch err := <-errs; {
		case err == nil:
			won++
		case !errors.Is(err, terraform.ErrRunning) && !errors.Is(err, terraform.ErrEnded):
			t.Errorf("a start that lost says %v", err)
		}
	}
	mustFollow(t, d, 0, nil)
	if got := made(t, d); len(got) != 1 || won != 1 {
		t.Errorf("%d starts won, made %v", won, got)
	}
	mustStatus(t, d, terraform.Exited)
}

func TestInterruptStopsGracefully(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.6", 3))
	mustStart(t, d, spec)
	waitFor(t, d, started("terraform_data.r0"))
	for i := range 5 { // people press twice: Terraform would kill its work at a second one
		if err := d.Interrupt(); err != nil && (i == 0 || !errors.Is(err, terraform.ErrNotRunning)) {
			t.Fatal(err)
		}
	}
	output := strings.Join(mustFollow(t, d, 0, nil), "\n")
	s := mustStatus(t, d, terraform.Exited)
	if !s.Exit.Interrupted || s.Exit.Killed || s.Exit.Code != 1 {
		t.Errorf("exit is %+v", s.Exit)
	}
	if n := strings.Count(output, "Interrupt received"); n != 1 || strings.Contains(output, "Two interrupts") {
		t.Errorf("Terraform got %d interrupts:\n%s", n, output)
	}
	if err := d.Interrupt(); !errors.Is(err, terraform.ErrNotRunning) {
		t.Errorf("an interrupt after the end says %v", err)
	}
}

func TestInterruptBeforeTerraformStarts(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.3", 1))
	spec.Version = "" // so that it is asked for it
	spec.Binary = mustScript(t, `[ "$1" = version ] && sleep 0.5; exec `+spec.Binary+` "$@"`)
	mustStart(t, d, spec)
	if err := d.Interrupt(); err != nil {
		t.Fatal(err)
	}
	mustFollow(t, d, 0, nil)
	s := mustStatus(t, d, terraform.Exited)
	if !s.Exit.Interrupted || s.Exit.Code != -1 || len(made(t, d)) != 0 {
		t.Errorf("exit is %+v, made %v", s.Exit, made(t, d))
	}
}

// mustScript makes an executable of a shell script.
func mustScript(t testing.TB, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAbandonRefusesWhileTheSupervisorLives(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.5", 1))
	mustStart(t, d, spec)
	if err := d.Abandon(t.Context()); !errors.Is(err, terraform.ErrRunning) {
		t.Errorf("abandon says %v", err)
	}
	if err := d.Remove(); !errors.Is(err, terraform.ErrRunning) {
		t.Errorf("remove says %v", err)
	}
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 {
		t.Errorf("exit is %+v", s.Exit)
	}
}

func TestAbandonBeforeTheStart(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.1", 1))
	mustStatus(t, d, terraform.Absent)
	if err := d.Abandon(withDeadline(t)); err != nil {
		t.Fatal(err)
	}
	if err := d.StartApply(spec); !errors.Is(err, terraform.ErrEnded) {
		t.Errorf("a late start says %v", err)
	}
	if len(made(t, d)) != 0 {
		t.Error("something was made")
	}
}

func TestRefusesAnotherPlan(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.1", 1))
	raw, err := os.ReadFile(d.File(terraform.PlanFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WritePlan(append(raw, 'x'), nil); err != nil {
		t.Fatal(err)
	}
	if err := d.StartApply(spec); !errors.Is(err, terraform.ErrPlanChanged) {
		t.Fatalf("start says %v", err)
	}
	mustStatus(t, d, terraform.Absent)
	if err := d.WritePlan(raw, nil); err != nil {
		t.Fatal(err)
	}
	mustStart(t, d, spec)
	mustFollow(t, d, 0, nil)
	mustStatus(t, d, terraform.Exited)
}

func TestFailedApplyKeepsWhatWasMade(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, `
resource "terraform_data" "good" {}
resource "terraform_data" "bad" {
  depends_on = [terraform_data.good]
  provisioner "local-exec" { command = "echo quota exceeded >&2; exit 3" }
}`)
	mustStart(t, d, spec)
	var said []string
	var progress terraform.Progress
	mustFollow(t, d, 0, func(e terraform.Event) {
		progress = progress.After(e)
		if e.Kind() == terraform.KindError {
			said = append(said, e.Human())
		}
	})
	s := mustStatus(t, d, terraform.Exited)
	if s.Exit.Code != 1 || s.Exit.Killed || s.Exit.Interrupted {
		t.Errorf("exit is %+v", s.Exit)
	}
	if resources(t, d) != 2 { // the bad one is there too, tainted
		t.Errorf("%d resources in the state", resources(t, d))
	}
	if progress.Total != 2 || progress.Done != 1 || progress.Errored != 1 {
		t.Errorf("progress is %+v", progress)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, "quota exceeded") || !strings.Contains(text, "with terraform_data.bad") {
		t.Errorf("what is said of the failure:\n%s", text)
	}
}

// TestApplyElsewhere applies a plan in a directory that never saw init, as
// another host does.
func TestApplyElsewhere(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		root:                  `{"module": {"vpc-main": {"source": "./modules/vpc"}}}`,
		"modules/vpc/main.tf": `resource "terraform_data" "this" {}`,
	}
	planned := mustPlan(t, mustDir(t, files), terraform.PlanOptions{})
	d := mustDir(t, files)
	if err := d.WritePlan(planned.PlanFile, planned.LockFile); err != nil {
		t.Fatal(err)
	}
	mustStart(t, d, terraform.Spec{Binary: mustFind(t).Path, Env: terraform.Environment(d, nil), PlanSHA256: planned.SHA256})
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 || resources(t, d) != 1 {
		t.Errorf("exit is %+v", s.Exit)
	}
}

func TestStartNeedsATerraform(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.1", 1))
	spec.Binary = "/nonexistent/terraform"
	mustStart(t, d, spec)
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != -1 || s.Exit.Cause == "" {
		t.Errorf("exit is %+v", s.Exit)
	}
}

func TestStartInAMissingDirectory(t *testing.T) {
	t.Parallel()
	d, err := terraform.OpenDir(t.TempDir(), "gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.StartApply(terraform.Spec{}); err == nil {
		t.Error("started")
	}
	if err := d.Abandon(context.Background()); err == nil {
		t.Error("abandoned")
	}
}
