package project

import (
	"slices"

	"github.com/shopspring/decimal"
)

// MostUnpriced is how many unpriced resources a cost names.
const MostUnpriced = 20

// Cost is what resources cost a month by list prices, as far as that is known.
type Cost struct {
	Monthly  decimal.Decimal `json:"monthly"`            // USD, of what is priced
	Unpriced []string        `json:"unpriced,omitempty"` // what is not in it, at most MostUnpriced
	Omitted  int             `json:"omitted,omitempty"`  // what is not in it either, and not named
	// PricesOf is the day of the oldest price list, as 2006-01-02; empty where no
	// price was found.
	PricesOf string `json:"prices_of,omitempty"`
	Invented bool   `json:"invented,omitempty"` // prices of the sandbox are in it
}

// Without is c with one more thing that is not in it.
func (c Cost) Without(name string) Cost {
	if len(c.Unpriced) < MostUnpriced {
		c.Unpriced = append(slices.Clip(c.Unpriced), name)
	} else {
		c.Omitted++
	}
	return c
}

// Plus is both together.
func (c Cost) Plus(more Cost) Cost {
	c.Monthly, c.Omitted, c.Invented = c.Monthly.Add(more.Monthly), c.Omitted+more.Omitted, c.Invented || more.Invented
	if c.PricesOf == "" || more.PricesOf != "" && more.PricesOf < c.PricesOf {
		c.PricesOf = more.PricesOf
	}
	for _, name := range more.Unpriced {
		c = c.Without(name)
	}
	return c
}

// Missing is how many things are not in it.
func (c Cost) Missing() int { return len(c.Unpriced) + c.Omitted }
