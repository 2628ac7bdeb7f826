package orchestrator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// usd is an amount of money.
func usd(amount string) cost.Money { return cost.Money{Decimal: decimal.RequireFromString(amount)} }

// priced is an estimate of one resource that costs so much before and after, beside
// others that nobody knows the price of.
func priced(before, after string, unpriced ...string) orchestrator.Estimated {
	month := cost.Change{Before: usd(before), After: usd(after), Delta: cost.Money{Decimal: usd(after).Sub(usd(before).Decimal)}}
	e := cost.Estimate{Currency: cost.Currency, Monthly: month, Priced: 1, PricesOf: cost.Date{Time: time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)},
		Hourly:    cost.Change{Delta: cost.Money{Decimal: month.Delta.DivRound(cost.HoursPerMonth, 6)}},
		Resources: []cost.Resource{{Address: "aws_instance.web", Monthly: month, Components: []cost.Component{{State: cost.Priced, Monthly: &month.After}}}}}
	for _, address := range unpriced {
		e.Resources = append(e.Resources, cost.Resource{Address: address, Components: []cost.Component{{State: cost.NotPriced, Reason: "no list price"}}})
	}
	return orchestrator.Estimated{Estimate: &e}
}

// plannedAt reports a plan of the session's run, and what it costs.
func (w *world) plannedAt(s session.Session, d plan.Digest, costs orchestrator.Estimated) session.Session {
	w.t.Helper()
	task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	p := planOf(task, d)
	p.Costs = costs
	w.must(w.Planned(w.ctx, p))
	return w.session(s.ID)
}

// apply approves the session's plan and begins it.
func (w *world) apply(s session.Session) orchestrator.ApplyTask {
	w.t.Helper()
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "web"))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	return task
}

// again submits the stack as it is in a new session.
func (w *world) again(stack string) session.Session {
	w.t.Helper()
	s := w.draft(stack)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	return w.wantState(s.ID, session.Planning)
}

// costs is what a stack is known to cost, in words; "" where that is not known.
func (w *world) costs(stack string) string {
	w.t.Helper()
	v, err := w.Stack(w.ctx, by(dev), "dev", stack)
	w.must(err)
	if v.Stack.Cost == nil {
		return ""
	}
	raw, err := json.Marshal(v.Stack.Cost)
	w.must(err)
	return string(raw)
}

// A stack costs what its last apply made of it: after one that failed at most what
// each resource costs on the dearer side.
func TestStackCost(t *testing.T) {
	t.Parallel()
	const address = "module.vpc-main.terraform_data.this"
	w := newWorld(t)
	s := w.plannedAt(w.planning("web"), creates, priced("0", "30.5", "module.bucket-b.strange.this"))
	if diff := cmp.Diff(s.Plan, w.session(s.ID).Plan); diff != "" || s.Plan.Cost.Line != "+$30.50/month (+$0.042/hour), 1 of 2 resources priced, prices of 2026-07-20" {
		t.Errorf("the plan's cost: %+v %s", s.Plan.Cost, diff)
	}
	if got := w.costs("web"); got != "" {
		t.Errorf("before the apply: %s", got)
	}
	task := w.apply(s)
	w.finish(task.Run.ID, wrote(0, 1))
	if got := w.costs("web"); got != `{"monthly":"30.5","unpriced":["bucket.b"],"prices_of":"2026-07-20"}` {
		t.Errorf("applied: %s", got)
	}
	// It gets cheaper, and fails.
	task = w.apply(w.plannedAt(w.again("web"), creates, priced("30.5", "10")))
	w.finish(task.Run.ID, wrote(1, 2))
	if got := w.costs("web"); got != `{"monthly":"30.5","prices_of":"2026-07-20"}` {
		t.Errorf("failed: %s", got)
	}
	// There is nothing left to do: it is as cheap as was wanted.
	w.plannedAt(w.again("web"), nothing, priced("10", "10"))
	if got := w.costs("web"); got != `{"monthly":"10","prices_of":"2026-07-20"}` {
		t.Errorf("settled: %s", got)
	}
	// What is destroyed costs nothing, whether its price was known or not.
	d, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	task = w.apply(w.plannedAt(w.session(d.ID), destroys, priced("10", "0", address)))
	w.finish(task.Run.ID, wrote(0, 3))
	if got := w.costs("web"); got != `{"monthly":"0","prices_of":"2026-07-20"}` {
		t.Errorf("destroyed: %s", got)
	}
}

// What goes has no name among those whose price nobody knows; what a replacement left
// behind goes, and has the address of what stays.
func TestUnpricedWithoutWhatGoes(t *testing.T) {
	t.Parallel()
	const address = "aws_x.a"
	change := func(action plan.Action) plan.Change {
		return plan.Change{Address: address, Label: address, Action: action}
	}
	for name, tc := range map[string]struct {
		changes  []plan.Change
		unpriced []string
		want     []string
	}{
		"stays":                       {nil, []string{address}, []string{address}},
		"goes":                        {[]plan.Change{change(plan.Delete)}, []string{address}, nil},
		"left behind":                 {[]plan.Change{change(plan.Delete)}, []string{address, address + cost.Deposed}, []string{address}},
		"left behind, and it changes": {[]plan.Change{change(plan.Update), change(plan.Delete)}, []string{address, address + cost.Deposed}, []string{address}},
		"left behind, and it goes":    {[]plan.Change{change(plan.Delete), change(plan.Delete)}, []string{address, address + cost.Deposed}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.plannedAt(w.planning("web"), plan.Digest{Change: 1, Changes: tc.changes}, priced("1", "1", tc.unpriced...))
			if diff := cmp.Diff(tc.want, s.Plan.Cost.After.Unpriced); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A plan that could not be estimated is a plan all the same; nobody knows what its
// stack costs then.
func TestPlanWithoutEstimate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.plannedAt(w.planning("web"), creates, orchestrator.Estimated{Failed: "the price lists could not be read"})
	w.wantState(s.ID, session.PlanReady)
	if s.Plan.Cost.Failed != "the price lists could not be read" {
		t.Errorf("its cost: %+v", s.Plan.Cost)
	}
	if e, err := w.store.Estimate(w.ctx, s.Plan.RunID); err != nil || e != nil {
		t.Errorf("its estimate: %+v, %v", e, err)
	}
	w.finish(w.apply(s).Run.ID, wrote(0, 1))
	if got := w.costs("web"); got != "" {
		t.Errorf("its stack: %s", got)
	}
}

// What View plan shows is what was estimated.
func TestEstimateIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := priced("1", "2.25", "aws_x.y")
	s := w.plannedAt(w.planning("web"), creates, want)
	got, err := w.store.Estimate(w.ctx, s.Plan.RunID)
	w.must(err)
	if got.Table() != want.Estimate.Table() {
		t.Errorf("got:\n%s\nwant:\n%s", got.Table(), want.Estimate.Table())
	}
}
