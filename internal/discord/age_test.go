package discord

import (
	"net/http"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// later sets Discord's clock forward, and lets the bot see it.
func (w *world) later(by time.Duration) {
	w.t.Helper()
	w.sim.Faults().Advance(by)
	w.must(w.bot.whoAmI(w.ctx))
}

// leaves waits until a message is gone.
func (w *world) leaves(c *discordsim.Channel, id string) {
	w.t.Helper()
	w.until(func() bool {
		_, there := c.Message(w.ada, id)
		return !there
	})
}

// What is older than an hour is posted anew, and the old one taken away; the lobby
// that a thread started from tells where the new one is. A last word is said where
// the others were.
func TestOldMessagesArePostedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	first := w.planned()
	w.later(time.Hour + time.Minute)
	get(w.ada.Click(w.ctx, *first, "Refresh"))(w)
	w.lobby("Planning", "plan 2") // the old one may leave for what was drawn before
	w.leaves(w.ops, first.ID)
	w.plan(creates("vpc.main"))
	second := w.lobby("Plan ready", "plan 2")
	w.settle()
	if again := w.lobby("Plan ready", "plan 2"); again.ID != second.ID {
		t.Error("a lobby of some minutes was posted anew")
	}

	run := w.approved(second)
	w.reports(run, nil, "vpc.main")
	thread := w.thread()
	progress := w.sees(thread, "0 of 1 resource", "vpc.main", "-# plan 2")
	w.lobby("Applying")
	w.later(time.Hour + time.Minute)
	w.reports(run, []string{"vpc.main"})
	redrawn := w.sees(thread, "1 of 1 resource", "-# plan 2")
	w.leaves(thread, progress.ID)
	third := w.lobby("1 of 1")
	pointer := w.sees(w.ops, "This deployment's lobby is further down", third.ID)
	if pointer.ID != second.ID || len(pointer.Components)+len(pointer.Embeds) != 0 {
		t.Errorf("the lobby that the thread started from shows %s", pointer.Text())
	}
	w.settle() // what is drawn later is older than an hour again

	w.later(time.Hour + time.Minute)
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	if last := w.lobby("Applied"); last.ID != third.ID {
		t.Error("the last word is said elsewhere")
	}
	if last := w.sees(thread, "1 of 1 resource", "took"); last.ID != redrawn.ID {
		t.Error("the last progress is another message")
	}
}

// A thread opens from a lobby while that is being posted anew: it is not taken away.
func TestThreadOpensWhileItsLobbyIsPostedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	old := w.planned()
	get(w.ada.Click(w.ctx, *old, "Approve & Deploy"))(w)
	w.lobby("Approved")
	w.settle()
	w.sim.Faults().On("PATCH", "/channels/*/messages/"+old.ID, discordsim.Fault{Delay: 3 * time.Second, Status: 400, Code: 30046}, 1)
	w.apply()
	if thread := w.thread(); thread.ID != old.ID {
		t.Fatalf("the thread %s did not start from the lobby %s", thread.ID, old.ID)
	}
	if pointer := w.sees(w.ops, "This deployment's lobby is further down"); pointer.ID != old.ID {
		t.Errorf("another message tells where the lobby is: %s", pointer.Text())
	}
}

// How old a message is tells Discord's clock, whatever it is here.
func TestAge(t *testing.T) {
	t.Parallel()
	const old = "1574176096302137348"
	var c clock
	if age := c.age(old); age != 0 {
		t.Errorf("before Discord has said anything it is %s old", age)
	}
	c.note(http.Header{"Date": {madeAt(old).Add(2 * time.Hour).UTC().Format(http.TimeFormat)}})
	c.note(http.Header{"Date": {"yesterday"}})
	if age := c.age(old); age.Round(time.Minute) != 2*time.Hour {
		t.Errorf("it is %s old", age)
	}
}
