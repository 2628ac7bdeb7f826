package cost

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"
)

// staleAfter is the age from which a price list is called old.
const staleAfter = 90 * 24 * time.Hour

// Stale reports whether the oldest price list in use is older than 90 days.
func (e Estimate) Stale(now time.Time) bool {
	return !now.IsZero() && !e.PricesOf.IsZero() && now.Sub(e.PricesOf.Time) > staleAfter
}

// Summary is the estimate in a line, such as "+$128.40/month (+$0.176/hour), 9 of
// 10 resources priced, prices of 2026-07-20". Without any price there is no sum to
// show.
func (e Estimate) Summary() string {
	if len(e.Resources) == 0 {
		return e.withGaps("no resources")
	}
	count := fmt.Sprintf("%d of %d resources priced", e.Priced, len(e.Resources))
	if !e.hasPrices() && e.Priced < len(e.Resources) {
		return e.withGaps("not priced: " + count)
	}
	parts := []string{fmt.Sprintf("%s/month (%s/hour)", signed(e.Monthly.Delta, 2), signed(e.Hourly.Delta, 3)), count}
	if n := e.byUsage(); n > 0 {
		parts = append(parts, fmt.Sprintf("what %d cost by use is not in it", n))
	}
	if !e.Forgotten.IsZero() {
		parts = append(parts, fmt.Sprintf("%s/month goes on and is no longer managed here", dollars(e.Forgotten, 2)))
	}
	if e.Incomplete {
		parts = append(parts, incomplete)
	}
	if !e.PricesOf.IsZero() {
		parts = append(parts, "prices of "+e.PricesOf.String())
	}
	if e.Stale(e.now) {
		parts[len(parts)-1] += " (older than 90 days)"
	}
	if e.invented() {
		parts = append(parts, "the sandbox's are invented")
	}
	return strings.Join(parts, ", ")
}

// incomplete is said of a plan that is not the whole one.
const incomplete = "the plan is not complete: what Terraform left out is not in it"

// withGaps is a text that has no sum, with what the plan leaves out.
func (e Estimate) withGaps(text string) string {
	if e.Incomplete {
		return text + ", " + incomplete
	}
	return text
}

func (e Estimate) any(is func(Component) bool) int {
	n := 0
	for _, r := range e.Resources {
		if slices.ContainsFunc(r.Components, is) {
			n++
		}
	}
	return n
}

func (e Estimate) hasPrices() bool {
	return e.any(func(c Component) bool { return c.State == Priced || c.State == UsageCost }) > 0
}

func (e Estimate) byUsage() int {
	return e.any(func(c Component) bool { return c.State == UsageCost })
}

// invented reports whether figures are the sandbox's.
func (e Estimate) invented() bool {
	return slices.ContainsFunc(e.Resources, func(r Resource) bool {
		return r.Type == sandboxType && slices.ContainsFunc(r.Components, func(c Component) bool { return c.State == Priced })
	})
}

// sandboxType is the type of all of the sandbox's resources.
const sandboxType = "terraform_data"

// Table is the estimate in full, as text: each resource with its components, what
// was assumed, what is not priced and why, and the total.
func (e Estimate) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	regions, last := e.ByRegion(), ""
	resources := slices.Clone(e.Resources)
	if len(regions) > 0 {
		slices.SortStableFunc(resources, func(x, y Resource) int { return compareRegions(x.Region, y.Region) })
	}
	for i, r := range resources {
		if len(regions) > 0 && (i == 0 || r.Region != last) {
			fmt.Fprintf(w, "%s\n", headline(regions, r.Region))
		}
		last = r.Region
		fmt.Fprintf(w, "%s: %s\n", r.title(), r.total())
		for _, c := range r.Components {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", c.Label, c.amount(), c.price(), c.cost())
		}
		for _, a := range r.Assumptions {
			fmt.Fprintf(w, "  (%s)\n", a)
		}
	}
	_ = w.Flush() // a Builder takes everything
	if unpriced := e.Unpriced(); len(unpriced) > 0 {
		fmt.Fprintf(&b, "\nNot priced, and in no sum:\n  %s\n", strings.Join(unpriced, "\n  "))
	}
	fmt.Fprintf(&b, "\nMonth before  %s\nMonth after   %s\n%s\n", dollars(e.KnownBefore(), 2), e.after(), e.Summary())
	return trimLines(b.String())
}

// after is the sum after the changes, with what would make it look too small.
func (e Estimate) after() string {
	text := dollars(e.Monthly.After, 2)
	if !e.Kept.IsZero() {
		text += fmt.Sprintf(", without what has no price any more: it was %s", dollars(e.Kept, 2))
	}
	return text
}

// Unpriced names the components that are not priced, with their reasons.
func (e Estimate) Unpriced() []string {
	var out []string
	for _, r := range e.Resources {
		for _, c := range r.Components {
			if c.State != NotPriced {
				continue
			}
			name := r.Address
			if c.Label != r.Type {
				name += ", " + c.Label
			}
			out = append(out, name+": "+c.Reason)
		}
	}
	return out
}

func (r Resource) title() string {
	if r.Region == "" {
		return r.Address
	}
	return r.Address + " (" + r.Region + ")"
}

// total is the resource's difference, or why there is none.
func (r Resource) total() string {
	states := map[State]bool{}
	for _, c := range r.Components {
		states[c.State] = true
	}
	switch {
	case !r.comparable():
		return "no difference known"
	case !r.Forgotten.IsZero() && r.Monthly.Delta.IsZero() && states[NotPriced]:
		return "goes on with " + dollars(r.Forgotten, 2) + without
	case !r.Forgotten.IsZero() && r.Monthly.Delta.IsZero():
		return "goes on with " + dollars(r.Forgotten, 2)
	case states[Priced] && states[NotPriced]:
		return signed(r.Monthly.Delta, 2) + without
	case states[Priced]:
		return signed(r.Monthly.Delta, 2)
	case states[NotPriced]:
		return "not priced"
	case states[UsageCost]:
		return "by use"
	}
	return "free"
}

// without is said of a sum that is not the whole one.
const without = ", without what is not priced"

func (c Component) amount() string {
	if c.Quantity == nil {
		return ""
	}
	return c.Quantity.String() + " " + plural(c.Unit, *c.Quantity)
}

// plural is a unit as it stands after a quantity: 730 hours, 8 GB-months.
func plural(unit string, quantity decimal.Decimal) string {
	if quantity.Equal(decimal.NewFromInt(1)) || unit == UnitGB {
		return unit
	}
	return unit + "s"
}

func (c Component) price() string {
	if c.Price == nil {
		return ""
	}
	return "$" + Money{*c.Price}.text() + "/" + c.Unit
}

func (c Component) cost() string {
	switch c.State {
	case Priced:
		return dollars(*c.Monthly, 2)
	case UsageCost:
		return "by use"
	case Free:
		return "free"
	}
	return "not priced: " + c.Reason
}

// dollars is an amount rounded for reading; one that rounds to nothing, and is
// not, is said to be less than the least.
func dollars(m Money, places int32) string {
	sign := ""
	if m.IsNegative() {
		sign = "-"
	}
	least := decimal.New(1, -places)
	if !m.IsZero() && m.Abs().Round(places).IsZero() {
		return sign + "<$" + least.StringFixed(places)
	}
	return sign + "$" + thousands(m.Abs().StringFixed(places))
}

func signed(m Money, places int32) string {
	if m.IsPositive() {
		return "+" + dollars(m, places)
	}
	return dollars(m, places)
}

// thousands puts commas into a number.
func thousands(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + fraction
}

func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
