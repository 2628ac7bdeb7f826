package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// tape is a kind whose creation lasts while a file tells it to. It counts what it
// makes, and what it destroys.
var tape = map[string]string{
	"main.tf": `# Tape
# Is wound while somebody holds it.
resource "terraform_data" "this" {
  input = { name = var.name, counter = var.sandbox_counter }
  provisioner "local-exec" {
    command     = "echo \"tape.$NAME\" >> \"$COUNTER\"; while [ -e \"$COUNTER.hold.$NAME\" ]; do sleep 0.1; done"
    environment = { NAME = var.name, COUNTER = var.sandbox_counter }
  }
  provisioner "local-exec" {
    when        = destroy
    command     = "echo \"gone.$NAME\" >> \"$COUNTER\""
    environment = { NAME = self.input.name, COUNTER = self.input.counter }
  }
}
`,
	"variables.tf": `variable "name" {
  description = "Name of the resource in its stack."
  type        = string
}
variable "region" {
  description = "Region in which it is created."
  type        = string
}
variable "sandbox_counter" {
  description = "A file that gets a line for each creation."
  type        = string
}
`,
}

// tapes is a world with the kind, in which the named ones are held.
func tapes(t *testing.T, held ...string) *world {
	t.Helper()
	return tapesIn(newWorld(t), held...)
}

