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
	return strings.Join(c.reasons(), "; ")
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
		"Google's sizes": {nil, list("compute.instance/n2-standard-2", "1", "compute.instance/n2-standard-4", "1"), "twice the size"},
		"Azure's sizes":  {nil, list("vm/Standard_D2as_v5/linux", "0.178", "vm/Standard_D4as_v5/linux", "0.172"), "twice the size"},
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
			if reasons := c.reasons(); (len(reasons) > 0) != wrong {
				t.Errorf("%s, wrong %t: %q", provider, wrong, reasons)
			}
			if wrong && !strings.Contains(strings.Join(c.reasons(), ";"), "twice the size") {
				t.Errorf("%s: sizes pass: %q", provider, c.reasons())
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
