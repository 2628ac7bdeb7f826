package orchestrator

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
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
	c := session.Cost{Before: e.Estimate.KnownBefore().Decimal, Forgotten: e.Estimate.Forgotten.Decimal, Line: e.Estimate.Summary()}
	c.After = project.Cost{Monthly: e.Estimate.AtLeast().Decimal, PricesOf: e.Estimate.PricesOf.String(), Invented: e.Estimate.Invented()}
	c.Peak = project.Cost{PricesOf: c.After.PricesOf, Invented: c.After.Invented}
	for _, r := range e.Estimate.ByRegion() {
		c.Regions = append(c.Regions, session.RegionCost{Region: r.Region, Monthly: r.After.Decimal, Unpriced: r.Unpriced})
	}
	for _, r := range e.Estimate.Resources {
		c.Peak.Monthly = c.Peak.Monthly.Add(decimal.Max(r.KnownBefore().Decimal, r.AtLeast().Decimal)).Add(r.Forgotten.Decimal)
		if !slices.ContainsFunc(r.Components, func(c cost.Component) bool { return c.State == cost.NotPriced }) {
			continue
		}
		name := plan.Label(r.Address)
		c.Peak = c.Peak.Without(name)
		if !e.goes(d, r.Address) {
			c.After = c.After.Without(name)
		}
	}
	return &c
}

// goes reports whether the plan takes a resource away from the stack. What a
// replacement left behind always goes; a plan has it under the address of the one in
// its place, which may stay.
func (e Estimated) goes(d plan.Digest, address string) bool {
	if strings.HasSuffix(address, cost.Deposed) {
		return true
	}
	going := 0
	for _, c := range d.Changes {
		if c.Address == address && (c.Action == plan.Delete || c.Action == plan.Forget) {
			going++
		}
	}
	for _, r := range e.Estimate.Resources {
		if r.Address == address+cost.Deposed {
			going--
		}
	}
	return going > 0
}

// costAsked is what the session's stack costs now, and what it would cost more. Before
// there is a plan nobody knows the latter. What the plan forgets makes no room: it
// goes on costing.
func (c *change) costAsked() (now *project.Cost, more project.Cost) {
	p := c.s.Plan
	if p == nil || p.Cost.Left(true) == nil {
		return c.stack.Cost, more.Without("what this adds to " + c.stack.Name)
	}
	more = p.Cost.After
	more.Monthly = p.Cost.Growth()
	return &project.Cost{Monthly: p.Cost.Before.Add(p.Cost.Forgotten)}, more
}

// costHeld is what a stack may cost now, with what is not known of it named after it.
func costHeld(h store.Held, deciding project.Stack, holds bool) project.Cost {
	known := h.Cost
	switch {
	case h.StackID == deciding.ID:
		known = deciding.Cost
	case h.Coming != nil:
		known = h.CostComing.Left(false)
	}
	var c project.Cost
	if known == nil {
		if holds {
			c = c.Without(h.Stack + " (not estimated)")
		}
		return c
	}
	c = *known
	c.Unpriced = nil
	for _, name := range known.Unpriced {
		c.Unpriced = append(c.Unpriced, h.Stack+"/"+name)
	}
	return c
}
