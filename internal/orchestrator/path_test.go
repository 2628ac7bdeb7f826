package orchestrator_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The main path: what each step leaves in the session, the queue, the outbox and
// the audit.
func TestMainPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("")
	if got := kinds(w.owed(s.ID)); !slices.Equal(got, []string{"lobby"}) {
		t.Errorf("the start owes %v", got)
	}
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.wantState(s.ID, session.Planning)
	if n := w.count("select count(*) from river_job where kind = 'plan' and queue = 'runs' and (args->>'run_id')::bigint = $1", s.RunID); n != 1 {
		t.Fatalf("%d plan jobs for run %d", n, s.RunID)
	}

	task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	if task.State != nil || task.ConfigHash == "" || len(task.Files[catalog.RootFile]) == 0 || task.StateMeta != (project.StateMeta{}) {
		t.Errorf("the plan's task: %+v", task)
	}
	w.must(w.Planned(w.ctx, planOf(task, creates)))
	s = w.wantState(s.ID, session.PlanReady)
	if s.Plan.Digest.Add != 1 || s.Plan.ConfigHash != task.ConfigHash || s.ExpiresAt == nil {
		t.Errorf("the plan: %+v", s.Plan)
	}

	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	s = w.wantState(s.ID, session.Approved)
	if n := w.count("select count(*) from river_job where kind = 'apply' and (args->>'run_id')::bigint = $1", s.RunID); n != 1 {
		t.Fatalf("%d apply jobs for run %d", n, s.RunID)
	}
	apply, err := w.BeginApply(w.ctx, s.RunID, "h1")
	w.must(err)
	if apply.Attach || apply.Total != 1 || apply.SHA256 != s.Plan.SHA256 || string(apply.Files["tfplan"]) != "plan file" || !slices.Equal(apply.Secrets, []string{"hunter2"}) {
		t.Errorf("the apply's task: %+v", apply)
	}
	w.owed(s.ID)
	w.must(w.SaveState(w.ctx, apply.Run, project.StateMeta{Lineage: "l", Serial: 1}, []byte("half")))
	out := wrote(0, 2)
	out.Outputs = []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}, {Label: "vpc.main", Name: "network_id", Value: "x"}}
	out.Progress = orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}
	w.finish(apply.Run.ID, out)
	s = w.wantState(s.ID, session.Applied)
	if got := kinds(w.owed(s.ID)); !slices.Equal(got, []string{"lobby", "result"}) {
		t.Errorf("the end owes %v", got)
	}

	l, err := w.View(w.ctx, by(dev), s.ID, project.View)
	w.must(err)
	if l.Stack.State != (project.StateMeta{Lineage: "l", Serial: 2}) || !cmp.Equal(l.Stack.Resources, s.Resources) {
		t.Errorf("the stack: %+v", l.Stack)
	}
	if want := out.Outputs[:1]; !cmp.Equal(l.Outputs, want) {
		t.Errorf("outputs for people: %+v, want those that are not wiring: %+v", l.Outputs, want)
	}
	if p := orchestrator.ProgressOf(*l.Run); !cmp.Equal(p, out.Progress) || l.Run.Status != store.RunSucceeded {
		t.Errorf("the run: %s with %+v", l.Run.Status, p)
	}
	want := []string{"start by 2", "add_resource by 2", "planned by engine", "approve by 2", "start_apply by engine", "applied by engine"}
	if diff := cmp.Diff(want, w.actions(s.ID)); diff != "" {
		t.Errorf("audit: %s", diff)
	}

	// The next session begins with what stands, and its plan with the state.
	next := w.draft("")
	if !cmp.Equal(next.Resources, s.Resources) {
		t.Errorf("the next session desires %+v", next.Resources)
	}
	w.must(w.Refresh(w.ctx, by(dev), next.ID, 0))
	task, err = w.BeginPlan(w.ctx, w.session(next.ID).RunID, "h1")
	if err != nil || string(task.State) != "state 2" || task.StateMeta.Serial != 2 {
		t.Errorf("the next plan's state: %q %+v, %v", task.State, task.StateMeta, err)
	}
}

