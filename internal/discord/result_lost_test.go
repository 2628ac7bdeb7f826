package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// hostLost takes from the host of w.plan and w.apply what it has under way.
func (w *world) hostLost() {
	w.t.Helper()
	for _, host := range get(w.store.HostsAtWork(w.ctx, "nobody"))(w) {
		w.must(w.orch.HostLost(w.ctx, host))
	}
}

// A run that was lost and is reported before anybody was told of it is told of once.
func TestLostAndReportedIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.settle()
	w.bot.outbox.lead(false)
	w.hostLost()
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.bot.outbox.lead(true)
	w.settle()
	told := 0
	for _, m := range thread.Messages(w.ada) {
		if strings.Contains(m.Content, "Applied") || strings.Contains(m.Content, "Host lost") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("it is told %d times", told)
	}
}

// The result of a host that reports is not taken for the one which said that the
// host is lost, also where it is looked for.
func TestReportIsNotTakenForTheLoss(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.hostLost()
	w.sees(thread, "Host lost", "-# plan 1 · host lost")
	w.settle()
	w.bot.outbox.lead(false)
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	if _, err := w.store.Pool().Exec(w.ctx, "update outbox set attempts = 1 where kind = $1 and sent_at is null", string(store.PostResult)); err != nil {
		t.Fatal(err)
	}
	w.bot.outbox.lead(true)
	w.sees(thread, "Applied", "-# plan 1 · end")
}
