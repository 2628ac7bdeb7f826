package cost

import (
	"time"

	"github.com/shopspring/decimal"
)

// Dollars is an amount of USD for reading, such as "$1,280.40"; one that rounds to
// nothing, and is not, is "<$0.01".
func Dollars(amount decimal.Decimal) string { return dollars(Money{amount}, 2) }

// Invented reports whether prices of the sandbox are in it.
func (e Estimate) Invented() bool { return e.invented() }

// At is the estimate as it is shown at a time, by which its price list is old. One
// that was read from JSON knows none.
func (e Estimate) At(now time.Time) Estimate {
	e.now = now
	return e
}
