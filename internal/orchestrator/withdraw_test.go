package orchestrator_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestWithdraw(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(2)
	w.grant(ann, "approve", 0)
	w.grant(bob, "approve", 0)
	s := w.ready("")
	withdraw := func(p policy.Person) error { return w.Withdraw(w.ctx, by(p), s.ID, s.Generation) }
	w.unchanged(s.ID, func() {
		refused(t, withdraw(ann), usererr.Conflict, "You have not approved this plan")
		refused(t, withdraw(eve), usererr.Denied, "no access")
	})
	approve := func(p policy.Person) { w.must(w.Approve(w.ctx, by(p), s.ID, s.Generation, "")) }

	approve(ann)
	w.unchanged(s.ID, func() {
		refused(t, w.Withdraw(w.ctx, by(ann), s.ID, s.Generation-1), usererr.Stale, "changed since you looked")
	})
	w.must(withdraw(ann))
	if got := w.wantState(s.ID, session.PlanReady); len(got.Approvals) != 0 || len(got.Problems) != 1 || got.Problems[0] != mention(ann)+" withdrew their approval." {
		t.Fatalf("approvals %+v, problems %q", got.Approvals, got.Problems)
	}

	approve(ann)
	approve(bob)
	run := w.wantState(s.ID, session.Approved).RunID
	w.grant(bob, "view", 0) // what one may no longer give one may still take back
	w.must(withdraw(bob))
	if got := w.wantState(s.ID, session.PlanReady); len(got.Approvals) != 1 || w.applies(s.ID) != 0 {
		t.Fatalf("approvals %+v, %d applies", got.Approvals, w.applies(s.ID))
	}
	if _, err := w.BeginApply(w.ctx, run, "h1"); !orchestrator.IsFinal(err) {
		t.Fatalf("the apply of a withdrawn approval: %v", err)
	}

	approve(owner)
	task, err := w.BeginApply(w.ctx, w.wantState(s.ID, session.Approved).RunID, "h1")
	w.must(err)
	w.unchanged(s.ID, func() { refused(t, withdraw(ann), usererr.Conflict, "is being applied", "**Cancel**") })
	w.finish(task.Run.ID, wrote(0, 1))
	w.unchanged(s.ID, func() { refused(t, withdraw(ann), usererr.Conflict, "was applied already") })
}

// An edit voids the approvals; the plan that follows takes new ones.
func TestEditVoidsApprovals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(2)
	w.grant(ann, "approve", 0)
	w.grant(bob, "approve", 0)
	s := w.ready("")
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.must(w.Approve(w.ctx, by(bob), s.ID, s.Generation, ""))
	run := w.wantState(s.ID, session.Approved).RunID
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	if _, err := w.BeginApply(w.ctx, run, "h1"); !orchestrator.IsFinal(err) {
		t.Fatalf("the apply of an edited plan: %v", err)
	}
	s = w.planned(w.session(s.ID), creates)
	if len(s.Approvals) != 0 {
		t.Fatalf("approvals after an edit: %+v", s.Approvals)
	}
	w.unchanged(s.ID, func() {
		refused(t, w.Withdraw(w.ctx, by(ann), s.ID, s.Generation), usererr.Conflict, "have not approved this plan")
	})
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.PlanReady)
}

// Three of four must approve. All press at once on two processes, one of them
// twice, one takes the approval back, and a host tries to start what there is: it
// starts once, with three approvals that stand.
func TestApprovalsUnderPressure(t *testing.T) {
	t.Parallel()
	const needed = 3
	w := newWorld(t)
	w.needApprovals(needed)
	people := []policy.Person{ann, bob, eve, owner}
	for _, p := range people[:3] {
		w.grant(p, "approve", 0)
	}
	other := w.join(nil, builtIn(t))
	s := w.ready("")
	first := w.run(s.RunID).ID
	early := 0
	for round := range 100 {
		w.exec("update sessions set state = 'PLAN_READY', run_id = $2, version = version + 1 where id = $1", s.ID, first)
		w.exec("delete from approvals")
		w.exec("delete from river_job")
		w.exec("delete from outbox") // posts name their run
		w.exec("delete from runs where kind = 'apply'")
		var all sync.WaitGroup
		begin := make(chan struct{})
		at := func(fn func(p process)) {
			p := []process{w.process, other}[round%2]
			round++
			all.Go(func() { <-begin; fn(p) })
		}
		for _, who := range append(people, ann) {
			at(func(p process) { tolerate(t, p.Approve(w.ctx, by(who), s.ID, s.Generation, "")) })
		}
		at(func(p process) { tolerate(t, p.Withdraw(w.ctx, by(bob), s.ID, s.Generation)) })
		for range 2 {
			at(func(p process) { w.tryToStart(p, s.ID) })
		}
		close(begin)
		all.Wait()

		now := w.session(s.ID)
		if n := w.applies(s.ID); n != btoi(now.State != session.PlanReady) {
			t.Fatalf("%s with %d applies", now.State, n)
		}
		if now.State != session.PlanReady && len(now.Approvals) < needed || now.State == session.PlanReady && len(now.Approvals) >= needed {
			t.Fatalf("%s with the approvals %+v", now.State, now.Approvals)
		}
		early += btoi(now.State == session.Applying)
		for _, who := range people {
			if w.session(s.ID).State == session.PlanReady {
				tolerate(t, w.Approve(w.ctx, by(who), s.ID, s.Generation, ""))
			}
		}
		w.tryToStart(w.process, s.ID)
		now = w.wantState(s.ID, session.Applying)
		started := w.count("select count(*) from runs where kind = 'apply' and started_at is not null")
		if started != 1 || len(now.Approvals) != needed {
			t.Fatalf("%d applies were started, with the approvals %+v", started, now.Approvals)
		}
	}
	t.Logf("%d of 100 were started while everybody pressed", early)
}

