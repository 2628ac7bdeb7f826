package discord

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// refusals are the requests that Discord refused in a way that it counts.
func (w *world) refusals() int {
	s := w.sim.Stats()
	return s.Status(http.StatusUnauthorized) + s.Status(http.StatusForbidden) + s.Status(http.StatusTooManyRequests)
}

// A channel that is closed to the bot is tried once. Whose deployment is there is
// told once, directly, and what is owed goes there again once a command is used in
// it and the bot may write.
func TestClosedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.settle()
	w.ops.Deny(w.self, discordsim.SendMessagesInThreads)
	for i := range 5 {
		w.prints(run, store.Line{Kind: "info", Text: "into the void"})
		w.given(i + 1)
	}
	told := w.sees(w.ada.DM(w.app), "I cannot post about your deployment", "/cloud-show project:dev stack:main")
	if n := w.refusals(); n != 1 {
		t.Errorf("%d requests were refused, want one", n)
	}
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil)) // it is not open yet
	w.prints(run, store.Line{Kind: "info", Text: "into the void"})
	w.given(6)
	if n := w.refusals(); n != 1 {
		t.Errorf("%d requests were refused, want one", n)
	}

	w.ops.Allow(w.self, discordsim.SendMessagesInThreads)
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil))
	w.opened()
	w.prints(run, store.Line{Kind: "info", Text: "heard again"})
	w.sees(thread, "… 6 lines went by", "heard again")
	w.settle()
	if n := len(w.ada.DM(w.app).Messages(w.ada)); n != 1 {
		t.Errorf("ada was told %d times: %s", n, told.Content)
	}
}

// given waits until so many posts with lines are given up.
func (w *world) given(want int) {
	w.t.Helper()
	w.until(func() bool {
		var n int
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from outbox where kind = 'lines' and dead_at is not null").Scan(&n))
		return n == want
	})
}

// opened waits until no channel is shut.
func (w *world) opened() {
	w.t.Helper()
	w.until(func() bool {
		var n int
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from shut_channels").Scan(&n))
		return n == 0
	})
}

// A channel that is closed is tried again in a while, and found to be open.
func TestClosedChannelIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.ops.Deny(w.self, discordsim.SendMessagesInThreads)
	w.prints(run, store.Line{Kind: "info", Text: "into the void"})
	w.given(1)
	w.ops.Allow(w.self, discordsim.SendMessagesInThreads)
	if _, err := w.store.Pool().Exec(w.ctx, "update shut_channels set next_try = now()"); err != nil {
		t.Fatal(err)
	}
	w.prints(run, store.Line{Kind: "info", Text: "heard again"})
	w.sees(thread, "heard again")
	w.opened()
}

// Where the channel of a deployment is deleted, nothing is sent there but one
// request, and admins are told that something was given up.
func TestDeletedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	admins := w.guild.NewTextChannel("admins")
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-settings", discordsim.Args{"requests_channel": admins}))
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.settle()
	thread.Delete()
	w.ops.Delete()
	w.prints(run, store.Line{Kind: "info", Text: "into the void"})
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.sees(w.ada.DM(w.app), "I cannot post about your deployment")
	w.sees(admins, "could not be posted and was given up", "messages")
	w.settle()
	if n := w.sim.Stats().Status(http.StatusNotFound); n != 2 { // the thread and its parent
		t.Errorf("%d requests to channels that are gone", n)
	}
	if n := len(admins.Messages(w.boss)); n != 1 {
		t.Errorf("admins were told %d times", n)
	}
}

// Where files are not allowed, or too large, the result comes without, and says
// where the log is.
func TestResultWithoutItsLog(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(w *world){
		"no files": func(w *world) { w.ops.Deny(w.self, discordsim.AttachFiles) },
		"too large": func(w *world) {
			w.sim.Faults().On("POST", "/channels/"+w.thread().ID+"/messages", discordsim.Fault{Status: 413, Code: codeTooLarge}, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			run := w.approved(w.planned())
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.prints(run, store.Line{Kind: "info", Text: "line"})
			w.sees(thread, "lines 1 to 1")
			refuse(w)
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
			result := w.sees(thread, "Applied", "The log could not be attached here.", "kept in the engine's database", "-# plan 1 · end")
			if len(result.Attachments) != 0 || strings.Contains(result.Content, "parts") {
				t.Errorf("the result: %s", result.Content)
			}
		})
	}
}
