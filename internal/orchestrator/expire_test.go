package orchestrator_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.Sweep(w.ctx)
	w.must(err)
	return n
}

// Each state lives as long as it may, and what runs never expires.
func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := w.planning("failed")
	w.must(w.PlanFailed(w.ctx, w.run(failed.RunID), nil, session.Failure{Summary: "no"}))
	draft, ready, approved := w.draft("draft"), w.ready("ready"), w.approved("approved")
	planning := w.planning("planning")
	applying, task := w.applying("applying")
	all := map[string]session.State{draft.ID: session.Draft, ready.ID: session.PlanReady, approved.ID: session.Approved,
		failed.ID: session.Failed, planning.ID: session.Planning, applying.ID: session.Applying}
	expect := func(want int, when string) {
		t.Helper()
		if n := w.sweep(); n != want {
			t.Errorf("%s: %d expired, want %d", when, n, want)
		}
		for id, state := range all {
			w.wantState(id, state)
		}
	}
	w.clock.advance(29 * time.Minute)
	expect(0, "29 minutes")
	w.clock.advance(2 * time.Minute)
	all[draft.ID] = session.Expired
	expect(1, "31 minutes")
	w.clock.advance(23*time.Hour + 20*time.Minute)
	expect(0, "23 h 51 min")
	w.clock.advance(10 * time.Minute)
	all[ready.ID], all[approved.ID], all[failed.ID] = session.Expired, session.Expired, session.Expired
	expect(3, "24 h 1 min")
	w.clock.advance(1000 * time.Hour)
	expect(0, "weeks")

	// An approved session takes its queued run along.
	if r := w.run(approved.RunID); r.Status != store.RunCancelled {
		t.Errorf("the run of an expired session is %s", r.Status)
	}
	if _, err := w.BeginApply(w.ctx, approved.RunID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("an expired session is applied: %v", err)
	}
	if actions := w.actions(draft.ID); actions[len(actions)-1] != "expire by engine" {
		t.Errorf("audit: %v", actions)
	}
	refused(t, w.Approve(w.ctx, by(dev), ready.ID, ready.Generation, ""), usererr.Conflict, "expired", "/cloud-deploy")
	w.finish(task.Run.ID, wrote(0, 1))
	w.wantState(applying.ID, session.Applied)
}

// Activity is what a life counts from.
func TestActivityPostponesExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("")
	w.clock.advance(29 * time.Minute)
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.session(s.ID)
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"))
	w.clock.advance(29 * time.Minute)
	if n := w.sweep(); n != 0 {
		t.Errorf("%d expired", n)
	}
	w.wantState(s.ID, session.Draft)
}

// Two processes sweep at once: each session expires once.
func TestSweepOfTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.join(nil, builtIn(t))
	const sessions = 30
	for range sessions {
		w.draft("")
	}
	w.clock.advance(time.Hour)
	type result struct {
		n   int
		err error
	}
	results := make(chan result, 2)
	for _, p := range []process{w.process, other} {
		go func() { n, err := p.Sweep(w.ctx); results <- result{n, err} }()
	}
	a, b := <-results, <-results
	if err := errors.Join(a.err, b.err); err != nil || a.n+b.n != sessions {
		t.Errorf("%d and %d expired, want %d, %v", a.n, b.n, sessions, err)
	}
	if n := w.count("select count(*) from audit where action = 'session.expire'"); n != sessions {
		t.Errorf("%d audit rows", n)
	}
}

// A queued run whose job died with a process gets another; a run that a host has
// begun is driven on that host.
func TestRedrive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.approved("a")
	_, task := w.applying("b")
	jobs := func(kind, queue string) int {
		return w.count("select count(*) from river_job where kind = $1 and queue = $2", kind, queue)
	}
	w.exec("delete from river_job where args->>'run_id' <> $1::text", fmt.Sprint(s.RunID))
	redriven := func(want int) {
		t.Helper()
		w.must(w.RedriveStranded(w.ctx))
		if n := jobs("apply", "runs"); n != want {
			t.Errorf("%d jobs for run %d, want %d", n, s.RunID, want)
		}
	}
	redriven(1) // its own waits
	w.exec("update river_job set state = 'running', attempted_by = '{h1,h2}', attempted_at = now()")
	redriven(1) // its host is there
	w.exec("update hosts set seen_at = now() - interval '3 minutes' where id = 'h2'")
	redriven(2)
	redriven(2)
	w.exec("delete from river_job")
	redriven(1)
	w.must(w.Redrive(w.ctx, task.Run, "h1"))
	if n := jobs("apply", "host_h1"); n != 1 {
		t.Errorf("%d jobs for host h1", n)
	}
	if n := w.applies(s.ID); n != 1 {
		t.Errorf("%d applies", n)
	}
}

// The sweep forgets what nobody will ask for.
func TestSweepForgets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := by(dev)
	req.InteractionID = "old"
	s, err := w.StartSession(w.ctx, req, orchestrator.NewSession{Project: "dev"})
	w.must(err)
	_, err = w.store.KeepDraft(w.ctx, store.FormDraft{GuildID: guild, SessionID: s.ID, UserID: "2", Kind: "vpc", Raw: map[string]string{}})
	w.must(err)
	left := func() int {
		return w.count("select (select count(*) from interactions) + (select count(*) from form_drafts)")
	}
	w.sweep()
	if n := left(); n != 2 {
		t.Errorf("%d of 2 are left at once", n)
	}
	w.exec("update interactions set received_at = now() - interval '2 hours'")
	w.exec("update form_drafts set created_at = now() - interval '2 days'")
	w.sweep()
	if n := left(); n != 0 {
		t.Errorf("%d are left for ever", n)
	}
}

// A week after its end a session's posts and what its plan was made of are gone.
// Of a session that can still be acted on everything stays.
func TestWhatEndedIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ended, living := w.ready("ended"), w.approved("living")
	planning := w.planning("planning")
	w.owed(ended.ID) // and everybody else's
	_, err := w.Cancel(w.ctx, by(dev), ended.ID, ended.Generation)
	w.must(err)
	task, err := w.BeginApply(w.ctx, living.RunID, "h1")
	w.must(err)
	posts := func(id string) int { return w.count("select count(*) from outbox where session_id = $1", id) }
	sealed := func(id string) int {
		return w.count("select count(*) from plans where session_id = $1 and octet_length(bundle) > 0 and octet_length(secrets) > 0", id)
	}
	of := func() [5]int {
		return [5]int{posts(ended.ID), sealed(ended.ID), posts(living.ID), sealed(living.ID), posts(planning.ID)}
	}
	before := of()
	if slices.Contains(before[:], 0) {
		t.Fatalf("nothing to forget: %v", before)
	}
	w.clock.advance(7*24*time.Hour - time.Hour)
	w.sweep()
	if got := of(); got != before {
		t.Errorf("too early: %v, want %v", got, before)
	}
	w.clock.advance(2 * time.Hour)
	w.sweep()
	// The lobby of the cancel was never sent, so it is owed still.
	if got, want := of(), [5]int{1, 0, before[2], before[3], before[4]}; got != want {
		t.Errorf("after a week: %v, want %v", got, want)
	}
	if l, err := w.Lobby(w.ctx, ended.ID); err != nil || l.Session.Plan.Digest.Add != 1 {
		t.Errorf("what the plan was for is gone: %v", err)
	}
	if again, err := w.BeginApply(w.ctx, task.Run.ID, "h1"); err != nil || !again.Attach {
		t.Errorf("the apply cannot be taken up: %v", err)
	}
}
