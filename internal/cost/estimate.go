package cost

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// State is what is known about the cost of a component.
type State string

// A component is one of these, and always exactly one.
const (
	Priced    State = "priced"     // its cost is in the total
	UsageCost State = "usage"      // its cost depends on use: the unit's price is known, the total is without it
	Free      State = "free"       // it costs nothing
	NotPriced State = "not_priced" // its cost is not known: Reason says why
)

// Component is a part of a resource that is paid for by itself.
type Component struct {
	Label    string           `json:"label"`
	Unit     string           `json:"unit"`
	Quantity *decimal.Decimal `json:"quantity"` // of a month, in Unit; nil: not known
	Price    *decimal.Decimal `json:"price"`    // of one Unit; where tiers apply, of the first
	Monthly  *Money           `json:"monthly"`  // nil: not in the total
	State    State            `json:"state"`
	Reason   string           `json:"reason"`

	id    string
	byUse bool  // and nobody says how much
	at    place // of its price
}

// Asides are amounts of a month that are no part of a Change, in USD; each is zero
// but for what it is there for.
type Asides struct {
	// Forgotten is what goes on costing and is managed here no longer: it is on
	// neither side.
	Forgotten Money `json:"forgotten,omitzero"`
	// Presumed is by how much the side before is more (or less) than what is known of
	// it: where there is no difference, what is known after stands on both sides.
	Presumed Money `json:"presumed,omitzero"`
	// Kept is what parts cost before that have no price after.
	Kept Money `json:"kept,omitzero"`
}

func (a Asides) plus(b Asides) Asides {
	return Asides{a.Forgotten.plus(b.Forgotten), a.Presumed.plus(b.Presumed), a.Kept.plus(b.Kept)}
}

// Deposed ends the address of what a replacement left behind, and will be destroyed:
// the one in its place has the same address.
const Deposed = " (deposed)"

// Resource is what one resource of the plan costs. Monthly is what its priced
// components come to. Components are those after the change; of a resource that
// goes away or is forgotten, those before.
type Resource struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Region  string `json:"region"`
	Monthly Change `json:"monthly"`
	Asides
	Components  []Component `json:"components"`
	Assumptions []string    `json:"assumptions"`
}

// Estimate is what a plan costs. As JSON it is what `cloudengine cost --json`
// prints.
type Estimate struct {
	Currency string `json:"currency"`
	// PricesOf is when the oldest of the price lists in use was published; no day
	// where no price was found.
	PricesOf Date   `json:"prices_of"`
	Monthly  Change `json:"monthly"`
	Hourly   Change `json:"hourly"`
	Asides          // of all resources
	// Incomplete says that Terraform left changes out of the plan, as it does with
	// -target: what they cost is not in it.
	Incomplete bool       `json:"incomplete,omitempty"`
	Priced     int        `json:"priced"` // resources of which no component is "not priced"
	Resources  []Resource `json:"resources"`

	now time.Time
}

// Options are what an estimate is made with.
type Options struct {
	Book   *Book     // nil: nothing has a price
	Region string    // of resources whose region the plan does not tell; empty: those are not priced
	Usage  Usage     // what usage-based components use in a month
	Now    time.Time // by which a price list is old; zero: none is
}

type estimator struct {
	Options
	mappings *mappings
	plan     *planFile
	made     map[string]*consistence
	oldest   time.Time // price list in use
}

// FromPlan estimates what `terraform show -json` says of a plan. It fails with
// ErrNotAPlan if raw is something else, and with ErrFailedPlan if Terraform failed
// while it was made; all that it cannot price is part of the estimate, with the
// reason.
func FromPlan(raw []byte, o Options) (Estimate, error) {
	m, err := embedded()
	if err != nil {
		return Estimate{}, err
	}
	p, err := readPlan(raw)
	if err != nil {
		return Estimate{}, err
	}
	e := &estimator{Options: o, mappings: m, plan: p, made: map[string]*consistence{}}
	out := Estimate{Currency: Currency, Resources: []Resource{}, Incomplete: p.incomplete(), now: o.Now}
	for _, c := range p.Changes {
		if c == nil || c.Mode == "data" {
			continue
		}
		r := e.resource(c)
		out.Resources = append(out.Resources, r)
		out.Monthly = out.Monthly.plus(r.Monthly)
		out.Asides = out.Asides.plus(r.Asides)
		if r.priced() {
			out.Priced++
		}
	}
	out.Hourly = out.Monthly.hourly()
	out.PricesOf = Date{e.oldest}
	return out, nil
}

