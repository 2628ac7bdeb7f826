package prices

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// list is a price list of a region, of pairs of key and price.
func list(pairs ...string) (prices []cost.Price) {
	for pair := range slices.Chunk(pairs, 2) {
		prices = append(prices, mustPrice("r", pair[0], pair[1]))
	}
	return prices
}

// hundred is a list of a hundred things for a dollar, with a price for some of them.
func hundred(usd string, others int) (prices []cost.Price) {
	for i := range 100 {
		p := mustPrice("r", fmt.Sprintf("nat.%02d", i), "1")
		if i < others {
			p.USD = number(usd)
		}
		prices = append(prices, p)
	}
	return prices
}

// families is a list of a thousand machines, and of seven volumes of which some have a
// price of their own: what is wrong with all of those is 0.7 % of the list.
func families(usd string, others int) (prices []cost.Price) {
	for i := range 1000 {
		prices = append(prices, mustPrice("r", fmt.Sprintf("ec2.instance/x%d.metal/linux/shared", i), "1"))
	}
	for i := range 7 {
		p := mustPrice("r", fmt.Sprintf("ebs.storage/%d", i), "0.1")
		if i < others {
			p.USD = number(usd)
		}
		prices = append(prices, p)
	}
	return prices
}

// tiers are two of one key.
func tiers(first, second string) []cost.Price { return tiersOf("nat.data", first, second) }

func tiersOf(key, first, second string) []cost.Price {
	prices := list(key, first, key, second)
	prices[0].TierEnd, prices[1].TierStart = number("100"), number("100")
	return prices
}

func was(prices []cost.Price, replaced bool) (before []store.PriceBefore) {
	for _, p := range prices {
		before = append(before, store.PriceBefore{Price: p, Replaced: replaced})
	}
	return before
}

func judge(t *testing.T, before []store.PriceBefore, after []cost.Price) string {
	t.Helper()
	c := newCheck()
	if err := c.region("r", before, after); err != nil {
		t.Fatal(err)
	}
	return strings.Join(c.reasons(false), "; ")
}