// A form with faults names every one and changes nothing.
func TestFormWithFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("")
	w.unchanged(s.ID, func() {
		err := w.PutResource(w.ctx, by(dev), form(s, "database", "No Name", "engine", "oracle", "storage_gib", "5"))
		var faults *orchestrator.FormError
		if !errors.As(err, &faults) || len(faults.Faults) != 3 || faults.Error() == "" {
			t.Fatalf("got %v", err)
		}
		refused(t, w.PutResource(w.ctx, by(dev), form(s, "mainframe", "a")), usererr.NotFound, "`mainframe`", "Pick one")
	})
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.session(s.ID)
	w.unchanged(s.ID, func() {
		var faults *orchestrator.FormError
		if err := w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")); !errors.As(err, &faults) || faults.Faults[0].Field != catalog.NameField {
			t.Errorf("a name twice: %v", err)
		}
		edit := form(s, "vpc", "main")
		edit.Editing = "vpc.gone"
		refused(t, w.PutResource(w.ctx, by(dev), edit), usererr.Stale, "`vpc.gone`", "Look at the lobby again")
		refused(t, w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.gone"), usererr.Stale, "Look at the lobby again")
	})
}

// Each change plans anew: the run before is ended, its result dropped.
func TestEachChangeIsAGeneration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planning("")
	late, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)

	add := form(s, "compute_vm", "web")
	add.Seen = 0 // adding works on any picture
	w.must(w.PutResource(w.ctx, by(dev), add))
	second := w.wantState(s.ID, session.Planning)
	if second.Generation != s.Generation+1 || second.RunID == s.RunID || len(second.Resources) != 2 {
		t.Fatalf("generation %d, run %d, resources %v", second.Generation, second.RunID, second.Resources)
	}
	if r := w.run(s.RunID); r.Status != store.RunSuperseded || r.EndedAt == nil {
		t.Errorf("the run before is %s", r.Status)
	}
	w.unchanged(s.ID, func() {
		exit := 1
		for what, err := range map[string]error{
			"planned": w.Planned(w.ctx, planOf(late, creates)),
			"failed":  w.PlanFailed(w.ctx, late.Run, &exit, session.Failure{Summary: "late"}),
			"lost":    w.PlanLost(w.ctx, late.Run.ID, "h1"),
			"begun":   func() error { _, err := w.BeginPlan(w.ctx, late.Run.ID, "h2"); return err }(),
		} {
			if !errors.Is(err, orchestrator.ErrNothingToDo) {
				t.Errorf("the late run %s: %v", what, err)
			}
		}
	})

	edit := form(second, "compute_vm", "www")
	edit.Editing = "compute_vm.web"
	w.must(w.PutResource(w.ctx, by(dev), edit))
	third := w.session(s.ID)
	if _, ok := third.Resource("compute_vm.www"); !ok || len(third.Resources) != 2 {
		t.Errorf("after the edit: %v", third.Resources)
	}
	w.planned(third, creates)
	refused(t, w.RemoveResource(w.ctx, by(dev), s.ID, third.Generation-1, "vpc.main"), usererr.Stale, "plan changed", "Look at the lobby")
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, third.Generation, "vpc.main"))
	if got := w.wantState(s.ID, session.Planning); got.Plan != nil || len(got.Resources) != 1 {
		t.Errorf("after the removal: plan %v, resources %v", got.Plan, got.Resources)
	}
	// Without its last resource a stack that was never made has nothing to plan.
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, w.session(s.ID).Generation, "compute_vm.www"))
	cleared := w.wantState(s.ID, session.Draft)
	if cleared.RunID != 0 || len(cleared.Resources) != 0 || cleared.ExpiresAt == nil {
		t.Errorf("cleared: %+v", cleared)
	}
	if n := w.count("select count(*) from runs where status in ('queued', 'running')"); n != 0 {
		t.Errorf("%d runs go on", n)
	}
	w.must(w.Refresh(w.ctx, by(dev), s.ID, cleared.Generation))
	w.wantState(s.ID, session.Draft)
	want := []string{"start by 2", "add_resource by 2", "add_resource by 2", "edit_resource by 2", "planned by engine", "remove_resource by 2", "remove_resource by 2", "refresh by 2"}
	if diff := cmp.Diff(want, w.actions(s.ID)); diff != "" {
		t.Errorf("audit: %s", diff)
	}
}

// A stack that stands and loses its last resource is planned: it is destroyed.
func TestRemoveLastOfAStandingStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("", 1)
	s := w.draft("")
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, 0, "vpc.main"))
	if got := w.wantState(s.ID, session.Planning); len(got.Resources) != 0 {
		t.Errorf("desires %v", got.Resources)
	}
}

