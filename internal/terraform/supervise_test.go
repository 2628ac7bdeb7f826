package terraform_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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
	for range 5 { // people press twice: Terraform would kill its work at a second one
		if err := d.Interrupt(); err != nil {
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

// stubborn starts a child in a session of its own, with an emptied
// environment or not, which outlives a killed Terraform unless it is found.
const stubborn = `
resource "terraform_data" "kept" {
  provisioner "local-exec" { command = "true" }
}
resource "terraform_data" "hangs" {
  depends_on = [terraform_data.kept]
  provisioner "local-exec" {
    command = "setsid sh -c 'echo $$ > escaped; exec sleep 301' & env -i PATH=$PATH sh -c 'echo $$ > bare; exec sleep 302' & echo $$ > shell; exec sleep 300"
  }
}`

// pids waits for the provisioner's processes.
func pids(t testing.TB, d terraform.Dir) []int {
	t.Helper()
	var out []int
	for _, name := range []string{"escaped", "bare", "shell"} {
		eventually(t, name+" to be written", func() bool {
			raw, _ := os.ReadFile(d.File(name))
			pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
			if err == nil {
				out = append(out, pid)
			}
			return err == nil
		})
	}
	return out
}

// eventually polls for what the test cannot be told of.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	state := raw[strings.LastIndexByte(string(raw), ')')+2]
	return state != 'Z' && state != 'X'
}

// supervisorOf reads the supervisor's pid.
func supervisorOf(t testing.TB, d terraform.Dir) int {
	t.Helper()
	raw, err := os.ReadFile(d.File("process.json"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscanf(string(raw), `{"pid":%d`, &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestSupervisorKilled(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, stubborn)
	mustStart(t, d, spec)
	children := pids(t, d)
	supervisor := supervisorOf(t, d)
	terraformPID := childOf(t, supervisor)

	followed := make(chan error, 1)
	go func() {
		followed <- d.Follow(withDeadline(t), 0, func([]byte, int64) error { return nil })
	}()
	if err := syscall.Kill(supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-followed; err != nil { // told by notification: nothing is written to the directory
		t.Fatal(err)
	}
	eventually(t, "Terraform to die with its supervisor", func() bool { return !alive(terraformPID) })
	mustStatus(t, d, terraform.Dead)
	if !alive(children[0]) {
		t.Error("the escaped child died by itself: this test shows nothing")
	}
	if err := d.StartApply(spec); !errors.Is(err, terraform.ErrEnded) {
		t.Errorf("a start on a dead run says %v", err)
	}

	if err := d.Abandon(withDeadline(t)); err != nil {
		t.Fatal(err)
	}
	for _, pid := range children {
		if alive(pid) {
			t.Errorf("process %d of the run lives on", pid)
		}
	}
	mustStatus(t, d, terraform.Abandoned)
	if n := resources(t, d); n != 1 {
		t.Errorf("%d resources in the state, want the one that was complete", n)
	}
	second := exec.Command(os.Args[0], terraform.SuperviseCommand, d.Path())
	if err := second.Run(); second.ProcessState.ExitCode() != 75 {
		t.Errorf("a supervisor on an abandoned run ended with %v", err)
	}
	if err := d.Abandon(withDeadline(t)); err != nil {
		t.Errorf("abandoning again: %v", err)
	}

	var progress terraform.Progress
	mustFollow(t, d, 0, func(e terraform.Event) { progress = progress.After(e) })
	if got := progress.Unfinished(); len(got) != 1 || got[0] != "terraform_data.hangs" {
		t.Errorf("unfinished are %v", got)
	}
	if err := d.Remove(); err != nil || d.Exists() {
		t.Errorf("remove: %v", err)
	}
}

// childOf returns the only child of a process.
func childOf(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		var state string
		var parent int
		_, err = fmt.Sscanf(string(raw[strings.LastIndexByte(string(raw), ')')+1:]), "%s %d", &state, &parent)
		if child, _ := strconv.Atoi(e.Name()); err == nil && parent == pid {
			return child
		}
	}
	t.Fatalf("process %d has no child", pid)
	return 0
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

func TestForceStop(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, stubborn)
	// One that takes no interrupt, as a provider may keep Terraform from it.
	spec.Binary = mustScript(t, `trap "" INT; `+spec.Binary+` "$@"; exit $?`)
	mustStart(t, d, spec)
	children := pids(t, d)
	if err := d.ForceStop(withDeadline(t)); err != nil {
		t.Fatal(err)
	}
	for _, pid := range children {
		if alive(pid) {
			t.Errorf("process %d of the run lives on", pid)
		}
	}
	mustFollow(t, d, 0, nil)
	s := mustStatus(t, d, terraform.Exited)
	if !s.Exit.Killed || s.Exit.Code != -1 || !s.Exit.Interrupted {
		t.Errorf("exit is %+v", s.Exit)
	}
	if n := resources(t, d); n != 1 {
		t.Errorf("%d resources in the state", n)
	}
	if err := d.ForceStop(t.Context()); !errors.Is(err, terraform.ErrNotRunning) {
		t.Errorf("a second force stop says %v", err)
	}
}

// TestForceStopKeepsTheState stops a Terraform that is at work on its state all
// the time.
func TestForceStopKeepsTheState(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, `resource "terraform_data" "many" {
		count = 300
		input = join("", [for i in range(300) : "some text that makes the state larger"])
	}`)
	mustStart(t, d, spec)
	waitFor(t, d, func(e terraform.Event) bool { return e.Type == terraform.TypeApplyComplete })
	if err := d.ForceStop(withDeadline(t)); err != nil {
		t.Fatal(err)
	}
	if resources(t, d) == 0 { // fails on a state that is cut short
		t.Error("nothing is in the state")
	}
}

func TestTerraformKilled(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, stubborn)
	mustStart(t, d, spec)
	children := pids(t, d)
	if err := syscall.Kill(childOf(t, supervisorOf(t, d)), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); !s.Exit.Killed || s.Exit.Code != -1 || s.Exit.Interrupted {
		t.Errorf("exit is %+v", s.Exit)
	}
	for _, pid := range children {
		if alive(pid) {
			t.Errorf("process %d of the run outlives the exit", pid)
		}
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
