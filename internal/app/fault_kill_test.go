package app_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Whenever the bot is killed while Terraform runs, each line is in the thread once, and in order.
func TestBotIsKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	bot := w.launch()
	w.project()
	lobby := w.planned("3 to add", "vpc", "compute_vm", "database")
	thread := w.creating(lobby, "vpc.main") // killed before, it would say that nothing was started
	for range 3 {
		time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond) // any moment
		bot.kill()
		bot = w.launch()
	}
	w.ended(thread)
	w.lobby(lobby, "Applied")
	w.readStore = w.openStore()
	if s := w.session(); s.State != session.Applied {
		t.Errorf("the session is %s", s.State)
	}
	w.createdOnce("vpc.main", "compute_vm.web", "database.db")
	w.linesOnce(thread)
}

// linesOnce asserts that a thread has each line of the newest session's run once.
func (w *world) linesOnce(thread *discordsim.Channel) {
	w.t.Helper()
	s := w.session()
	lines, err := w.store().Lines(w.ctx, s.RunID, 1, 1<<30, 100000)
	if err != nil || len(lines) == 0 {
		w.t.Fatalf("no lines are stored: %v", err)
	}
	run := appliedRun{ID: s.RunID, Generation: s.Generation}
	for _, l := range lines {
		run.Lines = append(run.Lines, l.Text)
	}
	shown := readThread(thread.Messages(w.ada), run)
	for _, fault := range append(shown.missing, shown.doubled...) {
		w.t.Error(fault)
	}
	if shown.results != 1 {
		w.t.Errorf("the result is posted %d times", shown.results)
	}
}
