package orchestrator_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// costing starts a session whose plan costs so much, beside what is not priced.
func (w *world) costing(stack, after string, unpriced ...string) session.Session {
	w.t.Helper()
	s := w.plannedAt(w.planning(stack), creates, priced("0", after, unpriced...))
	return w.wantState(s.ID, session.PlanReady)
}

// appliedAt applies a stack that costs so much.
func (w *world) appliedAt(stack, after string, unpriced ...string) {
	w.t.Helper()
	w.finish(w.apply(w.costing(stack, after, unpriced...)).Run.ID, wrote(0, 1))
}

// What does not fit into the budget is not approved, to the cent; what has no price
// is named, in what is there and in what is asked for.
func TestBudgetAtApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.appliedAt("web", "60.01", "module.bucket-files.strange.this")
	w.limit("", project.LimitBudget, 100)
	s := w.costing("b", "40", "aws_x.y")
	l, err := w.Lobby(w.ctx, s.ID)
	if w.must(err); len(l.Over) != 1 || !containsAll(l.Over[0], "Budget: project `dev`") {
		t.Errorf("the lobby says %q", l.Over)
	}
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "Nothing was approved",
			"Budget: project `dev` may cost $100 a month by list prices; it costs $60.01, and this adds $40.00. Not priced, and in no sum: `web/bucket.files`, `aws_x.y`.", "/cloud-set-quota")
	})
	w.apply(w.costing("c", "39.99"))
}

// Before there is a plan only what is there is known: who is beyond the budget may
// add nothing, and may make less of it.
func TestBudgetAtValidation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.appliedAt("web", "60")
	w.limit("", project.LimitBudget, 60)
	w.wantState(w.planning("fits").ID, session.Planning)
	w.limit("", project.LimitBudget, 59)
	s := w.draft("more")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	if s = w.wantState(s.ID, session.Draft); len(s.Problems) != 1 || !containsAll(s.Problems[0], "may cost $59 a month", "it costs $60.00, and this adds resources", "`what this adds to more`") {
		t.Errorf("problems %q", s.Problems)
	}
	d, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	w.finish(w.apply(w.plannedAt(w.session(d.ID), destroys, priced("60", "0"))).Run.ID, wrote(0, 2))
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	w.wantState(s.ID, session.Planning)
}

// A budget that was set after the approval counts when it starts. A stack that
// nobody estimated is named.
func TestBudgetAtStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("old", 1) // before there were estimates
	s := w.costing("web", "12")
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	s = w.session(s.ID)
	w.limit("", project.LimitBudget, 11)
	w.notBegun(w.process, s)
	if s := w.wantState(s.ID, session.PlanReady); len(s.Problems) != 1 || !containsAll(s.Problems[0], "it costs $0.00, and this adds $12.00", "in no sum: `old (not estimated)`") {
		t.Errorf("problems %q", s.Problems)
	}
}

// A person's budget is for the stacks that they created; one of their own goes
// before the one that each has.
func TestBudgetOfAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit(project.EachPerson, project.LimitBudget, 10)
	s := w.costing("web", "10.5")
	refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "Budget: what "+mention(dev)+" created in `dev` may cost $10 a month")
	w.limit(dev.UserID, project.LimitBudget, 11)
	w.finish(w.apply(s).Run.ID, wrote(0, 1))
	if set := w.limit(dev.UserID, project.LimitBudget, 10); set.Used != 11 || set.Cost.Monthly.String() != "10.5" || *set.Before != 11 {
		t.Errorf("set: %+v", set)
	}
	v, err := w.Quota(w.ctx, by(dev), "dev", "")
	if w.must(err); v.Used.Person.Cost.Monthly.String() != "10.5" || *v.Limits.Person.Budget != 10 {
		t.Errorf("shown: %+v", v)
	}
}

