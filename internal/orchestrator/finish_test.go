package orchestrator_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// How an apply ends is what Terraform's exit says, and what was asked of it.
func TestHowAnApplyEnds(t *testing.T) {
	t.Parallel()
	failure := &session.Failure{Phase: "apply", Summary: "It failed while creating vpc.main.", Resource: "vpc.main"}
	exit := func(code int) *int { return &code }
	for name, test := range map[string]struct {
		cancelled bool
		out       orchestrator.Outcome
		state     session.State
		run       store.RunStatus
		action    string
	}{
		"well":                   {false, orchestrator.Outcome{ExitCode: exit(0)}, session.Applied, store.RunSucceeded, "applied by engine"},
		"well in spite of it":    {true, orchestrator.Outcome{ExitCode: exit(0)}, session.Applied, store.RunSucceeded, "applied by engine"},
		"half-way":               {false, orchestrator.Outcome{ExitCode: exit(1), Failure: failure}, session.Failed, store.RunFailed, "apply_failed by engine"},
		"cancelled":              {true, orchestrator.Outcome{ExitCode: exit(1), Failure: failure}, session.Cancelled, store.RunCancelled, "stopped by engine"},
		"cancelled, no more":     {true, orchestrator.Outcome{ExitCode: exit(1)}, session.Cancelled, store.RunCancelled, "stopped by engine"},
		"interrupted":            {false, orchestrator.Outcome{Interrupted: true, Failure: failure}, session.Failed, store.RunInterrupted, "apply_failed by engine"},
		"interrupted, cancelled": {true, orchestrator.Outcome{Interrupted: true, Failure: failure}, session.Failed, store.RunInterrupted, "apply_failed by engine"},
		"killed with an exit":    {false, orchestrator.Outcome{ExitCode: exit(0), Interrupted: true, Failure: failure}, session.Failed, store.RunInterrupted, "apply_failed by engine"},
		"without a word":         {false, orchestrator.Outcome{ExitCode: exit(1)}, session.Failed, store.RunFailed, "apply_failed by engine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, task := w.applying("")
			if test.cancelled {
				done, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
				if w.must(err); !done.Stopping {
					t.Fatal("not stopping")
				}
			}
			w.owed(s.ID)
			out := test.out
			out.Meta, out.State = project.StateMeta{Lineage: "l", Serial: 5}, []byte("state 5")
			w.finish(task.Run.ID, out)
			got := w.wantState(s.ID, test.state)
			r := w.run(task.Run.ID)
			if r.Status != test.run || !cmp.Equal(r.ExitCode, out.ExitCode) || r.EndedAt == nil {
				t.Errorf("the run is %s with exit %v", r.Status, r.ExitCode)
			}
			if test.state == session.Failed && (got.Failure == nil || got.Failure.Summary == "") {
				t.Errorf("no reason is kept: %+v", got.Failure)
			}
			if actions := w.actions(s.ID); actions[len(actions)-1] != test.action {
				t.Errorf("audit: %v", actions)
			}
			var result store.Post
			for _, p := range w.owed(s.ID) {
				if p.Kind == store.PostResult {
					result = p
				}
			}
			if !cmp.Equal(result.MentionUsers, []string{dev.UserID}) {
				t.Errorf("the result pings %v", result.MentionUsers)
			}
			// What was created is kept, however it ended.
			if n := w.count("select state_serial from stacks"); n != 5 {
				t.Errorf("the state's serial is %d", n)
			}
			if next := w.draft(""); !cmp.Equal(next.Resources, s.Resources) {
				t.Errorf("the next session desires %v", next.Resources)
			}
		})
	}
}

// Half of it failed; one button plans again, and the plan starts from the state
// that was kept.
func TestPlanAgainAfterAFailedApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("")
	w.finish(task.Run.ID, wrote(1, 3))
	s = w.wantState(s.ID, session.Failed)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	s = w.wantState(s.ID, session.Planning)
	again, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	if err != nil || string(again.State) != "state 3" {
		t.Fatalf("%q, %v", again.State, err)
	}
	w.must(w.Planned(w.ctx, planOf(again, creates)))
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	second, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(second.Run.ID, wrote(0, 4))
	w.wantState(s.ID, session.Applied)
}

// What a failed apply was to create can be removed: it is not what others made of
// the stack meanwhile.
func TestRemoveAfterAFailedApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("web")
	w.finish(task.Run.ID, wrote(1, 3))
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"))
	s = w.session(s.ID)
	if _, there := s.Resource("vpc.main"); there || len(s.Resources) != 1 {
		t.Errorf("it desires %v", s.Resources)
	}
}

// An apply that never started changed nothing: the stack is what it was, with
// its outputs.
func TestApplyThatNeverStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, task := w.applying("")
	out := wrote(0, 1)
	out.Outputs = []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}}
	w.finish(task.Run.ID, out)

	s := w.draft("")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	s = w.planned(w.session(s.ID), creates)
	other := w.draft("")
	w.must(w.Refresh(w.ctx, by(dev), other.ID, 0))
	other = w.planned(w.session(other.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, orchestrator.Outcome{Failure: &session.Failure{Phase: "start", Summary: "Terraform could not be started. Nothing was changed."}})
	got := w.wantState(s.ID, session.Failed)
	if got.Failure.Phase != "start" || w.run(task.Run.ID).Status != store.RunFailed {
		t.Errorf("%+v", got.Failure)
	}
	l, err := w.Lobby(w.ctx, s.ID)
	w.must(err)
	if !cmp.Equal(l.Stack.Resources, first.Resources) {
		t.Errorf("the stack desires %v, which was never applied", l.Stack.Resources)
	}
	if !cmp.Equal(l.Outputs, out.Outputs) {
		t.Errorf("the stack's outputs are %v, want those of what stands: %v", l.Outputs, out.Outputs)
	}
	w.wantState(other.ID, session.PlanReady) // nothing of it changed
}