// Validation lists every reason, not the first.
func TestRejectedWithEveryReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("")
	w.exec(`update projects set regions = '{us-1}'`)
	w.must(w.PutResource(w.ctx, by(dev), form(s, "load_balancer", "front")))
	got := w.wantState(s.ID, session.Draft)
	if len(got.Problems) < 2 || got.RunID != 0 {
		t.Fatalf("problems: %q", got.Problems)
	}
	if !containsAll(got.Problems[0], "`eu-1`", "`us-1`") || !containsAll(got.Problems[1], "front", "compute_vm") {
		t.Errorf("problems: %q", got.Problems)
	}
	if len(got.Resources) != 1 || w.count("select count(*) from runs") != 0 {
		t.Errorf("what was asked for is lost, or planned: %v", got.Resources)
	}
	// With the reasons gone the same session is planned, and they are forgotten.
	w.exec(`update projects set regions = '{}'`)
	w.must(w.PutResource(w.ctx, by(dev), form(got, "compute_vm", "web")))
	if got := w.wantState(s.ID, session.Planning); len(got.Problems) != 0 {
		t.Errorf("problems: %q", got.Problems)
	}
}

// Two sessions of one stack: the end of one plans the other anew in the same
// transaction, with what the first made of the stack merged in.
func TestTwoSessionsOfOneStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approved("")
	b := w.draft("")
	w.must(w.PutResource(w.ctx, by(dev), form(b, "bucket", "files")))
	b = w.planned(w.session(b.ID), creates)
	refused(t, w.Approve(w.ctx, by(dev), b.ID, b.Generation, ""), usererr.Conflict, "Another deployment of this stack", "Wait for its end")
	w.wantState(b.ID, session.PlanReady)

	apply, err := w.BeginApply(w.ctx, a.RunID, "h1")
	w.must(err)
	refused(t, w.Approve(w.ctx, by(dev), b.ID, b.Generation, ""), usererr.Conflict, "Wait for its end")
	w.finish(apply.Run.ID, wrote(0, 1))
	b2 := w.wantState(b.ID, session.Planning)
	if b2.Generation != b.Generation+1 || b2.Plan != nil || len(b2.Resources) != 2 {
		t.Fatalf("the other session: generation %d, resources %v", b2.Generation, b2.Resources)
	}
	if same := w.count("select count(distinct xmin::text) from sessions where id in ($1, $2)", a.ID, b.ID); same != 1 {
		t.Error("the end of one and the staleness of the other were two transactions")
	}
	if err := w.Approve(w.ctx, by(dev), b.ID, b.Generation, ""); err == nil {
		t.Fatal("the plan of before was approved")
	}
	b3 := w.planned(b2, creates)
	if b3.State != session.PlanReady || b3.Plan.State.Serial != 1 {
		t.Errorf("planned anew: %s against %+v", b3.State, b3.Plan.State)
	}
	w.must(w.Approve(w.ctx, by(dev), b.ID, b3.Generation, ""))
}

// A plan that was under way while the state moved is made again, once the writer
// has ended.
func TestStateMovesWhilePlanning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, apply := w.applying("")
	b := w.planning("")
	before, err := w.BeginPlan(w.ctx, b.RunID, "h2")
	w.must(err)
	w.must(w.SaveState(w.ctx, apply.Run, project.StateMeta{Lineage: "l", Serial: 1}, []byte("half")))
	w.must(w.Planned(w.ctx, planOf(before, creates)))
	w.wantState(b.ID, session.PlanReady) // the writer's end voids it
	w.finish(apply.Run.ID, wrote(0, 2))
	w.wantState(a.ID, session.Applied)
	b = w.wantState(b.ID, session.Planning)

	during, err := w.BeginPlan(w.ctx, b.RunID, "h2")
	w.must(err)
	c := w.draft("")
	w.must(w.PutResource(w.ctx, by(dev), form(c, "bucket", "files")))
	c = w.planned(w.session(c.ID), destroys)
	w.must(w.Approve(w.ctx, by(dev), c.ID, c.Generation, "main"))
	apply, err = w.BeginApply(w.ctx, w.session(c.ID).RunID, "h1")
	w.must(err)
	w.finish(apply.Run.ID, wrote(0, 3))
	w.must(w.Planned(w.ctx, planOf(during, creates)))
	again := w.wantState(b.ID, session.Planning)
	if again.Generation != b.Generation+1 {
		t.Errorf("generation %d, want the plan made again", again.Generation)
	}
}

