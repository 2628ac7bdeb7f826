package cost

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// examples are the plans of testdata, by provider and name.
func examples(t testing.TB) map[string]obj {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	out := map[string]obj{}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var p obj
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".json")] = p
	}
	return out
}

// bookOf has the prices of the embedded list that an estimate found, but those at
// one place.
func bookOf(t testing.TB, e Estimate, without place) *Book {
	t.Helper()
	seen := map[place]bool{without: true}
	var prices []Price
	for _, r := range e.Resources {
		for _, c := range r.Components {
			if found, err := seedBook(t).find(c.at.provider, c.at.region, c.at.key); err == nil && !seen[c.at] {
				seen[c.at] = true
				prices = append(prices, found.tiers...)
			}
		}
	}
	return NewBook(Snapshot{Provider: "any", Published: testNow, Prices: prices})
}

// Remove any price: what had it is not priced, and nothing else changes.
func TestAPriceRemoved(t *testing.T) {
	t.Parallel()
	for name, plan := range examples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := estimate(t, plan, Options{})
			all := estimate(t, plan, Options{Book: bookOf(t, whole, place{})})
			places := map[place]bool{}
			for _, r := range all.Resources {
				for _, c := range r.Components {
					if c.State == Priced || c.State == UsageCost {
						places[c.at] = true
					}
				}
			}
			for removed := range places {
				checkRemoved(t, all, estimate(t, plan, Options{Book: bookOf(t, whole, removed)}), removed)
			}
		})
	}
}

func checkRemoved(t *testing.T, all, got Estimate, removed place) {
	t.Helper()
	want := all.Monthly.After
	for i, r := range all.Resources {
		for j, c := range r.Components {
			g := got.Resources[i].Components[j]
			if c.at != removed || c.State == NotPriced {
				c.Reason, g.Reason = "", "" // "no price list of the region", when it was its last one
				if diff := cmp.Diff(c, g, cmpopts.IgnoreUnexported(Component{})); diff != "" {
					t.Errorf("without %v, %s changed: %s", removed, r.Address, diff)
				}
				continue
			}
			if g.State != NotPriced || g.Monthly != nil || !strings.HasPrefix(g.Reason, "no ") {
				t.Errorf("without %v, %s: %+v", removed, r.Address, g)
			}
			if c.State == Priced {
				want = want.minus(*c.Monthly)
			}
		}
	}
	if !got.Monthly.After.Equal(want.Decimal) {
		t.Errorf("without %v: %s a month, want %s", removed, got.Monthly.After, want)
	}
}

// What is created and then destroyed costs nothing. What was unknown at its creation
// is known by then: it is left out.
func TestCreateThenDestroy(t *testing.T) {
	t.Parallel()
	for name, plan := range examples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			create := estimate(t, turned(plan, func(c map[string]any) { c["actions"], c["before"] = array{"create"}, nil }), Options{})
			destroy := estimate(t, turned(plan, func(c map[string]any) {
				c["actions"], c["before"], c["after"] = array{"delete"}, c["after"], nil
				c["before_sensitive"], c["after_unknown"] = c["after_sensitive"], nil
			}), Options{})
			for i, r := range create.Resources {
				later := slices.ContainsFunc(states(r), func(s string) bool { return strings.Contains(s, "unknown until apply") })
				if sum := r.Monthly.Delta.plus(destroy.Resources[i].Monthly.Delta); !sum.IsZero() && !later && !unknownWithin(plan, r.Address) {
					t.Errorf("%s: %s and %s leave %s", r.Address, r.Monthly, destroy.Resources[i].Monthly, sum)
				}
			}
		})
	}
}

// unknownWithin reports whether blocks of a resource have unknown attributes: how it
// was created cannot be told from its values alone.
func unknownWithin(plan obj, address string) bool {
	for _, c := range plan["resource_changes"].([]any) {
		c := c.(map[string]any)
		unknown, _ := c["change"].(map[string]any)["after_unknown"].(map[string]any)
		for _, v := range unknown {
			if _, block := v.([]any); block && c["address"] == address {
				return true
			}
		}
	}
	return false
}

