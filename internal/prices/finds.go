package prices

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// finds gathers the prices of a page.
type finds map[string][]cost.Price

// add keeps a price. Lists have rows of nothing ($0, for what is paid elsewhere) beside
// the real ones: such a row counts only where it is alone. Two prices that differ both
// stay, and are ambiguous.
func (f finds) add(p cost.Price) {
	at := p.Region + " " + p.Key + " " + p.TierStart.String()
	had := f[at]
	switch {
	case len(had) == 0:
	case p.USD.IsZero():
		return
	case had[0].USD.IsZero():
		had = nil
	case slices.ContainsFunc(had, func(h cost.Price) bool { return h.USD.Equal(p.USD) && h.Unit == p.Unit }):
		return
	}
	f[at] = append(had, p)
}

// addEach adds a price under each of its keys, in the unit of its rule, where that is
// known of theirs. It fails where a page has more than can be kept.
func (f finds) addEach(r *compiled, keys []string, u units, theirs string, p cost.Price) error {
	if r.from != 0 || r.to != 0 {
		p.TierStart, p.TierEnd = decimal.NewFromInt(r.from), decimal.NewFromInt(r.to)
	}
	if !u.canonical(theirs, r.unit, &p) {
		return nil
	}
	for _, p.Key = range keys {
		f.add(p)
	}
	if len(f) > maxPrices {
		return changed("a page has more than %d prices", maxPrices)
	}
	return nil
}

// prices are all of them, in order.
func (f finds) prices() []cost.Price {
	var list []cost.Price
	for _, p := range f {
		list = append(list, p...)
	}
	slices.SortFunc(list, func(a, b cost.Price) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Key, b.Key), a.TierStart.Cmp(b.TierStart), a.USD.Cmp(b.USD))
	})
	return list
}
