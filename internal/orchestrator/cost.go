package orchestrator

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Estimated is what came of estimating a plan: the estimate, or why there is none.
type Estimated struct {
	Estimate *cost.Estimate
	Failed   string
}

// cost is what the estimate comes to; nil where nobody made one.
func (e Estimated) cost(d plan.Digest) *session.Cost {
	if e.Estimate == nil {
		if e.Failed == "" {
			return nil
		}
		return &session.Cost{Failed: e.Failed}
	}
	c := session.Cost{Before: e.Estimate.Monthly.Before.Decimal, Line: e.Estimate.Summary()}
	c.After = project.Cost{Monthly: e.Estimate.Monthly.After.Decimal, PricesOf: e.Estimate.PricesOf.String(), Invented: e.Estimate.Invented()}
	c.Peak = project.Cost{PricesOf: c.After.PricesOf, Invented: c.After.Invented}
	for _, r := range e.Estimate.Resources {
		c.Peak.Monthly = c.Peak.Monthly.Add(decimal.Max(r.Monthly.Before.Decimal, r.Monthly.After.Decimal))
		if !slices.ContainsFunc(r.Components, func(c cost.Component) bool { return c.State == cost.NotPriced }) {
			continue
		}
		name := plan.Label(r.Address)
		c.Peak = c.Peak.Without(name)
		if !goes(d, r.Address) {
			c.After = c.After.Without(name)
		}
	}
	return &c
}

// goes reports whether the plan takes a resource away.
func goes(d plan.Digest, address string) bool {
	return slices.ContainsFunc(d.Changes, func(c plan.Change) bool { return c.Address == address && c.Action == plan.Delete })
}
