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
		out.components = []Component{{Label: t.name, State: Free}}
		return out
	}
	var note string
	if out.region, note = e.regionOf(c, s, t.provider, made.region); note != "" {
		out.assumptions = append(out.assumptions, note)
	}
	out.region = printable(out.region)
	for _, i := range made.items {
		out.add(e.component(i, t.provider, out.region, c))
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

// component prices one item.
func (e *estimator) component(i item, provider, region string, c *change) Component {
	out := Component{id: i.part.id, Label: i.label, Unit: i.part.unit, State: NotPriced, Reason: i.reason, byUse: i.part.usage}
	if i.reason != "" {
		return out
	}
	out.Quantity = i.quantity
	if i.part.usage {
		out.Quantity = e.Usage.of(c, i.part.id)
		out.byUse = out.Quantity == nil
	}
	if i.region != "" {
		region = i.region
	}
	e.price(&out, provider, region, i.key)
	return out
}

// price looks the price of a component up.
func (e *estimator) price(c *Component, provider, region, key string) {
	if region == "" {
		c.Reason = "region unknown"
		return
	}
	c.at = place{provider, region, key}
	found, err := e.Book.find(provider, region, key)
	if err != nil {
		c.Reason = printable(lookupReason(err, region, key))
		return
	}
	first := found.tiers[0]
	if first.Unit != c.Unit {
		c.Reason = "the list price is per " + printable(first.Unit)
		return
	}
	if c.Quantity == nil {
		c.State, c.Price = UsageCost, &first.USD
		e.used(found)
		return
	}
	monthly, ok := charge(found.tiers, *c.Quantity)
	if !ok {
		c.Reason = "no list price of so much: " + printable(key)
		return
	}
	c.State, c.Price, c.Monthly = Priced, &first.USD, &Money{monthly}
	e.used(found)
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
// not known beyond the last tier, nor where a price is not positive: a list
// writes 0 where it has none.
func charge(tiers []Price, quantity decimal.Decimal) (decimal.Decimal, bool) {
	total := decimal.Zero
	for _, t := range tiers {
		if t.USD.IsNegative() || t.USD.IsZero() && len(tiers) == 1 {
			return total, false
		}
		end := quantity
		if !t.TierEnd.IsZero() && t.TierEnd.LessThan(quantity) {
			end = t.TierEnd
		}
		if end.GreaterThan(t.TierStart) {
			total = total.Add(end.Sub(t.TierStart).Mul(t.USD))
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
