package prices

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A new list with so many percent of faults is refused.
const (
	tooManyMove   = 2 // of the keys with a price in both, by a price that has moved
	tooManyVanish = 5 // of the keys of the list before, by keys that are gone or ambiguous
	tooManyOff    = 1 // of the pairs of sizes, by twice the size at another price than twice
)

var (
	// moved is the share of a price by which it may differ and be the same price still.
	moved = decimal.RequireFromString("0.2")
	// Twice the size costs between these: sizes of one machine differ in their disks.
	least, most = decimal.RequireFromString("1.6"), decimal.RequireFromString("2.4")
)

// named is how many examples a reason gives.
const named = 3

// check judges a new price list against those that are current, a region at a time.
type check struct {
	rows     int
	hash     hash.Hash
	zero     tally
	moves    tally
	vanished tally
	// Pairs of sizes that are off in the new list by their machine types, and those
	// that are off in the current ones: this is how the provider sells them.
	pairs  int
	off    map[string][]string
	usual  map[string]bool
	double tally
}

// tally counts what is at fault, of how many.
type tally struct {
	faults, of int
	examples   []string
}

func (t *tally) add(fault bool, example func() string) {
	t.of++
	if !fault {
		return
	}
	t.faults++
	if len(t.examples) < named {
		t.examples = append(t.examples, example())
	}
}

func newCheck() *check {
	return &check{hash: sha256.New(), off: map[string][]string{}, usual: map[string]bool{}}
}

// region takes in the prices of a region, in the order of their keys.
func (c *check) region(region string, before []store.PriceBefore, after []cost.Price) error {
	for _, p := range after {
		c.rows++
		fmt.Fprintf(c.hash, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Region, p.Key, p.Unit, p.USD, p.TierStart, p.TierEnd)
		if isCompute(p.Key) {
			c.zero.add(!p.USD.IsPositive(), func() string { return p.Key + " in " + region })
		}
	}
	now := usable(after)
	was := map[string]decimal.Decimal{}
	for _, b := range before {
		if !b.TierStart.IsZero() {
			continue
		}
		was[b.Key] = b.USD
		p, ok := now[b.Key]
		if b.Replaced {
			c.vanished.add(!ok, func() string { return b.Key + " in " + region })
		}
		if ok {
			c.moves.add(p.USD.Sub(b.USD).Abs().GreaterThan(b.USD.Abs().Mul(moved)), func() string {
				return fmt.Sprintf("%s in %s from $%s to $%s", b.Key, region, b.USD, p.USD)
			})
		}
	}
	for key, usd := range was {
		if twice, ok := double(key); ok && isOff(usd, was[twice]) {
			c.usual[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now)) {
		twice, ok := double(key)
		if p, both := now[twice]; ok && both && now[key].USD.IsPositive() {
			c.pairs++
			if isOff(now[key].USD, p.USD) {
				c.off[key] = append(c.off[key], fmt.Sprintf("%s costs $%s and %s $%s in %s", key, now[key].USD, twice, p.USD, region))
			}
		}
	}
	return nil
}

// usable are the first tiers of the keys that are not ambiguous.
func usable(list []cost.Price) map[string]cost.Price {
	now := map[string]cost.Price{}
	var twice []string
	for _, p := range list {
		if !p.TierStart.IsZero() {
			continue
		}
		if _, ok := now[p.Key]; ok {
			twice = append(twice, p.Key)
		}
		now[p.Key] = p
	}
	for _, key := range twice {
		delete(now, key)
	}
	return now
}

func isOff(half, whole decimal.Decimal) bool {
	return half.IsPositive() && whole.IsPositive() && (whole.LessThan(half.Mul(least)) || whole.GreaterThan(half.Mul(most)))
}

// sum is the hash of all prices.
func (c *check) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// reasons are why the list is not to be used; none: it is.
func (c *check) reasons() []string {
	if c.rows == 0 {
		return []string{"it has no prices"}
	}
	c.double = tally{of: c.pairs}
	for _, key := range slices.Sorted(maps.Keys(c.off)) {
		if !c.usual[key] {
			c.double.faults += len(c.off[key])
			c.double.examples = append(c.double.examples, c.off[key]...)
		}
	}
	c.double.examples = c.double.examples[:min(named, len(c.double.examples))]
	var reasons []string
	for _, r := range []struct {
		t       tally
		percent int
		what    string
	}{
		{c.zero, 0, "machines cost nothing"},
		{c.double, tooManyOff, "twice the size does not cost about twice as much"},
		{c.moves, tooManyMove, "prices differ by more than 20 % from those in use"},
		{c.vanished, tooManyVanish, "prices are gone, or several are given for one thing"},
	} {
		if r.t.faults > 0 && r.t.faults*100 >= r.t.of*r.percent {
			reasons = append(reasons, fmt.Sprintf("%s (%d of %d, such as %s)", r.what, r.t.faults, r.t.of, strings.Join(r.t.examples, "; ")))
		}
	}
	return reasons
}
