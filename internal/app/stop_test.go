package app_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// applying applies three tapes, of which one is there and two are held. The one is
// complete when all have begun: what Terraform then writes has the half made too.
func applying(w *world) discordsim.Message {
	w.t.Helper()
	if err := os.WriteFile(w.hold("there"), nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	lobby := w.deploy(w.grace, nil)
	for _, name := range []string{"a", "b", "there"} {
		w.add(w.grace, lobby, "tape", discordsim.Fields{"name": name})
	}
	w.ready(lobby, "3 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitCreated(3)
	w.release("there")
	w.await(w.threadOf(lobby), w.grace, "one of three", discordsim.Containing("tape.there: Creation complete"))
	return lobby
}

// busy is a world whose Terraform does not hear an interrupt, as if all that it has
// under way were calls of a cloud. Force stop is offered soon.
func busy(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(path, []byte("#!/bin/bash\ntrap '' INT\n'"+realTerraform(t)+"' \"$@\"\nexit $?\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return tapesIn(newWorld(t, configured(func(c *config.Config) { c.TerraformPath, c.CancelGrace = path, time.Second })), "a", "b")
}

// Cancel is one interrupt: Terraform begins nothing more and ends. What was created
// is listed, and stays in the stack.
func TestCancelListsWhatWasCreated(t *testing.T) {
	t.Parallel()
	w := tapes(t, "a", "b")
	lobby := applying(w)
	w.click(w.grace, lobby, "Cancel")
	w.lobby(lobby, "Cancelled", "1 created and kept")
	result := w.await(w.threadOf(lobby), w.grace, "the result", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	mention(t, result.Text(), "Cancelled", "**Created 1**: `tape.there`")
	if got := w.inState(); got["module.tape-there"] != 1 {
		t.Errorf("the state has %v", got)
	}
	w.release("a")
	w.release("b")
	// Terraform knows that the interrupted ones are half made: nobody is asked.
	again := w.deploy(w.grace, nil)
	w.click(w.grace, again, "Refresh")
	ready := w.ready(again, "2 to add, 0 to change, 2 to destroy")
	mention(t, ready.Text(), "-/+ tape.a", "-/+ tape.b", "half made")
	if _, ok := ready.Select("Replace when planning again"); ok {
		t.Error("it asks what is made anew")
	}
	w.approveTypingName(again)
	w.lobby(again, "Applied")
	// (Of what it knows to be half made, Terraform says nothing when it destroys it.)
	if got := w.inState(); got["module.tape-a"] != 1 || got["module.tape-b"] != 1 || got["module.tape-there"] != 1 || w.there()["tape.there"] != 1 {
		t.Errorf("the state has %v; there are %v", got, w.there())
	}
}

// Thread and lobby name what a stopping Terraform still waits for. Its exit decides:
// what was all done by then is applied.
func TestStoppingNamesWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	w := busy(t)
	lobby := applying(w)
	thread := w.threadOf(lobby)
	w.click(w.grace, lobby, "Cancel")
	two := []string{"Stopping**: waiting for 2 resources", "`tape.a`", "`tape.b`", w.grace.Mention()}
	w.await(thread, w.grace, "both", discordsim.Containing(two...))
	w.lobby(lobby, two...)
	w.release("a")
	w.await(thread, w.grace, "the one that is left", discordsim.Containing("waiting for 1 resource: `tape.b`"))
	w.lobby(lobby, "waiting for 1 resource: `tape.b`")
	w.release("b")
	w.lobby(lobby, "Applied", "3 created")
	w.exactlyOnce("tape.a", "tape.b", "tape.there")
}

// Force stop comes after the grace period, with a reason that the owner reads. What
// was cut off is named, and can be replaced.
func TestForceStopCutsOff(t *testing.T) {
	t.Parallel()
	w := busy(t)
	lobby := applying(w)
	w.click(w.grace, lobby, "Cancel")
	w.await(w.ops, w.grace, "Force stop", func(m discordsim.Message) bool {
		b, ok := m.Button("Force stop")
		return ok && !b.Disabled
	})
	in := w.click(w.ada, lobby, "Force stop")
	if in.Modal() == nil {
		t.Fatal("Force stop asks nothing")
	}
	if _, err := w.ada.Submit(w.ctx, in.Modal(), discordsim.Fields{"stack": "main", "reason": "the cloud hangs"}); err != nil {
		t.Fatal(err)
	}
	failed := w.lobby(lobby, "Stopped by force", "1 created and kept", "the cloud hangs", "`tape.a`", "`tape.b`")
	if dm, err := w.sim.AwaitDM(w.ctx, w.grace, discordsim.Containing("by force", "the cloud hangs")); err != nil || !strings.Contains(dm.Text(), w.ada.Mention()) {
		t.Errorf("the owner is not told: %v", err)
	}
	if s := w.session(); s.State != session.Failed || len(s.Failure.Unfinished) != 2 {
		t.Errorf("the session: %s, %+v", s.State, s.Failure)
	}
	w.release("a")
	w.release("b")
	menu, ok := failed.Select("Replace when planning again")
	if !ok || len(menu.Options) != 2 {
		t.Fatalf("it offers %+v", menu)
	}
	if _, err := w.grace.Choose(w.ctx, failed, "Replace when planning again", menu.Options[0].Value, menu.Options[1].Value); err != nil {
		t.Fatal(err)
	}
	w.lobby(lobby, "will be replaced because their creation was interrupted")
	w.click(w.grace, lobby, "Plan again")
	w.ready(lobby, "2 to add, 0 to change, 2 to destroy")
	w.approveTypingName(lobby)
	w.lobby(lobby, "Applied")
	w.exactlyOnce("tape.a", "tape.b", "tape.there")
}

// A plan that is cancelled is over at once, and so is its Terraform.
func TestCancelEndsARunningPlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pidFile, path := filepath.Join(dir, "pid"), filepath.Join(dir, "terraform")
	script := "#!/bin/sh\nif [ \"$1\" = plan ]; then echo $$ >'" + pidFile + ".new'; mv '" + pidFile + ".new' '" + pidFile + "'; exec sleep 300; fi\nexec '" + realTerraform(t) + "' \"$@\"\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, configured(func(c *config.Config) { c.TerraformPath = path })).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	var pid int
	w.eventually("Terraform to plan", func() bool {
		raw, err := os.ReadFile(pidFile)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(strings.TrimSpace(string(raw)))
		return err == nil
	})
	w.click(w.grace, lobby, "Cancel")
	w.lobby(lobby, "Cancelled", "nothing was changed")
	w.eventually("its Terraform to end", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
	w.eventually("its directory to be removed", func() bool {
		left, err := os.ReadDir(filepath.Join(w.conf.DataDir, "runs"))
		return err == nil && len(left) == 0
	})
	if s := w.session(); s.State != session.Cancelled {
		t.Errorf("the session is %s", s.State)
	}
}

func realTerraform(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skipf("this needs Terraform: %v", err)
	}
	return path
}

// eventually looks again and again for what a test cannot be told of.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-w.ctx.Done():
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}