// tryToStart is a host that takes the session's apply, if there is one.
func (w *world) tryToStart(p process, id string) {
	s, err := p.store.Session(w.ctx, id)
	if err == nil && s.State == session.Approved {
		_, err = p.BeginApply(w.ctx, s.RunID, "h1")
	}
	if err != nil && !orchestrator.IsFinal(err) {
		w.t.Errorf("start: %v", err)
	}
}

// tolerate fails unless a press was taken, or refused in words.
func tolerate(t *testing.T, err error) {
	if _, ok := usererr.Of(err); err != nil && !ok {
		t.Errorf("press: %v", err)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Whose approval no longer counts at the start is named, and the others' stand.
func TestStartNamesWhoNoLongerCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(func(r *project.Rules) { r.Approvals = project.ApprovalRule{Needed: 2, Role: "77"} })
	for _, p := range []policy.Person{ann, bob} {
		w.grant(p, "view", 0)
	}
	with := func(p policy.Person) policy.Person { p.Roles = []string{"77"}; return p }
	s := w.ready("")
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""), usererr.Denied, "approved by members of <@&77>")
		refused(t, w.Approve(w.ctx, by(with(dev)), s.ID, s.Generation, ""), usererr.Denied, "You asked for this deployment", "somebody else")
		refused(t, w.Approve(w.ctx, by(with(eve)), s.ID, s.Generation, ""), usererr.Denied, "no access")
	})
	if l, err := w.Lobby(w.ctx, s.ID); err != nil || len(l.Approvers) != 0 || fmt.Sprint(l.ApproverRoles) != "[77]" {
		t.Errorf("may approve: %v and %v, %v", l.Approvers, l.ApproverRoles, err)
	}
	for _, p := range w.owed(s.ID) {
		if p.Kind == "notice" && (len(p.MentionUsers) != 0 || fmt.Sprint(p.MentionRoles) != "[77]") {
			t.Errorf("pinged: %v and %v", p.MentionUsers, p.MentionRoles)
		}
	}
	w.must(w.Approve(w.ctx, by(with(ann)), s.ID, s.Generation, ""))
	w.must(w.Approve(w.ctx, by(with(bob)), s.ID, s.Generation, ""))
	w.guild.have(ann.UserID, "77") // bob has lost the role by now
	w.tryToStart(w.process, s.ID)
	got := w.wantState(s.ID, session.PlanReady)
	if want := mention(bob) + " approved and may no longer do so: 1 of 2 approvals count."; len(got.Problems) != 1 || got.Problems[0] != want {
		t.Errorf("the lobby says %q, want %q", got.Problems, want)
	}
	if len(got.Approvals) != 1 || got.Approvals[0].UserID != ann.UserID {
		t.Errorf("approvals: %+v", got.Approvals)
	}
}

// The requester counts as one of several where the project says so.
func TestRequesterMayCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(func(r *project.Rules) {
		r.Approvals = project.ApprovalRule{Needed: 2, Level: project.Deploy, RequesterCounts: true}
	})
	w.grant(ann, "deploy", 0)
	s := w.ready("")
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Conflict, "1 more")
	})
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.Approved)
}

// What kept an apply from starting is over: who approved before presses again.
func TestApproveAgainAfterAFreeze(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.approved("")
	w.rule(func(r *project.Rules) { r.Freeze = &project.Freeze{Reason: "audit week", By: owner.UserID} })
	w.tryToStart(w.process, s.ID)
	got := w.wantState(s.ID, session.PlanReady)
	if len(got.Problems) != 1 || !containsAll(got.Problems[0], "`dev` is frozen", "audit week", mention(owner)) {
		t.Errorf("the lobby says %q", got.Problems)
	}
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "Nothing was approved", "audit week")
	})
	w.rule(func(r *project.Rules) { r.Freeze = nil })
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	if got := w.wantState(s.ID, session.Approved); len(got.Approvals) != 1 {
		t.Errorf("approvals: %+v", got.Approvals)
	}
	w.tryToStart(w.process, s.ID)
	w.wantState(s.ID, session.Applying)
}
