package cost

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Money is an exact amount in Currency. In JSON it is text with at least two
// decimals, "128.40" or "7.592", and "0" for nothing.
type Money struct{ decimal.Decimal }

// MarshalJSON writes the amount as text, unrounded: the parts add up to the total.
func (m Money) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte(`"0"`), nil
	}
	return json.Marshal(m.text())
}

// text is the exact amount, with at least two decimals.
func (m Money) text() string {
	text := m.String()
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) < 2 {
		return m.StringFixed(2)
	}
	return text
}

func (m Money) plus(n Money) Money  { return Money{m.Add(n.Decimal)} }
func (m Money) minus(n Money) Money { return Money{m.Sub(n.Decimal)} }

// hourlyPlaces is to how many decimals an hour's cost is rounded: 730 rarely
// divides a month's.
const hourlyPlaces = 6

// Change is an amount before and after a plan's changes. Delta is After less
// Before.
type Change struct {
	Before Money `json:"before"`
	After  Money `json:"after"`
	Delta  Money `json:"delta"`
}

func changeOf(before, after Money) Change {
	return Change{Before: before, After: after, Delta: after.minus(before)}
}

func (c Change) plus(d Change) Change {
	return changeOf(c.Before.plus(d.Before), c.After.plus(d.After))
}

// hourly is a monthly change by the hour.
func (c Change) hourly() Change {
	hour := func(m Money) Money { return Money{m.DivRound(HoursPerMonth, hourlyPlaces)} }
	return changeOf(hour(c.Before), hour(c.After))
}

// Date is a day, written as 2006-01-02; the zero value is no day.
type Date struct{ time.Time }

// MarshalJSON writes the day as text, empty for no day.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		d.Time = time.Time{}
		return err
	}
	t, err := time.Parse(time.DateOnly, text)
	d.Time = t
	return err
}

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}