// Plans that each fit, but not together: as many as fit are approved. What the
// stacks cost never passes the budget.
func TestBudgetUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	engines := []process{w.process, w.join(nil, builtIn(t))}
	const rounds, sessions, fit = 20, 4, 2
	w.limit("", project.LimitBudget, 1000)
	for round := range rounds {
		w.limit("", project.LimitBudget, 25)
		var ready []session.Session
		for i := range sessions {
			ready = append(ready, w.costing(fmt.Sprintf("r%d-%d", round, i), "12.5"))
		}
		errs := w.atOnce(sessions, func(i int) error { return engines[i%2].Approve(w.ctx, by(dev), ready[i].ID, ready[i].Generation, "") })
		failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(failed) != sessions-fit {
			t.Fatalf("round %d: %v", round, failed)
		}
		for _, err := range failed {
			refused(t, err, usererr.Denied, "it costs $25.00, and this adds $12.50")
		}
		w.endAll(ready, false)
	}
}

// aside is a plan of one resource that costs so much on both sides, beside what is
// in neither.
func aside(month string, a cost.Asides) orchestrator.Estimated {
	e := priced(month, month, "aws_x.y")
	e.Estimate.Asides, e.Estimate.Resources[0].Asides = a, a
	return e
}

// A price that is missing on one side frees nothing of a budget, and what is forgotten
// makes no room in the plan that forgets it.
func TestBudgetIsNotFreedByWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		plan  orchestrator.Estimated
		costs string // the stack, after the apply
		over  string // what the plan is refused for with a budget of 70
		left  string // what another stack may cost then, of a budget of 100
	}{
		// It cost 60, of which 59 have no price any more.
		"no price after": {plan: aside("1", cost.Asides{Presumed: usd("-59"), Kept: usd("59")}), costs: "60", left: "40"},
		// It counted as 1, and turns out to cost 71.
		"no price before": {plan: aside("71", cost.Asides{Presumed: usd("70")}), costs: "71", over: "it costs $1.00, and this adds $70.00", left: "29"},
		// 60 of it are forgotten, and it costs 5 besides.
		"forgotten": {plan: aside("5", cost.Asides{Forgotten: usd("60")}), costs: "5", left: "95"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.appliedAt("web", "60")
			s := w.plannedAt(w.again("web"), creates, tc.plan)
			w.limit("", project.LimitBudget, 70)
			l, err := w.Lobby(w.ctx, s.ID)
			if w.must(err); tc.over == "" && len(l.Over) > 0 || tc.over != "" && (len(l.Over) != 1 || !containsAll(l.Over[0], tc.over)) {
				t.Errorf("the lobby says %q, want %q", l.Over, tc.over)
			}
			w.limit("", project.LimitBudget, 100)
			w.finish(w.apply(s).Run.ID, wrote(0, 2))
			v, err := w.Stack(w.ctx, by(dev), "dev", "web")
			if w.must(err); v.Stack.Cost.Monthly.String() != tc.costs {
				t.Errorf("it costs %s, want %s", v.Stack.Cost.Monthly, tc.costs)
			}
			other := w.costing("b", usd(tc.left).Add(usd("0.01").Decimal).String())
			refused(t, w.Approve(w.ctx, by(dev), other.ID, other.Generation, ""), usererr.Denied, "may cost $100 a month")
			w.apply(w.costing("c", tc.left))
		})
	}
}

// What a plan adds beside what it forgets has to fit beside it.
func TestForgettingMakesNoRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.appliedAt("web", "60")
	w.limit("", project.LimitBudget, 100)
	plan := priced("0", "50")
	plan.Estimate.Forgotten, plan.Estimate.Resources[0].Forgotten = usd("60"), usd("60")
	s := w.plannedAt(w.again("web"), creates, plan)
	refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "it costs $60.00, and this adds $50.00")
	w.limit("", project.LimitBudget, 110)
	w.finish(w.apply(s).Run.ID, wrote(1, 2))
	if got := w.costs("web"); got != `{"monthly":"110","prices_of":"2026-07-20"}` { // nobody knows what was forgotten
		t.Errorf("after an apply that failed: %s", got)
	}
}