// turned is a plan with every change made into another.
func turned(plan obj, change func(map[string]any)) obj {
	var changes array
	for _, c := range plan["resource_changes"].([]any) {
		c := obj(c.(map[string]any))
		inner := map[string]any(obj(c["change"].(map[string]any)).with("turned", true))
		change(inner)
		changes = append(changes, c.with("change", inner))
	}
	return plan.with("resource_changes", changes)
}

// Whatever the actions are: the parts add up to the total, and a total's difference
// is what lies between its sides.
func TestThePartsAreTheTotal(t *testing.T) {
	t.Parallel()
	plans := examples(t)
	var names []string
	for name := range plans {
		names = append(names, name)
	}
	slices.Sort(names)
	actions := []array{{"create"}, {"delete"}, {"no-op"}, {"update"}, {"delete", "create"}, {"create", "delete"}, {"forget"}, {"read"}}
	rapid.Check(t, func(rt *rapid.T) {
		plan := turned(plans[rapid.SampledFrom(names).Draw(rt, "plan")], func(c map[string]any) {
			c["actions"] = rapid.SampledFrom(actions).Draw(rt, "actions")
			if rapid.Bool().Draw(rt, "before") {
				c["before"] = c["after"]
			}
			if rapid.Bool().Draw(rt, "gone") {
				c["after"] = nil
			}
		})
		e := estimate(t, plan, Options{})
		checkSums(rt, e)
		var again Estimate
		if err := json.Unmarshal(encode(t, e), &again); err != nil || !cmp.Equal(encode(t, e), encode(t, again)) {
			rt.Errorf("it does not read what it writes: %v", err)
		}
	})
}

func checkSums(t interface{ Errorf(string, ...any) }, e Estimate) {
	var total Change
	var asides Asides
	priced := 0
	for _, r := range e.Resources {
		var sum Money
		whole := r.comparable()
		for _, c := range r.Components {
			if (c.State == Priced) != (c.Monthly != nil) || (c.State == NotPriced) != (c.Reason != "") {
				t.Errorf("%s: %+v", r.Address, c)
			}
			if c.State == Priced {
				sum = sum.plus(*c.Monthly)
				if c.Monthly.IsNegative() {
					t.Errorf("%s: %s", r.Address, c.Monthly)
				}
			}
			whole = whole && c.State != NotPriced
		}
		// Components are those after; of what goes away or is forgotten, those before.
		gone := r.Monthly.After.IsZero() && r.Monthly.Before.plus(r.Forgotten).Equal(sum.Decimal)
		if !r.Monthly.After.Equal(sum.Decimal) && !gone {
			t.Errorf("%s: components of %s, %s", r.Address, sum, r.Monthly)
		}
		total, asides = total.plus(r.Monthly), asides.plus(r.Asides)
		if r.KnownBefore().IsNegative() || r.Kept.IsNegative() || r.Kept.GreaterThan(r.KnownBefore().Decimal) {
			t.Errorf("%s: %s known before, %s kept", r.Address, r.KnownBefore(), r.Kept)
		}
		if whole {
			priced++
		}
	}
	if !asides.Forgotten.Equal(e.Forgotten.Decimal) || !asides.Presumed.Equal(e.Presumed.Decimal) || !asides.Kept.Equal(e.Kept.Decimal) {
		t.Errorf("resources come to %+v aside, the total is %+v", asides, e.Asides)
	}
	if total.String() != e.Monthly.String() || !e.Monthly.Delta.Equal(e.Monthly.After.Sub(e.Monthly.Before.Decimal)) || priced != e.Priced {
		t.Errorf("resources come to %s, the total is %s; %d and %d priced", total, e.Monthly, priced, e.Priced)
	}
}
