package orchestrator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// inState is a state that has the sandbox's objects of these resources.
func inState(calls ...string) []byte {
	var objects []string
	for _, c := range calls {
		objects = append(objects, fmt.Sprintf(`{"module": "module.%s", "mode": "managed", "type": "terraform_data", "name": "this", "instances": [{"attributes": {}}]}`, c))
	}
	return []byte(`{"version": 4, "serial": 1, "lineage": "lineage", "resources": [` + strings.Join(objects, ",") + `]}`)
}

const (
	halfVPC    = "module.vpc-main.terraform_data.this"
	halfBucket = "module.bucket-b.terraform_data.this"
)

// torn is a session whose apply was killed in the middle of both its resources, of
// which the state has the network only.
func (w *world) torn() session.Session {
	w.t.Helper()
	s := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	w.must(w.PutResource(w.ctx, by(dev), form(w.session(s.ID), "bucket", "b")))
	w.plan(s.ID)
	return w.killed(s.ID, inState("vpc-main"), []string{halfVPC, halfBucket})
}

// plan makes the plan of a session, and returns what was to be made anew.
func (w *world) plan(id string) []string {
	w.t.Helper()
	task, err := w.BeginPlan(w.ctx, w.session(id).RunID, "h1")
	w.must(err)
	w.must(w.Planned(w.ctx, planOf(task, creates)))
	return task.Replace
}

// approves begins the apply of a session's plan.
func (w *world) approves(id string) store.Run {
	w.t.Helper()
	s := w.wantState(id, session.PlanReady)
	w.must(w.Approve(w.ctx, by(dev), id, s.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(id).RunID, "h1")
	w.must(err)
	return task.Run
}

// killed applies a session's plan up to the death of Terraform.
func (w *world) killed(id string, state []byte, unfinished []string, created ...string) session.Session {
	w.t.Helper()
	out := wrote(1, w.session(id).Plan.State.Serial+1)
	out.ExitCode, out.State, out.Interrupted = nil, state, true
	out.Progress = orchestrator.Progress{Total: 2, Created: created}
	out.Failure = &session.Failure{Phase: "apply", Interrupted: true, Summary: "It was killed.", Unfinished: unfinished}
	w.finish(w.approves(id).ID, out)
	return w.wantState(id, session.Failed)
}

func (w *world) stackOf(s session.Session) (st project.Stack) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) (err error) {
		st, err = tx.Stack(w.ctx, s.StackID)
		return err
	}))
	return st
}

// What is ticked is replaced by the next plan, as far as the state has it; the rest
// is created anyway. An apply that succeeds settles all of it.
func TestReplaceWhatIsUnfinished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.torn()
	w.must(w.Replace(w.ctx, by(dev), s.ID, s.Generation, []string{halfVPC, halfBucket}))
	ticked := w.wantState(s.ID, session.Failed)
	if ticked.Generation != s.Generation || !slices.Equal(ticked.Replacing, []string{halfVPC, halfBucket}) {
		t.Fatalf("ticked: %+v", ticked)
	}
	if n := w.count("select count(*) from audit where action = 'session.replace' and actor = $1 and after->'detail'->'replace' = $2", dev.UserID, []string{halfVPC, halfBucket}); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if got := w.plan(s.ID); !slices.Equal(got, []string{halfVPC}) {
		t.Fatalf("the plan replaces %q", got)
	}
	// A second plan, for whatever reason, does so too.
	s = w.wantState(s.ID, session.PlanReady)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if got := w.plan(s.ID); !slices.Equal(got, []string{halfVPC}) {
		t.Fatalf("the second plan replaces %q", got)
	}
	// Killed again, in the middle of the bucket: the network was made anew. That another
	// object of the bucket's is complete does not complete the bucket.
	s = w.killed(s.ID, inState("vpc-main", "bucket-b"), nil, halfVPC, "module.bucket-b.terraform_data.rule")
	if got := w.stackOf(s).Unfinished; !slices.Equal(got, []string{halfBucket}) || len(s.Replacing) > 0 {
		t.Fatalf("unfinished %q, replacing %q", got, s.Replacing)
	}
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if got := w.plan(s.ID); len(got) > 0 {
		t.Fatalf("nothing is ticked, and %q is replaced", got)
	}
	// It can still be ticked: the plan that there is does not replace it, and is void.
	s = w.wantState(s.ID, session.PlanReady)
	w.must(w.Replace(w.ctx, by(dev), s.ID, s.Generation, []string{halfBucket}))
	if got := w.wantState(s.ID, session.Planning); got.Generation != s.Generation+1 || got.Plan != nil {
		t.Fatalf("the plan stands: %+v", got)
	}
	if got := w.plan(s.ID); !slices.Equal(got, []string{halfBucket}) {
		t.Fatalf("the plan replaces %q", got)
	}
	run := w.approves(s.ID)
	w.unchanged(s.ID, func() {
		refused(t, w.Replace(w.ctx, by(dev), s.ID, w.session(s.ID).Generation, nil), usererr.Conflict, "being applied")
	})
	w.finish(run.ID, wrote(0, 9))
	s = w.wantState(s.ID, session.Applied)
	if got := w.stackOf(s).Unfinished; len(got) > 0 {
		t.Errorf("unfinished after all was applied: %q", got)
	}
}

