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

// Families of keys are judged by the same limits, so that one that is wrong as a whole
// is not lost among the machines, which are nine keys in ten. A family may be small: it
// takes so many faults, or half of it.
const fewest = 3

// check judges a new price list against those that are current, a region at a time.
type check struct {
	rows     int
	hash     hash.Hash
	zero     tally
	freed    tally // cost something before, and nothing now
	moves    tally
	vanished tally
	families map[string]*family
	// Pairs of sizes that are off in the new list by their machine types, and those
	// that are off in the current ones: this is how the provider sells them.
	pairs  int
	off    map[string][]string
	usual  map[string]bool
	double tally
}

// family are the keys of one kind of thing, such as ec2.instance or nat.
type family struct{ moves, vanished tally }

// familyOf is what stands in a key before its first slash, and where there is none
// before its last word: nat.hours and nat.data are of one family.
func familyOf(key string) string {
	if name, _, ok := strings.Cut(key, "/"); ok {
		return name
	}
	if at := strings.LastIndexByte(key, '.'); at > 0 {
		return key[:at]
	}
	return key
}

func (c *check) family(key string) *family {
	name := familyOf(key)
	if c.families[name] == nil {
		c.families[name] = &family{}
	}
	return c.families[name]
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
	return &check{hash: sha256.New(), families: map[string]*family{}, off: map[string][]string{}, usual: map[string]bool{}}
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
	was := c.compare(region, before, now)
	c.compareTiers(region, before, after)
	for key, p := range was {
		if twice, ok := double(key); ok && isOff(p.USD, was[twice].USD) {
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

// compare counts what moved and what is gone, and returns the prices before.
func (c *check) compare(region string, before []store.PriceBefore, now map[string]cost.Price) map[string]cost.Price {
	var list []cost.Price
	replaced := map[string]bool{}
	for _, b := range before {
		list = append(list, b.Price)
		replaced[b.Key] = b.Replaced
	}
	was := usable(list)
	for _, key := range slices.Sorted(maps.Keys(was)) {
		f, b := c.family(key), was[key].USD
		p, ok := now[key]
		if replaced[key] {
			for _, t := range []*tally{&c.vanished, &f.vanished} {
				t.add(!ok, func() string { return key + " in " + region })
			}
		}
		if !ok {
			continue
		}
		for _, t := range []*tally{&c.moves, &f.moves} {
			t.add(p.USD.Sub(b).Abs().GreaterThan(b.Abs().Mul(moved)), func() string {
				return fmt.Sprintf("%s in %s from $%s to $%s", key, region, b, p.USD)
			})
		}
	}
	return was
}

// compareTiers finds what was paid for and is for nothing now, in any tier: a list that
// has lost a price writes 0. A first part for nothing, with a price after it, is an
// allowance.
func (c *check) compareTiers(region string, before []store.PriceBefore, after []cost.Price) {
	paid := map[string]decimal.Decimal{}
	for _, b := range before {
		if b.USD.IsPositive() {
			paid[b.Key+" "+b.TierStart.String()] = b.USD
		}
	}
	now := usable(after)
	for _, p := range after {
		usd, ok := paid[p.Key+" "+p.TierStart.String()]
		allowance := p.TierStart.IsZero() && now[p.Key].USD.IsPositive()
		if ok {
			c.freed.add(!p.USD.IsPositive() && !allowance, func() string { return fmt.Sprintf("%s in %s, before at $%s", p.Key, region, usd) })
		}
	}
}

// usable are the prices of the keys that are not ambiguous: those of the first tier that
// is not for nothing, or of the first.
func usable(list []cost.Price) map[string]cost.Price {
	now := map[string]cost.Price{}
	tiers := map[string]int{}
	var twice []string
	for _, p := range list {
		tier := p.Key + " " + p.TierStart.String()
		if tiers[tier]++; tiers[tier] > 1 {
			twice = append(twice, p.Key)
		}
		had, ok := now[p.Key]
		if !ok || p.USD.IsPositive() && (!had.USD.IsPositive() || p.TierStart.LessThan(had.TierStart)) {
			now[p.Key] = p
		}
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

// reasons are why the list is not to be used; none: it is. Changes may have been
// accepted, of what is sound in itself.
func (c *check) reasons(changesAccepted bool) []string {
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
	const differ, gone = "prices differ by more than 20 % from those in use", "prices are gone, or several are given for one thing"
	var reasons []string
	refuse := func(what string, t tally, percent, fewest int) bool {
		if !t.exceeds(percent, fewest) {
			return false
		}
		reasons = append(reasons, fmt.Sprintf("%s (%d of %d, such as %s)", what, t.faults, t.of, strings.Join(t.examples, "; ")))
		return true
	}
	refuse("machines cost nothing", c.zero, 0, 1)
	refuse("what was paid for costs nothing", c.freed, 0, 1)
	refuse("twice the size does not cost about twice as much", c.double, tooManyOff, 1)
	if changesAccepted {
		return reasons
	}
	moves := refuse(differ, c.moves, tooManyMove, 1)
	vanished := refuse(gone, c.vanished, tooManyVanish, 1)
	for _, name := range slices.Sorted(maps.Keys(c.families)) { // what is said of all need not be of each
		if f := c.families[name]; !moves {
			refuse(name+": "+differ, f.moves, tooManyMove, min(fewest, (f.moves.of+1)/2))
		}
		if f := c.families[name]; !vanished {
			refuse(name+": "+gone, f.vanished, tooManyVanish, min(fewest, (f.vanished.of+1)/2))
		}
	}
	return reasons
}

// exceeds reports whether so many percent are at fault, and not fewer than so many.
func (t tally) exceeds(percent, fewest int) bool {
	return t.faults > 0 && t.faults >= fewest && t.faults*100 >= t.of*percent
}
