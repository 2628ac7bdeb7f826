package orchestrator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// atWork is what a host has under way.
func (w *world) atWork(id string) store.HostAtWork {
	w.t.Helper()
	hosts, err := w.store.HostsAtWork(w.ctx, "nobody")
	w.must(err)
	for _, h := range hosts {
		if h.ID == id {
			return h
		}
	}
	return store.HostAtWork{ID: id}
}

// lost brings a stack to where the host of its apply is lost, half way.
func (w *world) lost(stack string) (session.Session, orchestrator.ApplyTask) {
	w.t.Helper()
	s, task := w.applying(stack)
	w.must(w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: 1}, []byte("state 1")))
	w.must(w.Report(w.ctx, task.Run, orchestrator.Progress{Total: 2, Done: 1, Created: []string{"vpc.main"}, Working: []orchestrator.Working{{Address: halfDatabase, Label: "database.db", Action: "create"}}}))
	w.owed(s.ID)
	w.must(w.HostLost(w.ctx, w.atWork("h1")))
	return w.wantState(s.ID, session.Failed), task
}

// What a silent host planned is planned elsewhere; what it applied fails with what
// is known, and keeps its stack.
func TestHostLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	planning := w.planning("a")
	late, err := w.BeginPlan(w.ctx, planning.RunID, "h1")
	w.must(err)
	w.exec("delete from river_job")
	s, task := w.lost("b")

	if r := w.run(planning.RunID); r.Status != store.RunQueued || r.HostID != nil || r.Attempt != 2 {
		t.Errorf("the plan is %s, attempt %d", r.Status, r.Attempt)
	}
	if n := w.count("select count(*) from river_job where args->>'run_id' = $1::text", fmt.Sprint(planning.RunID)); n != 1 {
		t.Errorf("%d jobs for it", n)
	}
	exit := 1
	if err := w.PlanFailed(w.ctx, late.Run, &exit, session.Failure{Phase: "plan", Summary: "late"}); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("the late plan has failed while it is queued again: %v", err)
	}
	again, err := w.BeginPlan(w.ctx, planning.RunID, "h2")
	w.must(err)
	for what, err := range map[string]error{
		"planned": w.Planned(w.ctx, planOf(late, creates)),
		"failed":  w.PlanFailed(w.ctx, late.Run, &exit, session.Failure{Phase: "plan", Summary: "late"}),
		"lost":    w.PlanLost(w.ctx, late.Run.ID, "h1"),
	} {
		if !errors.Is(err, orchestrator.ErrNothingToDo) {
			t.Errorf("the late plan has %s: %v", what, err)
		}
	}
	w.must(w.Planned(w.ctx, planOf(again, creates)))

	if r := w.run(task.Run.ID); r.Status != store.RunLost || r.EndedAt != nil {
		t.Errorf("the apply is %s", r.Status)
	}
	if f := s.Failure; !f.Interrupted || !slices.Equal(f.Unfinished, []string{halfDatabase}) || !containsAll(f.Summary+f.Detail, "h1", "an admin", "stays locked") {
		t.Errorf("the failure: %+v", f)
	}
	if posts := kinds(w.owed(s.ID)); !slices.Equal(posts, []string{"lobby", "result"}) {
		t.Errorf("it owes %v", posts)
	}
	if row := w.audited("session.host_lost"); row.Actor != store.Engine || !strings.Contains(string(row.Before), "APPLYING") {
		t.Errorf("the audit: %+v", row)
	}
	w.unchanged(s.ID, func() { w.must(w.HostLost(w.ctx, w.atWork("h1"))) })
}

// A host that was heard of since it was looked at keeps what it has.
func TestHostIsHeardOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("a")
	looked := w.atWork("h1")
	w.must(w.store.HostSeen(w.ctx, "h1"))
	w.must(w.HostLost(w.ctx, looked))
	w.wantState(s.ID, session.Applying)
	if r := w.run(task.Run.ID); r.Status != store.RunRunning {
		t.Errorf("the run is %s", r.Status)
	}
}

