package cost

import (
	"errors"
	"slices"
	"time"
)

// What a look-up fails with.
var (
	ErrNoPrice   = errors.New("no list price")
	ErrNoRegion  = errors.New("no price list of this region")
	ErrAmbiguous = errors.New("several list prices fit")
)

// Book answers exact look-ups in price lists. It does not change once it is
// built: it is safe for concurrent use.
type Book struct {
	prices    map[place]listed
	regions   map[[2]string]bool
	published map[string]time.Time
}

type place struct{ provider, region, key string }

// listed are the prices of one key, from one snapshot.
type listed struct {
	tiers []Price
	rank
}

// rank is what tells which of several snapshots with a key counts.
type rank struct {
	imported  bool
	published time.Time
}

func (r rank) compare(other rank) int {
	if r.imported != other.imported {
		if r.imported {
			return 1
		}
		return -1
	}
	return r.published.Compare(other.published)
}

// NewBook builds a book of snapshots. Where several have prices of one key, what was
// imported counts, and of those the one published last: an imported list is as old as
// its oldest part, and may bear an earlier date than the embedded one. Two of the same
// day are ambiguous.
func NewBook(snapshots ...Snapshot) *Book {
	b := &Book{prices: map[place]listed{}, regions: map[[2]string]bool{}, published: map[string]time.Time{}}
	order := slices.Clone(snapshots)
	slices.SortStableFunc(order, func(x, y Snapshot) int { return x.rank().compare(y.rank()) })
	for _, s := range order {
		if oldest, ok := b.published[s.Provider]; !ok || s.Published.Before(oldest) {
			b.published[s.Provider] = s.Published
		}
		for _, p := range s.Prices {
			b.add(p, s.rank())
		}
	}
	for at, l := range b.prices {
		slices.SortFunc(l.tiers, func(x, y Price) int { return x.TierStart.Cmp(y.TierStart) })
		b.prices[at] = l
	}
	return b
}

func (s Snapshot) rank() rank { return rank{s.Imported, s.Published} }

func (b *Book) add(p Price, from rank) {
	at := place{p.Provider, p.Region, p.Key}
	l := b.prices[at]
	if l.compare(from) != 0 {
		l = listed{}
	}
	b.prices[at] = listed{append(l.tiers, p), from}
	b.regions[[2]string{p.Provider, p.Region}] = true
}

// Find returns the prices of a key: one, or tiers that follow each other from
// zero on, in their order. It fails with ErrNoPrice, ErrNoRegion or ErrAmbiguous.
func (b *Book) Find(provider, region, key string) ([]Price, error) {
	l, err := b.find(provider, region, key)
	return slices.Clone(l.tiers), err
}

func (b *Book) find(provider, region, key string) (listed, error) {
	if b == nil {
		return listed{}, ErrNoRegion
	}
	l, ok := b.prices[place{provider, region, key}]
	switch {
	case ok && !follow(l.tiers):
		return listed{}, ErrAmbiguous
	case ok:
		return l, nil
	case !b.covers(provider, region):
		return listed{}, ErrNoRegion
	}
	return listed{}, ErrNoPrice
}

// covers reports whether there is a price list of the region.
func (b *Book) covers(provider, region string) bool {
	return b != nil && b.regions[[2]string{provider, region}]
}

// follow reports whether prices, sorted by where they start, are the tiers of one
// list: the first starts at zero, each starts where the one before ends, and all
// are of one unit and product.
func follow(tiers []Price) bool {
	for i, p := range tiers {
		if i == 0 {
			if !p.TierStart.IsZero() {
				return false
			}
			continue
		}
		before := tiers[i-1]
		if before.TierEnd.IsZero() || !before.TierEnd.Equal(p.TierStart) || before.Unit != p.Unit {
			return false
		}
	}
	return true
}

// Published tells when the oldest price list of each provider was published.
func (b *Book) Published() map[string]time.Time {
	out := map[string]time.Time{}
	if b != nil {
		for provider, at := range b.published {
			out[provider] = at
		}
	}
	return out
}