// tapesIn adds the kind to a world, and starts it.
func tapesIn(w *world, held ...string) *world {
	t := w.t
	t.Helper()
	dir := t.TempDir()
	for name, text := range tape {
		path := filepath.Join(dir, "sandbox", "tape", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w.conf.Templates = dir
	for _, name := range held {
		if err := os.WriteFile(w.hold(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w.start().project()
}

func (w *world) hold(name string) string { return w.counter + ".hold." + name }

func (w *world) release(name string) {
	w.t.Helper()
	if err := os.Remove(w.hold(name)); err != nil {
		w.t.Fatal(err)
	}
}

// there counts, by label, what was made and not destroyed since.
func (w *world) there() map[string]int {
	there := map[string]int{}
	for label, n := range w.created() {
		if name, gone := strings.CutPrefix(label, "gone."); gone {
			there["tape."+name] -= n
		} else {
			there[label] += n
		}
	}
	return there
}

// inState counts, by module, the objects in the state that is kept of the session's
// stack.
func (w *world) inState() map[string]int {
	w.t.Helper()
	var raw []byte
	err := w.store().InTx(w.ctx, func(tx *store.Tx) (err error) {
		raw, err = tx.State(w.ctx, w.session().StackID)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Module    string `json:"module"`
			Instances []any  `json:"instances"`
		} `json:"resources"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &state); err != nil {
			w.t.Fatal(err)
		}
	}
	objects := map[string]int{}
	for _, r := range state.Resources {
		objects[r.Module] += len(r.Instances)
	}
	return objects
}

// terraform finds Terraform itself, at work in this world's apply.
func (w *world) terraform() int {
	w.t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, link := range links {
		dir, _ := os.Readlink(link)
		raw, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "cmdline"))
		args := strings.Split(string(raw), "\x00")
		if strings.HasPrefix(dir, w.conf.DataDir) && len(args) > 1 && filepath.Base(args[0]) == "terraform" && args[1] == "apply" {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			if err != nil {
				w.t.Fatal(err)
			}
			return pid
		}
	}
	w.t.Fatal("no Terraform applies")
	return 0
}

// killed applies two tapes and kills Terraform in the middle of slow, when quick is
// there: the state has slow too, untainted, as Terraform writes all that it knows.
func (w *world) killed() discordsim.Message {
	w.t.Helper()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "tape", discordsim.Fields{"name": "slow"})
	w.add(w.grace, lobby, "tape", discordsim.Fields{"name": "quick"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitCreated(2)
	w.release("quick")
	w.await(w.threadOf(lobby), w.grace, "one of two", discordsim.Containing("tape.quick: Creation complete"))
	at := time.Now()
	if err := syscall.Kill(w.terraform(), syscall.SIGKILL); err != nil {
		w.t.Fatal(err)
	}
	failed := w.lobby(lobby, "Interrupted", "1 created and kept", "An apply was interrupted while it made `tape.slow`")
	w.t.Logf("the lobby said so %s after the kill", time.Since(at).Round(time.Millisecond))
	if s := w.session(); s.State != session.Failed || !s.Failure.Interrupted || len(s.Failure.Unfinished) != 1 {
		w.t.Errorf("the session: %s, %+v", s.State, s.Failure)
	}
	if got := w.inState(); got["module.tape-slow"] != 1 || got["module.tape-quick"] != 1 {
		w.t.Fatalf("the state has %v", got)
	}
	w.release("slow")
	return failed
}

// tick chooses what is made anew, and waits until the lobby shows it.
func (w *world) tick(lobby discordsim.Message, values ...any) {
	w.t.Helper()
	if _, err := w.grace.Choose(w.ctx, w.newest(lobby), "Replace when planning again", values...); err != nil {
		w.t.Fatal(err)
	}
	w.lobby(lobby, "`tape.slow` will be replaced because its creation was interrupted")
}

const slowTape = "module.tape-slow.terraform_data.this"

// exactlyOnce checks that there is one of each, in the state and outside of it.
func (w *world) exactlyOnce(labels ...string) {
	w.t.Helper()
	there, state := w.there(), w.inState()
	for _, label := range labels {
		if module := "module." + strings.Replace(label, ".", "-", 1); there[label] != 1 || state[module] != 1 {
			w.t.Errorf("%s: %d are there, %d in the state", label, there[label], state[module])
		}
	}
	if len(state) != len(labels) {
		w.t.Errorf("the state has %v", state)
	}
}

// Terraform is killed in the middle of a resource, which the state then takes for
// complete. Ticked, it is made anew by the next plan, once, and nothing else is.
func TestTerraformIsKilledAndTheHalfMadeIsReplaced(t *testing.T) {
	t.Parallel()
	w := tapes(t, "slow", "quick")
	lobby := w.killed()
	w.tick(lobby, slowTape)
	w.click(w.grace, lobby, "Plan again")
	ready := w.ready(lobby, "1 to add, 0 to change, 1 to destroy")
	mention(t, ready.Text(), "-/+ tape.slow (its replacement was asked for)", "`tape.slow` will be replaced because its creation was interrupted")
	before := w.created()
	if before["gone.slow"] != 0 || before["tape.slow"] != 1 {
		t.Fatalf("something was done without an approval: %v", before)
	}
	w.approveTypingName(lobby)
	w.lobby(lobby, "Applied")
	w.exactlyOnce("tape.slow", "tape.quick")
	if c := w.created(); c["tape.slow"] != 2 || c["gone.slow"] != 1 || c["tape.quick"] != 1 || c["gone.quick"] != 0 {
		t.Errorf("made and destroyed: %v", c)
	}
	again := w.deploy(w.grace, nil)
	w.click(w.grace, again, "Refresh")
	if got := w.lobby(again, "Nothing to do"); strings.Contains(got.Text(), "interrupted") {
		t.Errorf("it is settled:\n%s", got.Text())
	}
}

// Not ticked, it is what Terraform takes it for. It can still be ticked then.
func TestTerraformIsKilledAndTheHalfMadeIsLeft(t *testing.T) {
	t.Parallel()
	w := tapes(t, "slow", "quick")
	lobby := w.killed()
	w.click(w.grace, lobby, "Plan again")
	w.lobby(lobby, "Nothing to do", "An apply was interrupted while it made `tape.slow`")
	w.tick(lobby, slowTape)
	mention(t, w.ready(lobby, "1 to add, 0 to change, 1 to destroy").Text(), "-/+ tape.slow")
	w.approveTypingName(lobby)
	w.lobby(lobby, "Applied")
	w.exactlyOnce("tape.slow", "tape.quick")
}

// What is in no state is created anyway, ticked or not.
func TestTerraformIsKilledBeforeTheStateKnows(t *testing.T) {
	t.Parallel()
	w := tapes(t, "slow")
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "tape", discordsim.Fields{"name": "slow"})
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitCreated(1)
	w.await(w.threadOf(lobby), w.grace, "the resource", discordsim.Containing("tape.slow: Creating"))
	if err := syscall.Kill(w.terraform(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.lobby(lobby, "Interrupted", "nothing was completed", "`tape.slow`")
	w.release("slow")
	if got := w.inState(); len(got) > 0 {
		t.Fatalf("the state has %v", got)
	}
	w.tick(lobby, slowTape)
	w.click(w.grace, lobby, "Plan again")
	ready := w.ready(lobby, "1 to add, 0 to change, 0 to destroy")
	if strings.Contains(ready.Text(), "will be replaced") {
		t.Errorf("there is nothing to replace:\n%s", ready.Text())
	}
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied")
	if got := w.inState(); got["module.tape-slow"] != 1 || len(got) != 1 {
		t.Errorf("the state has %v", got)
	}
}