// noDifference begins the word that a resource's sides cannot be compared.
const noDifference = "no difference known: "

func (r Resource) comparable() bool {
	return !slices.ContainsFunc(r.Assumptions, func(a string) bool { return strings.HasPrefix(a, noDifference) })
}

func (r Resource) priced() bool {
	return r.comparable() && !slices.ContainsFunc(r.Components, func(c Component) bool { return c.State == NotPriced })
}

// resource estimates one resource on both sides of its change.
func (e *estimator) resource(c *change) Resource {
	r := Resource{Address: printable(c.Address), Type: printable(c.Type), Assumptions: []string{}}
	if c.Deposed != "" {
		r.Address += Deposed
	}
	before, after, known := c.sides()
	t := e.mappings.types[c.Type]
	switch {
	case e.plan.otherFormat():
		r.Components = unpriced(r.Type, "plan of format version "+printable(e.plan.FormatVersion))
	case !known:
		r.Components = unpriced(r.Type, "what becomes of it cannot be read")
	case e.mappings.free[c.Type]:
		r.Components = []Component{{Label: r.Type, State: Free}}
	case t == nil:
		r.Components = unpriced(r.Type, "resource type not supported")
	default:
		e.both(&r, c, t, before, after)
	}
	return r
}

func unpriced(label, reason string) []Component {
	return []Component{{Label: label, State: NotPriced, Reason: reason}}
}

// both compares the sides of a change. Where a price is known on one side alone
// there is no telling what the change costs: what is known after it stands on both,
// so that a missing price does not look like a saving. What is forgotten goes on
// costing, on neither side.
func (e *estimator) both(r *Resource, c *change, t *resourceType, before, after bool) {
	var was, will sideCost
	if before {
		was = e.cost(c, t, c.sideBefore())
	}
	if after {
		will = e.cost(c, t, c.sideAfter())
	}
	shown := will
	if !after {
		shown = was
	}
	r.Region, r.Components = shown.region, shown.components
	r.Assumptions = append(r.Assumptions, shown.assumptions...)
	if c.imported() {
		r.Assumptions = append(r.Assumptions, "it is there already, and is managed here from now on")
	}
	switch {
	case c.forgotten():
		r.Forgotten, was = was.monthly, sideCost{}
		r.Assumptions = append(r.Assumptions, "it goes on costing, and is no longer managed here")
	case before && after && !slices.Equal(was.missing, will.missing):
		r.Assumptions = append(r.Assumptions, fmt.Sprintf(noDifference+"not priced before: %s; after: %s", names(was.missing), names(will.missing)))
		r.Presumed, r.Kept = will.monthly.minus(was.monthly), will.kept(was)
		was.monthly = will.monthly
	}
	r.Monthly = changeOf(was.monthly, will.monthly)
}

// kept is what parts were known to cost that have no price any more.
func (s sideCost) kept(was sideCost) (sum Money) {
	for _, id := range slices.Compact(slices.Sorted(slices.Values(s.missing))) {
		if less := was.of(id).minus(s.of(id)); less.IsPositive() {
			sum = sum.plus(less)
		}
	}
	return sum
}

// of is what the priced components of a part come to.
func (s sideCost) of(id string) (sum Money) {
	for _, c := range s.components {
		if c.id == id && c.State == Priced {
			sum = sum.plus(*c.Monthly)
		}
	}
	return sum
}

// KnownBefore is what is known of a month before the changes.
func (r Resource) KnownBefore() Money { return r.Monthly.Before.minus(r.Presumed) }

// AtLeast is a month after the changes for whoever keeps a budget: a part that has
// no price any more counts as it did, since a price that is missing saves nothing.
func (r Resource) AtLeast() Money { return r.Monthly.After.plus(r.Kept) }

// KnownBefore is that of all resources together.
func (e Estimate) KnownBefore() Money { return e.Monthly.Before.minus(e.Presumed) }

// AtLeast is that of all resources together.
func (e Estimate) AtLeast() Money { return e.Monthly.After.plus(e.Kept) }
