package cost

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// hand is a line of a hand.txt: what somebody calculated.
type hand struct {
	provider, plan, address string
	month, calculation      string
}

// hands reads what was calculated by hand for the plans of every provider.
func hands(t testing.TB) []hand {
	t.Helper()
	files, err := filepath.Glob("testdata/*/hand.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	var out []hand
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(raw))
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) == 0 || fields[0] == "#" {
				continue
			}
			if len(fields) < 4 {
				t.Fatalf("%s: %q", name, lines.Text())
			}
			out = append(out, hand{filepath.Base(filepath.Dir(name)), fields[0], fields[1], fields[2], strings.Join(fields[3:], " ")})
		}
	}
	return out
}

// calculate works out "730 * 0.096 + 8 * 0.1".
func calculate(t testing.TB, text string) decimal.Decimal {
	t.Helper()
	sum, product, sign := decimal.Zero, decimal.NewFromInt(1), decimal.NewFromInt(1)
	for i, word := range strings.Fields(text) {
		switch {
		case i%2 == 0:
			n, err := decimal.NewFromString(word)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			product = product.Mul(n)
		case word == "+" || word == "-":
			sum, product = sum.Add(sign.Mul(product)), decimal.NewFromInt(1)
			sign = decimal.NewFromInt(1)
			if word == "-" {
				sign = sign.Neg()
			}
		case word != "*":
			t.Fatalf("%q: %q", text, word)
		}
	}
	return sum.Add(sign.Mul(product))
}

// testNow is a day on which the tests' price lists are of some age.
var testNow = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

func seedBook(t testing.TB) *Book {
	t.Helper()
	b, err := SeedBook()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// estimateFile estimates a plan of testdata with the embedded prices.
func estimateFile(t testing.TB, name string, o Options) Estimate {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if o.Book == nil {
		o.Book = seedBook(t)
	}
	o.Now = testNow
	e, err := FromPlan(raw, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func resourceAt(t testing.TB, e Estimate, address string) Resource {
	t.Helper()
	i := slices.IndexFunc(e.Resources, func(r Resource) bool { return r.Address == address })
	if i < 0 {
		t.Fatalf("there is no %s", address)
	}
	return e.Resources[i]
}

// states are those of a resource's components, as hand.txt writes them.
func states(r Resource) []string {
	var out []string
	for _, c := range r.Components {
		s := string(c.State)
		if c.State == NotPriced {
			s += ": " + c.Reason
		}
		out = append(out, s)
	}
	return out
}

// What the estimator says is what was calculated by hand from the list prices.
func TestByHand(t *testing.T) {
	t.Parallel()
	for _, h := range hands(t) {
		t.Run(fmt.Sprintf("%s/%s/%s/%s", h.provider, h.plan, h.address, h.month), func(t *testing.T) {
			t.Parallel()
			r := resourceAt(t, estimateFile(t, h.provider+"/"+h.plan, Options{}), h.address)
			if h.month != "-" {
				want := calculate(t, h.calculation)
				if text := decimal.RequireFromString(h.month); !text.Equal(want) {
					t.Errorf("%s is %s, not %s", h.calculation, want, h.month)
				}
				if !r.Monthly.After.Equal(want) {
					t.Errorf("%s a month, want %s = %s\n%+v", r.Monthly.After, h.calculation, want, states(r))
				}
				return
			}
			got, want := states(r), strings.Split(h.calculation, "; ")
			same := len(got) == len(want)
			for i := range min(len(got), len(want)) {
				same = same && strings.HasPrefix(got[i], want[i])
			}
			if !same {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// Every type that has a mapping is calculated by hand somewhere.
func TestEveryTypeIsCalculatedByHand(t *testing.T) {
	t.Parallel()
	m, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, h := range hands(t) {
		seen[typeOf(h.address)] = true
	}
	for name, kind := range m.types {
		if kind.name == name && !seen[name] {
			t.Errorf("%s has a mapping, and no line in testdata/%s/hand.txt", name, kind.provider)
		}
	}
}