// The last state was lost with the host: the outputs of what stands are kept.
func TestInterruptedWithoutAState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, task := w.applying("")
	out := wrote(0, 1)
	out.Outputs = []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}}
	w.finish(task.Run.ID, out)
	s := w.draft("")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Summary: "The host stopped.", Interrupted: true}})
	l, err := w.Lobby(w.ctx, s.ID)
	w.must(err)
	if !cmp.Equal(l.Outputs, out.Outputs) {
		t.Errorf("outputs: %v, want %v", l.Outputs, out.Outputs)
	}
	if !cmp.Equal(l.Stack.Resources, l.Session.Resources) {
		t.Errorf("what may have been created is not desired: %v", l.Stack.Resources)
	}
}

// Nobody saw the end: what was reported before is kept, and what was under way
// then is said to be unfinished.
func TestInterruptedKeepsTheProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("")
	reported := orchestrator.Progress{Total: 3, Done: 1, Created: []string{"vpc.main"}, Working: []orchestrator.Working{{Address: "module.database-db.terraform_data.this", Label: "database.db", Action: "create"}}}
	w.must(w.Report(w.ctx, task.Run, reported))
	w.finish(task.Run.ID, orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true, Summary: "The host stopped."}})
	want := reported
	want.Working = nil
	if got := orchestrator.ProgressOf(w.run(task.Run.ID)); !cmp.Equal(got, want) {
		t.Errorf("progress: %+v, want %+v", got, want)
	}
	s = w.wantState(s.ID, session.Failed)
	if !cmp.Equal(s.Failure.Unfinished, []string{"module.database-db.terraform_data.this"}) || s.Failure.Summary != "The host stopped." {
		t.Errorf("%+v", s.Failure)
	}
}

// Posts cover every line once, those of the run's end included.
func TestPostsCoverEveryLineOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines int
		owe   []int
	}{{0, nil}, {3, nil}, {10, []int{10}}, {47, []int{10, 20, 20, 23, 15, 0}}, {25, []int{25, 25}}, {41, []int{10}}} {
		t.Run(fmt.Sprint(test.lines, test.owe), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, task := w.applying("")
			var lines []store.Line
			for i := range test.lines {
				lines = append(lines, store.Line{EndOffset: int64(i + 1), Text: fmt.Sprint(i + 1)})
			}
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
				_, err := tx.AppendLines(w.ctx, task.Run.ID, task.Run.Fence, lines)
				return err
			}))
			for _, to := range test.owe {
				w.must(w.OweLines(w.ctx, task.Run, to))
			}
			w.finish(task.Run.ID, wrote(0, 1))
			w.must(w.OweLines(w.ctx, task.Run, test.lines+5)) // too late: the end owed it all
			next := 1
			posts := w.owed(s.ID)
			var thread []string
			for _, p := range posts {
				if p.Lane == store.ThreadLane(s.ID) {
					thread = append(thread, string(p.Kind))
				}
				if p.Kind != store.PostLines {
					continue
				}
				if *p.FromSeq != next || *p.ToSeq < *p.FromSeq {
					t.Fatalf("a post covers %d to %d, want from %d", *p.FromSeq, *p.ToSeq, next)
				}
				next = *p.ToSeq + 1
			}
			if next != test.lines+1 {
				t.Errorf("%d of %d lines are covered", next-1, test.lines)
			}
			if thread[0] != "thread" || thread[len(thread)-1] != "result" {
				t.Errorf("the thread gets %v: it opens first, and the result comes last", thread)
			}
		})
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("")
	w.owed(s.ID)
	p := orchestrator.Progress{Total: 3, Done: 1, Working: []orchestrator.Working{{Label: "vpc.main", Action: "create"}}}
	w.must(w.Report(w.ctx, task.Run, orchestrator.Progress{Total: 3}))
	w.must(w.Report(w.ctx, task.Run, p))
	if got := orchestrator.ProgressOf(w.run(task.Run.ID)); !cmp.Equal(got, p) {
		t.Errorf("progress: %+v", got)
	}
	if got := kinds(w.owed(s.ID)); !cmp.Equal(got, []string{"lobby", "progress"}) {
		t.Errorf("two reports owe %v", got)
	}
	if got := orchestrator.ProgressOf(store.Run{}); !cmp.Equal(got, orchestrator.Progress{}) {
		t.Errorf("progress of nothing: %+v", got)
	}
}

// What an apply has done is told of after a later plan and a cancel, too; one
// whose Terraform never ran has done nothing.
func TestLobbyKnowsTheLastApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lastApply := func(id string) *store.Run {
		l, err := w.Lobby(w.ctx, id)
		w.must(err)
		return l.LastApply
	}
	s := w.approved("")
	if r := lastApply(s.ID); r != nil {
		t.Fatalf("before the first: %+v", r)
	}
	task, err := w.BeginApply(w.ctx, s.RunID, "h1")
	w.must(err)
	if r := lastApply(s.ID); r == nil || r.ID != task.Run.ID {
		t.Fatalf("while it runs: %+v", r)
	}
	out := wrote(1, 1)
	out.Progress = orchestrator.Progress{Total: 2, Done: 1, Created: []string{"vpc.main"}}
	w.finish(task.Run.ID, out)
	s = w.session(s.ID)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	again, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(again.Run.ID, orchestrator.Outcome{Failure: &session.Failure{Phase: "start", Summary: "no"}})
	s = w.session(s.ID)
	_, err = w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	if r := lastApply(s.ID); r == nil || !cmp.Equal(orchestrator.ProgressOf(*r), out.Progress) {
		t.Errorf("after plan again and cancel: %+v", r)
	}
}
