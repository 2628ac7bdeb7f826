package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// withCost gives the lobby's plan what it costs.
func withCost(c session.Cost) func(*lobby) {
	return func(l *lobby) { l.Session.Plan.Cost = &c }
}

func dollars(amount string, unpriced ...string) project.Cost {
	c := project.Cost{Monthly: decimal.RequireFromString(amount)}
	for _, name := range unpriced {
		c = c.Without(name)
	}
	return c
}

// What a plan costs stands in its lobby, with what nobody knows the cost of by name.
func TestLobbyCost(t *testing.T) {
	t.Parallel()
	ready := withPlan(creates("vpc.main", "database.db"))
	whole := session.Cost{After: dollars("128.4"), Peak: dollars("128.4"), Line: "+$128.40/month (+$0.176/hour), 2 of 2 resources priced, prices of 2026-07-20"}
	part := session.Cost{After: dollars("28.4", "database.db"), Peak: dollars("28.4", "database.db"), Line: "+$28.40/month (+$0.039/hour), 1 of 2 resources priced, prices of 2026-07-20"}
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("database.d`%02d", i))
	}
	many := session.Cost{After: dollars("0", names...), Peak: dollars("0", names...), Line: "not priced: 0 of 30 resources priced"}
	for name, l := range map[string]lobby{
		"cost":        sample(t, session.PlanReady, all(ready, withCost(whole))),
		"cost-part":   sample(t, session.PlanReady, all(ready, withCost(part))),
		"cost-none":   sample(t, session.PlanReady, all(ready, withCost(many))),
		"cost-failed": sample(t, session.PlanReady, all(ready, withCost(session.Cost{Failed: "the price lists could not be read"}))),
		"cost-over": sample(t, session.PlanReady, all(ready, withCost(part), func(l *lobby) {
			l.Over = []string{"Budget: project `dev` may cost $500 a month by list prices; it costs $480.00, and this adds $28.40. Not priced, and in no sum: `database.db`. `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`."}
		})),
		"cost-nothing": sample(t, session.PlanReady, all(withPlan(plan.Digest{Unchanged: 1}), withCost(whole))),
		"cost-less": sample(t, session.PlanReady, all(withPlan(destroys()), withCost(session.Cost{Before: decimal.New(100, 0), After: dollars("0"), Peak: dollars("100"),
			Line: "-$100.00/month (-$0.137/hour), 2 of 2 resources priced, prices of 2026-07-20"}))),
		"cost-approved": sample(t, session.Approved, all(ready, withCost(whole), func(l *lobby) {
			l.Run = &store.Run{Kind: store.RunApply, Status: store.RunQueued, CreatedAt: noon}
		})),
		"cost-applied": sample(t, session.Applied, all(withRun(store.Run{Status: store.RunSucceeded, StartedAt: at(0), EndedAt: at(9 * time.Second)}, `{"total":2,"done":2,"created":["vpc.main","database.db"]}`), withCost(part))),
	} {
		golden(t, "lobby/"+name, draw(l.picture()))
	}
}

// View plan has the whole estimate; one that has none says why.
func TestViewPlanCost(t *testing.T) {
	t.Parallel()
	price := func(key, unit, usd string) cost.Price {
		return cost.Price{Provider: "sandbox", Region: "eu-1", Key: key, Unit: unit, USD: decimal.RequireFromString(usd)}
	}
	book := cost.NewBook(cost.Snapshot{Provider: "sandbox", Source: "test", Published: noon, Prices: []cost.Price{
		price("sandbox/compute_vm/medium", "hour", "0.04"), price("sandbox/compute_vm/storage", "GB-month", "0.1"),
	}})
	resource := func(address, kind, values string) string {
		return fmt.Sprintf(`{"address":%q,"mode":"managed","type":%q,"name":"this","provider_name":"x","change":{"actions":["create"],"before":null,"after":%s,"after_unknown":{}}}`, address, kind, values)
	}
	raw := fmt.Sprintf(`{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[%s,%s]}`,
		resource("module.compute_vm-web.terraform_data.this", "terraform_data", `{"input":{"kind":"compute_vm","size":"medium","disk_gib":20,"region":"eu-1"}}`),
		resource("module.bucket-x.strange_thing.this", "strange_thing", `{}`))
	e, err := cost.FromPlan([]byte(raw), cost.Options{Book: book, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	s := sample(t, session.PlanReady, withPlan(creates("compute_vm.web", "bucket.x"))).Session
	golden(t, "thread/plan-cost", draw(planPicture(s, project.Stack{}, costText(s.Plan, &e))))
	failed := sample(t, session.PlanReady, all(withPlan(creates("compute_vm.web", "bucket.x")), withCost(session.Cost{Failed: "the estimator failed"})))
	golden(t, "thread/plan-cost-failed", draw(planPicture(s, project.Stack{}, costText(failed.Session.Plan, nil))))
	e.Resources[0].Assumptions = []string{"``` " + strings.Repeat("x", 10)}
	if p := planPicture(s, project.Stack{}, costText(s.Plan, &e)); strings.Count(p.Content, "```") != 4 {
		t.Errorf("what an estimate says can end its block:\n%s", p.Content)
	}
}