// What is half made belongs to the stack: whoever deploys to it next is offered it,
// also when the session that left it is gone; and what is taken out is not made anew.
func TestUnfinishedOutlivesItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.torn()
	_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	next := w.draft("web")
	w.must(w.Replace(w.ctx, by(dev), next.ID, next.Generation, []string{halfVPC}))
	if got := w.plan(next.ID); !slices.Equal(got, []string{halfVPC}) {
		t.Fatalf("the plan replaces %q", got)
	}
	next = w.wantState(next.ID, session.PlanReady)
	w.must(w.RemoveResource(w.ctx, by(dev), next.ID, next.Generation, "vpc.main"))
	if got := w.plan(next.ID); len(got) > 0 || len(w.session(next.ID).Replacing) > 0 {
		t.Fatalf("what is taken out is replaced: %q", got)
	}
	destroys, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	w.unchanged(destroys.ID, func() {
		err := w.Replace(w.ctx, by(dev), destroys.ID, w.session(destroys.ID).Generation, []string{halfBucket})
		refused(t, err, usererr.Stale, "not among what was left unfinished")
	})
}

// Nothing but what is unfinished can be replaced, by those who deploy, on the
// picture that is the newest.
func TestReplaceRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.torn()
	w.unchanged(s.ID, func() {
		for _, key := range []string{"", "-destroy", "vpc.main", "module.vpc-main", halfVPC + "[0]", "terraform_data.this", "module.bucket-other.terraform_data.this", strings.Repeat("a", 64)} {
			err := w.Replace(w.ctx, by(dev), s.ID, s.Generation, []string{halfVPC, key})
			refused(t, err, usererr.Stale, "Nothing was changed", "Look at the lobby again")
		}
		refused(t, w.Replace(w.ctx, by(eve), s.ID, s.Generation, []string{halfVPC}), usererr.Denied, "no access")
		refused(t, w.Replace(w.ctx, by(dev), s.ID, s.Generation-1, []string{halfVPC}), usererr.Stale, "The plan changed")
	})
}

// The key of an address fits where only 100 characters do, and names no other.
func TestReplaceKey(t *testing.T) {
	t.Parallel()
	long := halfVPC + `["` + strings.Repeat("é", 60) + `"]`
	keys := map[string]bool{}
	for _, address := range []string{halfVPC, long, long + "x"} {
		key := orchestrator.ReplaceKey(address)
		if len(key) > 100 || keys[key] {
			t.Errorf("%s: %s", address, key)
		}
		keys[key] = true
	}
	if !keys[halfVPC] {
		t.Error("a short address is not its own key")
	}
}

// What is known of a run whose end nobody saw: what it had under way.
func TestUnfinishedOfALostRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	w.plan(s.ID)
	run := w.approves(s.ID)
	w.must(w.Report(w.ctx, run, orchestrator.Progress{Total: 1, Working: []orchestrator.Working{{Address: halfVPC, Label: plan.Label(halfVPC), Action: "create"}}}))
	w.finish(run.ID, orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true, Summary: "The directory is gone."}})
	s = w.wantState(s.ID, session.Failed)
	if diff := cmp.Diff([]string{halfVPC}, w.stackOf(s).Unfinished); diff != "" || !slices.Equal(s.Failure.Unfinished, []string{halfVPC}) {
		t.Errorf("%s, %q", diff, s.Failure.Unfinished)
	}
	w.must(w.Replace(w.ctx, by(dev), s.ID, s.Generation, []string{halfVPC}))
}