// A failed apply wrote its last state before another session planned: the state
// is the same, what the stack desires is not. That plan would destroy what the
// apply has made, and is made again.
func TestFailedApplyAfterItsLastState(t *testing.T) {
	t.Parallel()
	for name, endsFirst := range map[string]bool{"planned before its end": false, "its end comes while the plan is made": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			b := w.draft("")
			_, apply := w.applying("")
			w.must(w.SaveState(w.ctx, apply.Run, project.StateMeta{Lineage: "l", Serial: 2}, []byte("state 2")))
			w.must(w.PutResource(w.ctx, by(dev), form(b, "bucket", "files")))
			b = w.session(b.ID)
			task, err := w.BeginPlan(w.ctx, b.RunID, "h2")
			w.must(err)
			plan := func() { w.must(w.Planned(w.ctx, planOf(task, destroys))) }
			end := func() { w.finish(apply.Run.ID, wrote(1, 2)) }
			if endsFirst {
				end()
				plan()
			} else {
				plan()
				w.wantState(b.ID, session.PlanReady)
				end()
			}
			again := w.wantState(b.ID, session.Planning)
			if _, merged := again.Resource("vpc.main"); !merged || again.Generation != b.Generation+1 || again.Plan != nil {
				t.Fatalf("generation %d desires %v, plan %v", again.Generation, again.Resources, again.Plan)
			}
			w.planned(again, creates)
			w.wantState(b.ID, session.PlanReady) // once is enough
		})
	}
}

func TestPlanFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planning("")
	task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	exit := 1
	w.must(w.PlanFailed(w.ctx, task.Run, &exit, session.Failure{Phase: "plan", Summary: "Terraform could not make the plan.", Reference: "abc"}))
	s = w.wantState(s.ID, session.Failed)
	if s.Failure.Summary == "" || *w.run(task.Run.ID).ExitCode != 1 || s.ExpiresAt == nil {
		t.Errorf("%+v", s.Failure)
	}
	refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Conflict, "Plan again")
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if s := w.wantState(s.ID, session.Planning); s.Failure != nil {
		t.Errorf("the failure is still shown: %+v", s.Failure)
	}
}

// From FAILED only while no newer session holds the stack.
func TestPlanAgainBesideANewerSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planning("")
	w.must(w.PlanFailed(w.ctx, w.run(s.RunID), nil, session.Failure{Phase: "plan", Summary: "no"}))
	w.draft("elsewhere")
	newer := w.draft("")
	w.unchanged(s.ID, func() {
		for what, err := range map[string]error{
			"refresh": w.Refresh(w.ctx, by(dev), s.ID, s.Generation),
			"add":     w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")),
			"remove":  w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"),
		} {
			t.Log(what)
			refused(t, err, usererr.Conflict, "newer deployment of `main`", "Go on there")
		}
	})
	_, err := w.Cancel(w.ctx, by(dev), newer.ID, newer.Generation)
	w.must(err)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	w.wantState(s.ID, session.Planning)
}

// The host of a plan stops under it: the same run is queued again, and whatever
// comes late changes nothing twice.
func TestPlanIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planning("")
	first, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	if _, err := w.BeginPlan(w.ctx, s.RunID, "h2"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Fatalf("two hosts plan: %v", err)
	}
	if err := w.PlanLost(w.ctx, first.Run.ID, "h2"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Fatalf("another host lost it: %v", err)
	}
	w.must(w.PlanLost(w.ctx, first.Run.ID, "h1"))
	if r := w.run(s.RunID); r.Status != store.RunQueued || r.Attempt != 2 {
		t.Fatalf("the run is %s, attempt %d", r.Status, r.Attempt)
	}
	if err := w.PlanLost(w.ctx, first.Run.ID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("lost twice: %v", err)
	}
	second, err := w.BeginPlan(w.ctx, s.RunID, "h2")
	w.must(err)
	if err := w.PlanLost(w.ctx, first.Run.ID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("it is another host's by now: %v", err)
	}
	w.must(w.Planned(w.ctx, planOf(second, creates)))
	if err := w.Planned(w.ctx, planOf(first, creates)); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("planned twice: %v", err)
	}
	for what, err := range map[string]error{
		"an unknown run": func() error { _, err := w.BeginPlan(w.ctx, 12345, "h1"); return err }(),
		"unknown, lost":  w.PlanLost(w.ctx, 12345, "h1"),
	} {
		if !errors.Is(err, orchestrator.ErrNothingToDo) || !orchestrator.IsFinal(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