// While a host is lost its stack can be planned, and neither approved nor changed
// by hand; ending the session that failed does not free it.
func TestLostHostKeepsItsStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.lost("web")
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	again := w.planned(w.session(s.ID), creates)
	other := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(other, "bucket", "files")))
	other = w.planned(w.session(other.ID), creates)
	refusedToApprove := func(s session.Session) {
		t.Helper()
		w.unchanged(s.ID, func() {
			err := w.Approve(w.ctx, by(dev), s.ID, s.Generation, "")
			refused(t, err, usererr.Denied, "`web` is locked", "host h1", "/cloud-unlock")
		})
		if l, err := w.Lobby(w.ctx, s.ID); err != nil || len(l.Closed) != 1 {
			t.Errorf("its lobby says %v, %v", l.Closed, err)
		}
	}
	refusedToApprove(other)
	refusedToApprove(again)
	err := w.PushState(w.ctx, orchestrator.Mending{GuildID: guild, Project: "dev", Stack: "web", Operator: "root", Reason: "x"}, project.StateMeta{Lineage: "l", Serial: 9}, []byte("{}"), true)
	refused(t, err, usererr.Conflict, "host h1 is lost", "Nothing was changed")
	_, err = w.Cancel(w.ctx, by(dev), again.ID, again.Generation)
	w.must(err)
	if r := w.run(task.Run.ID); r.Status != store.RunLost {
		t.Errorf("with its session cancelled the lost apply is %s", r.Status)
	}
	refusedToApprove(other)

	w.clock.advance(3 * time.Minute)
	found, err := w.LostApply(w.ctx, by(owner), "dev", "web")
	w.must(err)
	_, err = w.Unlock(w.ctx, by(owner), found.Session, found.Generation, "web", "its machine burnt down")
	w.must(err)
	if r := w.run(task.Run.ID); r.Status != store.RunInterrupted || r.EndedAt == nil {
		t.Errorf("unlocked, the lost apply is %s", r.Status)
	}
	w.wantState(again.ID, session.Cancelled)
	other = w.session(other.ID)
	w.must(w.Approve(w.ctx, by(dev), other.ID, other.Generation, ""))
}

// A host that comes back goes on with what it lost, and its report frees the
// stack: with its state, and with what it means for the sessions.
func TestLostHostReports(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		out    orchestrator.Outcome
		status store.RunStatus
		says   string
	}{
		"it had finished": {wrote(0, 3), store.RunSucceeded, "had finished all of it"},
		"it had failed":   {wrote(1, 3), store.RunFailed, "It failed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, first := w.lost("web")
			other := w.draft("web")
			w.must(w.PutResource(w.ctx, by(dev), form(other, "bucket", "files")))
			other = w.planned(w.session(other.ID), creates)

			task, err := w.BeginApply(w.ctx, first.Run.ID, "h1")
			if w.must(err); !task.Attach || task.Run.Fence != first.Run.Fence+1 {
				t.Fatalf("taken up: %+v", task.Run)
			}
			if _, err := w.BeginApply(w.ctx, first.Run.ID, "h2"); !errors.Is(err, orchestrator.ErrNothingToDo) {
				t.Errorf("another host takes it up: %v", err)
			}
			if err := w.SaveState(w.ctx, first.Run, project.StateMeta{Lineage: "l", Serial: 2}, []byte("state 2")); !errors.Is(err, store.ErrFenced) {
				t.Errorf("its former driver writes: %v", err)
			}
			if _, err := w.FinishApply(w.ctx, first.Run, test.out); !errors.Is(err, store.ErrFenced) {
				t.Errorf("its former driver reports: %v", err)
			}
			w.must(w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: 2}, []byte("state 2")))
			w.owed(s.ID)
			_, err = w.FinishApply(w.ctx, task.Run, test.out)
			w.must(err)

			if r := w.run(task.Run.ID); r.Status != test.status || r.EndedAt == nil {
				t.Errorf("the run is %s", r.Status)
			}
			if got := w.wantState(s.ID, session.Failed); !strings.Contains(got.Failure.Summary, test.says) {
				t.Errorf("the session says %+v", got.Failure)
			}
			if posts := kinds(w.owed(s.ID)); !slices.Equal(posts, []string{"lobby", "result"}) {
				t.Errorf("it owes %v", posts)
			}
			l, err := w.Lobby(w.ctx, s.ID)
			if w.must(err); l.Stack.State.Serial != 3 || len(l.Closed) != 0 {
				t.Errorf("the stack is at %+v, closed: %v", l.Stack.State, l.Closed)
			}
			w.wantState(other.ID, session.Planning)
			if _, err := w.FinishApply(w.ctx, task.Run, test.out); !errors.Is(err, orchestrator.ErrNothingToDo) {
				t.Errorf("reported twice: %v", err)
			}
		})
	}
}

