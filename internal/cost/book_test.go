package cost

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func tiered(usd, start, end string) Price {
	p := price("aws", "us-east-1", "k", UnitGBMonth, usd)
	p.TierStart, p.TierEnd = decimal.RequireFromString(start), decimal.RequireFromString(end)
	return p
}

func TestFind(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prices []Price
		region string
		err    error
		tiers  int
	}{
		"one":                   {[]Price{tiered("1", "0", "0")}, "us-east-1", nil, 1},
		"tiers in any order":    {[]Price{tiered("1", "10", "0"), tiered("2", "0", "10")}, "us-east-1", nil, 2},
		"no such key":           {[]Price{price("aws", "us-east-1", "other", UnitHour, "1")}, "us-east-1", ErrNoPrice, 0},
		"no such region":        {[]Price{tiered("1", "0", "0")}, "eu-west-1", ErrNoRegion, 0},
		"the same twice":        {[]Price{tiered("1", "0", "0"), tiered("1", "0", "0")}, "us-east-1", ErrAmbiguous, 0},
		"two prices":            {[]Price{tiered("1", "0", "0"), tiered("2", "0", "0")}, "us-east-1", ErrAmbiguous, 0},
		"a gap between tiers":   {[]Price{tiered("1", "0", "10"), tiered("2", "20", "0")}, "us-east-1", ErrAmbiguous, 0},
		"tiers that overlap":    {[]Price{tiered("1", "0", "10"), tiered("2", "5", "0")}, "us-east-1", ErrAmbiguous, 0},
		"no tier from the zero": {[]Price{tiered("1", "5", "0")}, "us-east-1", ErrAmbiguous, 0},
		"no prices":             {nil, "us-east-1", ErrNoRegion, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := NewBook(Snapshot{Provider: "aws", Prices: tc.prices}).Find("aws", tc.region, "k")
			if !errors.Is(err, tc.err) || len(found) != tc.tiers {
				t.Errorf("got %v, %v", found, err)
			}
			if len(found) == 2 && !found[0].TierStart.IsZero() {
				t.Errorf("not in order: %v", found)
			}
		})
	}
	if _, err := (*Book)(nil).Find("aws", "us-east-1", "k"); !errors.Is(err, ErrNoRegion) {
		t.Errorf("no book: %v", err)
	}
}

// A list that was published later stands above an older one, key by key; two of
// one day contradict each other.
func TestNewerListsStandAbove(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	list := func(n int, prices ...Price) Snapshot {
		return Snapshot{Provider: "aws", Published: day(n), Prices: prices}
	}
	kept := price("aws", "us-east-1", "kept", UnitHour, "9")
	b := NewBook(list(3, tiered("3", "0", "0")), list(1, tiered("1", "0", "10"), tiered("1", "10", "0"), kept), list(2, tiered("2", "0", "0")))
	if found, err := b.Find("aws", "us-east-1", "k"); err != nil || len(found) != 1 || found[0].USD.String() != "3" {
		t.Errorf("got %v, %v", found, err)
	}
	if _, err := b.Find("aws", "us-east-1", "kept"); err != nil {
		t.Error(err)
	}
	if got := b.Published()["aws"]; !got.Equal(day(1)) {
		t.Errorf("the oldest is of %s", got)
	}
	if _, err := NewBook(list(1, tiered("1", "0", "0")), list(1, tiered("1", "0", "0"))).Find("aws", "us-east-1", "k"); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("two of one day: %v", err)
	}
}

// What was imported stands above what came with the program, by whatever dates, also
// of the same day; what it lacks is beneath.
func TestImportedListsStandAbove(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	kept := price("aws", "us-east-1", "kept", UnitHour, "9")
	embedded := Snapshot{Provider: "aws", Published: day(5), Prices: []Price{tiered("5", "0", "0"), kept}}
	for _, published := range []time.Time{day(1), day(5), day(9)} {
		imported := Snapshot{Provider: "aws", Published: published, Imported: true, Prices: []Price{tiered("1", "0", "10"), tiered("2", "10", "0")}}
		for _, lists := range [][]Snapshot{{embedded, imported}, {imported, embedded}} {
			b := NewBook(lists...)
			if found, err := b.Find("aws", "us-east-1", "k"); err != nil || len(found) != 2 || found[0].USD.String() != "1" {
				t.Errorf("of %s: %v, %v", published, found, err)
			}
			if found, err := b.Find("aws", "us-east-1", "kept"); err != nil || found[0].USD.String() != "9" {
				t.Errorf("what was not imported: %v, %v", found, err)
			}
		}
	}
}

func TestCharge(t *testing.T) {
	t.Parallel()
	tiers := []Price{tiered("0.5", "0", "10"), tiered("0.2", "10", "30"), tiered("0.1", "30", "0")}
	for name, tc := range map[string]struct {
		tiers    []Price
		quantity string
		want     string // empty: not known
	}{
		"nothing":               {tiers, "0", "0"},
		"in the first":          {tiers, "4", "2"},
		"to its end":            {tiers, "10", "5"},
		"in the second":         {tiers, "20", "7"},  // 10 × 0.5 + 10 × 0.2
		"in the last":           {tiers, "50", "11"}, // 10 × 0.5 + 20 × 0.2 + 20 × 0.1
		"within the last known": {tiers[:2], "30", "9"},
		"beyond it":             {tiers[:2], "30.5", ""},
		"a price of nothing":    {[]Price{tiered("0", "0", "0")}, "1", ""},
		// What is free for an account is not free for each of its resources.
		"the first for nothing": {[]Price{tiered("0", "0", "10"), tiered("1", "10", "0")}, "15", "15"},
		"the last for nothing":  {[]Price{tiered("1", "0", "10"), tiered("0", "10", "0")}, "15", ""},
		"less than nothing":     {[]Price{tiered("-1", "0", "0")}, "1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := charge(tc.tiers, decimal.RequireFromString(tc.quantity))
			if ok != (tc.want != "") || ok && got.String() != tc.want {
				t.Errorf("got %s, %t", got, ok)
			}
		})
	}
}