// Each limit from both sides.
func TestCheck(t *testing.T) {
	t.Parallel()
	const m5 = "ec2.instance/m5."
	const rest = "/linux/shared"
	for name, test := range map[string]struct {
		before []store.PriceBefore
		after  []cost.Price
		want   string // part of the reasons; empty: none
	}{
		"nothing":                      {nil, nil, "no prices"},
		"the same":                     {was(hundred("1", 0), true), hundred("1", 0), ""},
		"1 in 100 moved":               {was(hundred("1", 0), true), hundred("1.21", 1), ""},
		"2 in 100 moved":               {was(hundred("1", 0), true), hundred("1.21", 2), "2 of 100, such as nat.00 in r from $1 to $1.21; nat.01"},
		"2 in 100 fell":                {was(hundred("1", 0), true), hundred("0.79", 2), "more than 20 %"},
		"all moved by 20 %":            {was(hundred("1", 0), true), hundred("1.2", 100), ""},
		"moved from the embedded list": {was(hundred("1", 0), false), hundred("1.21", 2), "more than 20 %"},
		"4 in 100 vanished":            {was(hundred("1", 0), true), hundred("1", 0)[4:], ""},
		"5 in 100 vanished":            {was(hundred("1", 0), true), hundred("1", 0)[5:], "5 of 100, such as nat.00 in r"},
		"not in the new list at all":   {was(hundred("1", 0), false), hundred("1", 0)[50:], ""}, // it stays beneath
		"5 in 100 ambiguous":           {was(hundred("1", 0), true), append(hundred("1", 0), hundred("1.1", 5)[:5]...), "several are given"},
		"a machine for nothing":        {nil, list(m5+"large"+rest, "0"), "machines cost nothing (1 of 1, such as " + m5 + "large"},
		"something for nothing":        {nil, list("nat.hours", "0"), ""},
		"twice the size":               {nil, list(m5+"large"+rest, "1", m5+"xlarge"+rest, "2", m5+"2xlarge"+rest, "4"), ""},
		"twice the size, once more":    {nil, list(m5+"large"+rest, "1", m5+"xlarge"+rest, "2", m5+"2xlarge"+rest, "2"), m5 + "xlarge/linux/shared costs $2 and " + m5 + "2xlarge/linux/shared $2"},
		"as the provider always did": {was(list("ec2.instance/g4dn.xlarge"+rest, "0.526", "ec2.instance/g4dn.2xlarge"+rest, "0.752"), false),
			list("ec2.instance/g4dn.xlarge"+rest, "0.526", "ec2.instance/g4dn.2xlarge"+rest, "0.752"), ""},
		"a family moved":            {was(families("0.08", 3), true), families("0.8", 3), "ebs.storage: prices differ by more than 20 % from those in use (3 of 7, such as ebs.storage/0 in r from $0.08 to $0.8"},
		"two of a family moved":     {was(families("0.08", 2), true), families("0.8", 2), ""},
		"half of a family moved":    {was(families("0.08", 1)[:1001], true), families("0.8", 1)[:1001], "ebs.storage: prices differ"},
		"a family vanished":         {was(families("0.08", 3), true), families("0.08", 3)[:1000], "ebs.storage: prices are gone, or several are given for one thing (7 of 7, such as ebs.storage/0 in r"},
		"without a slash":           {was(hundred("1", 0), true), hundred("1.21", 2), "(2 of 100"},
		"paid, and now for nothing": {was(families("0.08", 1), true), families("0", 1), "what was paid for costs nothing (1 of 1007, such as ebs.storage/0 in r, before at $0.08)"},
		"embedded, now for nothing": {was(list("nat.hours", "0.045"), false), list("nat.hours", "0"), "what was paid for costs nothing (1 of 1, such as nat.hours in r"},
		"a tier for nothing":        {was(tiers("2", "1"), true), tiers("2", "0"), "what was paid for costs nothing (1 of 2, such as nat.data in r, before at $1)"},
		"an allowance":              {was(list("storage.standard", "0.02"), false), tiersOf("storage.standard", "0", "0.02"), ""},
		"an allowance, and dearer":  {was(list("storage.standard", "0.02"), false), tiersOf("storage.standard", "0", "0.04"), "storage.standard in r from $0.02 to $0.04"},
		"ambiguous as before":       {was(list("nat.hours", "1", "nat.hours", "2"), true), list("nat.hours", "1", "nat.hours", "2"), ""},
		"for nothing as before":     {was(tiers("0", "1"), true), tiers("0", "1"), ""},
		"Google's sizes":            {nil, list("compute.instance/n2-standard-2", "1", "compute.instance/n2-standard-4", "1"), "twice the size"},
		"Azure's sizes":             {nil, list("vm/Standard_D2as_v5/linux", "0.178", "vm/Standard_D4as_v5/linux", "0.172"), "twice the size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge(t, test.before, test.after)
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Changes that a person accepts are no reason; what cannot be is one all the same.
func TestAcceptedChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before []store.PriceBefore
		after  []cost.Price
		want   int // reasons
	}{
		"all moved":             {was(hundred("1", 0), true), hundred("2", 100), 0},
		"half is gone":          {was(hundred("1", 0), true), hundred("1", 0)[50:], 0},
		"nothing is left":       {was(hundred("1", 0), true), nil, 1},
		"a machine for nothing": {nil, list("ec2.instance/m5.large/linux/shared", "0"), 1},
		"for nothing now":       {was(hundred("1", 0), true), hundred("0", 1), 1},
		"twice the size":        {nil, list("vm/Standard_D2as_v5/linux", "0.178", "vm/Standard_D4as_v5/linux", "0.172"), 1},
	} {
		c := newCheck()
		if err := c.region("r", test.before, test.after); err != nil {
			t.Fatal(err)
		}
		if reasons := c.reasons(true); len(reasons) != test.want {
			t.Errorf("%s: %q", name, reasons)
		}
	}
}

// The embedded list passes its own check in every region of every provider; with rows
// like those that its sources had wrong (the price of another operating system) it is
// refused.
func TestCheckOfTheEmbeddedList(t *testing.T) {
	t.Parallel()
	seed, err := cost.Seed()
	if err != nil {
		t.Fatal(err)
	}
	for _, provider := range Providers() {
		regions := map[string][]cost.Price{}
		for _, s := range seed {
			for _, p := range s.Prices {
				if s.Provider == provider {
					regions[p.Region] = append(regions[p.Region], p)
				}
			}
		}
		for _, wrong := range []bool{false, true} {
			c := newCheck()
			for name, prices := range regions {
				after := slices.Clone(prices)
				for i, p := range after {
					if wrong && i%10 == 0 && isCompute(p.Key) {
						after[i].USD = p.USD.Mul(number("1.9"))
					}
				}
				if err := c.region(name, was(prices, false), after); err != nil {
					t.Fatal(err)
				}
			}
			if reasons := c.reasons(false); (len(reasons) > 0) != wrong {
				t.Errorf("%s, wrong %t: %q", provider, wrong, reasons)
			}
			if wrong && !strings.Contains(strings.Join(c.reasons(false), ";"), "twice the size") {
				t.Errorf("%s: sizes pass: %q", provider, c.reasons(false))
			}
		}
	}
}

// The sum is of all that is in the list, and of nothing else.
func TestSum(t *testing.T) {
	t.Parallel()
	sum := func(prices []cost.Price) string {
		c := newCheck()
		if err := c.region("r", nil, prices); err != nil {
			t.Fatal(err)
		}
		return c.sum()
	}
	one := sum(list("a", "1"))
	if one != sum(list("a", "1.0")) {
		t.Error("1 and 1.0 are two prices")
	}
	for _, other := range [][]cost.Price{list("a", "2"), list("b", "1"), list("a", "1", "b", "1"), nil} {
		if sum(other) == one {
			t.Errorf("%v has the same sum", other)
		}
	}
}