// The session that was planned again meanwhile is planned anew when its host
// reports.
func TestLostHostReportsAfterPlanAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.lost("web")
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	again := w.planned(w.session(s.ID), creates)
	task, err := w.BeginApply(w.ctx, task.Run.ID, "h1")
	w.must(err)
	if !slices.Equal(task.Secrets, []string{"hunter2"}) || string(task.State) != "state 1" || task.Total != 1 {
		t.Errorf("the task has the secrets %q, the state %q and %d resources", task.Secrets, task.State, task.Total)
	}
	_, err = w.FinishApply(w.ctx, task.Run, wrote(0, 2))
	w.must(err)
	if got := w.wantState(s.ID, session.Planning); got.Generation != again.Generation+1 {
		t.Errorf("generation %d", got.Generation)
	}
}

// halfDatabase is what was under way when the host of w.lost was lost.
const halfDatabase = "module.database-db.terraform_data.this"

// left is what is known of a lost apply: what it left unfinished, by the session
// and by the stack, and what it had created.
func (w *world) left(s session.Session, run store.Run) (bySession, byStack, created []string) {
	w.t.Helper()
	return w.session(s.ID).Failure.Unfinished, w.stackOf(s).Unfinished, orchestrator.ProgressOf(w.run(run.ID)).Created
}

// What a lost apply had under way stays known however its stack gets free: by an
// admin's word, or by the report of a host that comes back without the directory.
func TestLostAndWhatItLeft(t *testing.T) {
	t.Parallel()
	const more = "module.vpc-other.terraform_data.this"
	gone := orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true, Summary: "The directory is gone."}}
	stopped := gone
	stopped.Progress = orchestrator.Progress{Total: 2, Done: 2, Created: []string{"vpc.main", halfDatabase}}
	unlock := func(w *world, s session.Session, _ store.Run) {
		w.clock.advance(3 * time.Minute)
		_, err := w.Unlock(w.ctx, by(owner), s.ID, s.Generation, "web", "")
		w.must(err)
		if row := w.audited("stack.unlock"); !strings.Contains(string(row.After), halfDatabase) {
			w.t.Errorf("the audit: %s", row.After)
		}
	}
	attach := func(w *world, run store.Run) store.Run {
		task, err := w.BeginApply(w.ctx, run.ID, "h1")
		w.must(err)
		return task.Run
	}
	for name, test := range map[string]struct {
		then       func(w *world, s session.Session, run store.Run)
		unfinished []string
		created    []string
	}{
		"unlocked": {unlock, []string{halfDatabase}, []string{"vpc.main"}},
		"back for a moment, and unlocked": {func(w *world, s session.Session, run store.Run) {
			w.must(w.Report(w.ctx, attach(w, run), orchestrator.Progress{Total: 2, Done: 1, Created: []string{"vpc.main"},
				Working: []orchestrator.Working{{Address: more, Label: "vpc.other", Action: "create"}}}))
			unlock(w, s, run)
		}, []string{halfDatabase, more}, []string{"vpc.main"}},
		"reported without its directory": {func(w *world, _ session.Session, run store.Run) {
			_, err := w.FinishApply(w.ctx, attach(w, run), gone)
			w.must(err)
		}, []string{halfDatabase}, []string{"vpc.main"}},
		"reported, with what came after": {func(w *world, _ session.Session, run store.Run) {
			_, err := w.FinishApply(w.ctx, attach(w, run), stopped)
			w.must(err)
		}, nil, []string{"vpc.main", halfDatabase}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, task := w.lost("web")
			test.then(w, s, task.Run)
			bySession, byStack, created := w.left(s, task.Run)
			if !slices.Equal(bySession, test.unfinished) || !slices.Equal(byStack, test.unfinished) || !slices.Equal(created, test.created) {
				t.Errorf("the session names %q, the stack %q; created are %q", bySession, byStack, created)
			}
		})
	}
}

// A run that has begun is attached to and reports although its plan cannot be opened
// any more, as only its host knows how it ends; nothing that it says is shown. One
// that has not begun is not applied: its plan is made again.
func TestPlanThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting := w.approved("api")
	s, lost := w.lost("web")
	w.exec("update plans set bundle = '', secrets = ''")
	task, err := w.BeginApply(w.ctx, lost.Run.ID, "h1")
	if w.must(err); !task.Attach || !task.Sealed || string(task.State) != "state 1" {
		t.Errorf("attached: %+v", task)
	}
	_, err = w.FinishApply(w.ctx, task.Run, wrote(0, 2))
	w.must(err)
	if r := w.run(lost.Run.ID); r.Status != store.RunSucceeded {
		t.Errorf("the run of %s is %s", s.ID, r.Status)
	}
	if _, err := w.BeginApply(w.ctx, waiting.RunID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("the one that waits: %v", err)
	}
	w.wantState(waiting.ID, session.Planning)
	if r := w.run(waiting.RunID); r.Status != store.RunSuperseded {
		t.Errorf("its run is %s", r.Status)
	}
}
