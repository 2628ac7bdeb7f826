package cost

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
)

// sideCost is what a resource costs on one side of its change.
type sideCost struct {
	region      string
	components  []Component
	assumptions []string
	monthly     Money    // of what is priced
	missing     []string // parts that are not, and would be in the sum
}

// cost estimates one side of a resource.
func (e *estimator) cost(c *change, t *resourceType, s *side) sideCost {
	made := e.consist(c, t, s)
	out := sideCost{assumptions: slices.Clone(made.assumptions)}
	if len(made.items) == 0 {
		out.components = []Component{{Label: made.free, State: Free}}
		return out
	}
	var note string
	if out.region, note = e.regionOf(c, s, t.provider, made.region); note != "" {
		out.assumptions = append(out.assumptions, note)
	}
	out.region = printable(out.region)
	for _, i := range made.items {
		component, note := e.component(i, t.provider, out.region, c)
		out.add(component)
		if note != "" && !slices.Contains(out.assumptions, note) {
			out.assumptions = append(out.assumptions, note)
		}
	}
	return out
}

func (s *sideCost) add(c Component) {
	s.components = append(s.components, c)
	switch c.State {
	case Priced:
		s.monthly = s.monthly.plus(*c.Monthly)
	case NotPriced:
		if !c.byUse {
			s.missing = append(s.missing, c.id)
		}
	}
}

// component prices one item, with a note of what is assumed of its price.
func (e *estimator) component(i item, provider, region string, c *change) (Component, string) {
	out := Component{id: i.part.id, Label: i.label, Unit: i.part.unit, State: NotPriced, Reason: i.reason}
	quantity := i.quantity
	if i.part.usage {
		i.copies, quantity = decimal.NewFromInt(1), e.Usage.of(c, i.part.id)
		out.byUse = quantity == nil
	}
	if i.reason != "" {
		return out, ""
	}
	out.Quantity = quantity
	if i.region != "" {
		region = i.region
	}
	if region == "" {
		out.Reason = "region unknown"
		return out, ""
	}
	out.at = place{provider, region, i.key}
	note := e.price(&out, i.copies)
	if out.Quantity != nil {
		all := out.Quantity.Mul(i.copies)
		out.Quantity = &all
	}
	return out, note
}

// noFreeTier is said where a list begins with what is free for a whole account: none
// of it is given to each resource.
const noFreeTier = "the account's free tier is not counted"

// price looks the price of a component up, and charges it for so many copies of its
// quantity.
func (e *estimator) price(c *Component, copies decimal.Decimal) (note string) {
	provider, region, key := c.at.provider, c.at.region, c.at.key
	found, err := e.Book.find(provider, region, key)
	if err != nil {
		c.Reason = printable(lookupReason(err, region, key))
		return ""
	}
	tiers := paid(found.tiers)
	first := tiers[0]
	if first.Unit != c.Unit {
		c.Reason = "the list price is per " + printable(first.Unit)
		return ""
	}
	quantity := decimal.Zero
	if c.Quantity != nil {
		quantity = *c.Quantity
	}
	monthly, ok := charge(tiers, quantity)
	switch {
	case !ok:
		c.Reason = "no list price of so much: " + printable(key)
		return ""
	case c.Quantity == nil:
		c.State, c.Price = UsageCost, &first.USD
	default:
		c.State, c.Price, c.Monthly = Priced, &first.USD, &Money{monthly.Mul(copies)}
	}
	e.used(found)
	if len(tiers) < len(found.tiers) {
		return noFreeTier
	}
	return ""
}

// paid are tiers without those at the start that cost nothing: an account has them
// once, not every resource. The first one that costs something counts from zero on.
func paid(tiers []Price) []Price {
	i := slices.IndexFunc(tiers, func(p Price) bool { return !p.USD.IsZero() })
	if i < 1 {
		return tiers
	}
	tiers = slices.Clone(tiers[i:])
	tiers[0].TierStart = decimal.Zero
	return tiers
}

func lookupReason(err error, region, key string) string {
	switch {
	case errors.Is(err, ErrNoRegion):
		return "no price list of region " + region
	case errors.Is(err, ErrAmbiguous):
		return "several list prices fit " + key + " in " + region
	}
	return "no list price of " + key + " in " + region
}

func (e *estimator) used(l listed) {
	if e.oldest.IsZero() || l.published.Before(e.oldest) {
		e.oldest = l.published
	}
}

// charge is the price of a month's quantity, each part of it in its tier. It is
// not known beyond the last tier, nor in one whose price is not positive: a list
// writes 0 where it has none.
func charge(tiers []Price, quantity decimal.Decimal) (decimal.Decimal, bool) {
	total := decimal.Zero
	tiers = paid(tiers)
	for i, t := range tiers {
		switch reached := quantity.GreaterThan(t.TierStart); {
		case t.USD.IsNegative() || t.USD.IsZero() && (reached || i == 0):
			return total, false
		case reached && !t.TierEnd.IsZero() && t.TierEnd.LessThan(quantity):
			total = total.Add(t.TierEnd.Sub(t.TierStart).Mul(t.USD))
		case reached:
			total = total.Add(quantity.Sub(t.TierStart).Mul(t.USD))
		}
	}
	last := tiers[len(tiers)-1].TierEnd
	return total, last.IsZero() || quantity.LessThanOrEqual(last)
}

// longest bounds what is shown of a plan's own words.
const longest = 200

// printable is text of a plan on one line, without control characters.
func printable(text string) string {
	out := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text))
	if len(out) > longest {
		return string(out[:longest]) + "…"
	}
	return string(out)
}

func names(parts []string) string {
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.ReplaceAll(strings.Join(slices.Compact(slices.Sorted(slices.Values(parts))), ", "), "_", " ")
}

// decimalOf is an exact decimal; more than 18 decimals are rounded away.
func decimalOf(v cty.Value) (decimal.Decimal, error) {
	f := v.AsBigFloat()
	if n, accuracy := f.Int64(); accuracy == 0 && f.IsInt() {
		return decimal.NewFromInt(n), nil
	}
	return decimal.NewFromString(f.Text('f', 18))
}
