package session

import (
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Cost is what the estimate of a plan comes to: for the whole stack, by list prices.
type Cost struct {
	Before decimal.Decimal `json:"before"` // USD a month, as far as it is known
	// After counts what has no price any more as it cost before: a price that is
	// missing makes nothing cheaper.
	After project.Cost `json:"after"`
	// Forgotten is what goes on costing and leaves the stack, in USD a month: neither
	// Before nor After has it.
	Forgotten decimal.Decimal `json:"forgotten,omitzero"`
	// Peak is what the stack may cost while nobody can be sure what of the plan was
	// applied: of each resource the dearer side.
	Peak project.Cost `json:"peak"`
	Line string       `json:"line"` // in words, with the date of the prices
	// Regions are what After is made of, where there is more than one.
	Regions []RegionCost `json:"regions,omitempty"`
	// Failed says why there is no estimate; nothing else is known then.
	Failed string `json:"failed,omitempty"`
}

// RegionCost is what a stack costs in one region after an apply.
type RegionCost struct {
	Region   string          `json:"region"`  // empty: what is in none
	Monthly  decimal.Decimal `json:"monthly"` // USD, by list prices
	Unpriced int             `json:"unpriced,omitempty"`
}

// Left is what the stack costs after an apply of the plan, as far as anybody can be
// sure; nil where that is not known.
func (c *Cost) Left(succeeded bool) *project.Cost {
	switch {
	case c == nil || c.Failed != "":
		return nil
	case succeeded:
		return &c.After
	}
	return &c.Peak
}

// Growth is what the plan adds to the stack's monthly cost, in USD; never less than
// nothing.
func (c Cost) Growth() decimal.Decimal {
	return decimal.Max(decimal.Zero, c.After.Monthly.Sub(c.Before))
}
