package terraform_test

import (
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
	if err := d.Remove(); err != nil {
		t.Errorf("remove: %v", err)
	}
	if there, err := d.Exists(); err != nil || there {
		t.Errorf("it is there: %t, %v", there, err)
	}
}

// The lock of a dead supervisor may be held by another for a moment, as by a
// process between fork and exec; that it is freed changes no file.
func TestFollowOutlastsALateLock(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("60", 1))
	mustStart(t, d, spec)
	supervisor := supervisorOf(t, d)
	if err := syscall.Kill(supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var free func()
	eventually(t, "the supervisor to end", func() bool {
		var err error
		free, err = d.TakeLock()
		return err == nil
	})
	followed := make(chan error, 1)
	go func() {
		followed <- d.Follow(withDeadline(t), 0, func([]byte, int64) error { return nil })
	}()
	select {
	case err := <-followed:
		t.Fatalf("followed to the end while the lock was held: %v", err)
	case <-time.After(time.Second): // it has looked by now, and nothing tells so
	}
	free()
	if err := <-followed; err != nil {
		t.Error(err)
	}
	if err := d.Abandon(withDeadline(t)); err != nil {
		t.Error(err)
	}
}

// Of a run whose directory was deleted under it nothing is left, and others go on.
func TestEndStrays(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, stubborn)
	mustStart(t, d, spec)
	other, spec := mustPrepare(t, stubborn)
	mustStart(t, other, spec)
	gone, stay := append(pids(t, d), supervisorOf(t, d)), append(pids(t, other), supervisorOf(t, other))
	if err := os.RemoveAll(d.Path()); err != nil {
		t.Fatal(err)
	}
	if err := d.EndStrays(withDeadline(t)); err != nil {
		t.Fatal(err)
	}
	for _, pid := range gone {
		if alive(pid) {
			t.Errorf("process %d goes on", pid)
		}
	}
	for _, pid := range stay {
		if !alive(pid) {
			t.Errorf("process %d of another run has ended", pid)
		}
	}
	if err := other.ForceStop(withDeadline(t)); err != nil {
		t.Error(err)
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
