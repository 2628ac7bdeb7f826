package project_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/project"
)

var things = []string{project.LimitStacks, project.LimitResources, project.LimitSessions, "database", "vpc"}

// someResources are a few of two kinds, each name once.
func someResources(t *rapid.T, name string) []project.Resource {
	var out []project.Resource
	for _, kind := range []string{"database", "vpc"} {
		for _, n := range []string{"a", "b", "c", "d"} {
			if rapid.Bool().Draw(t, name+kind+n) {
				out = append(out, project.Resource{Kind: kind, Name: n})
			}
		}
	}
	return out
}

func someUsage(t *rapid.T, name string) project.Usage {
	n := func(what string) int { return rapid.IntRange(0, 6).Draw(t, name+what) }
	return project.Usage{Stacks: n("stacks"), Sessions: n("sessions"), Resources: n("resources"),
		Kinds: map[string]int{"database": n("database"), "vpc": n("vpc")}}
}

func someLimits(t *rapid.T, name string) project.Limits {
	var l project.Limits
	for _, what := range things {
		if rapid.Bool().Draw(t, name+" limits "+what) {
			limit := rapid.IntRange(0, 8).Draw(t, name+what)
			l = l.With(what, &limit)
		}
	}
	return l
}

// A limit is passed exactly where more of the thing is asked for than is left.
func TestOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits, used, asked := someLimits(t, "limits"), someUsage(t, "used"), someUsage(t, "asked")
		over := limits.Over(used, asked)
		for _, what := range things {
			limit, u, a := limits.Of(what), used.Of(what), asked.Of(what)
			want := limit != nil && a > 0 && u+a > *limit
			i := slices.IndexFunc(over, func(e project.Excess) bool { return e.What == what })
			if want != (i >= 0) {
				t.Fatalf("%s: limit %v, used %d, asked %d: %v", what, limit, u, a, over)
			}
			if i >= 0 && over[i] != (project.Excess{What: what, Used: u, Asked: a, Limit: *limit}) {
				t.Fatalf("%s: %+v", what, over[i])
			}
		}
	})
}

// What is taken in turn, as far as each time nothing is over, never passes a limit.
func TestWhatFitsNeverPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := someLimits(t, "limits")
		used := project.Usage{}
		for range rapid.IntRange(1, 8).Draw(t, "asked how often") {
			if asked := someUsage(t, "asked"); len(limits.Over(used, asked)) == 0 {
				used = used.Plus(asked)
			}
		}
		for _, what := range limits.Things() {
			if used.Of(what) > *limits.Of(what) {
				t.Fatalf("%s: %d of %d", what, used.Of(what), *limits.Of(what))
			}
		}
	})
}

// Growth is what is missing to what comes after, and never less than nothing.
func TestGrowth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := someUsage(t, "before"), someUsage(t, "after")
		grown := project.Growth(before, after)
		for _, what := range things {
			if got, want := grown.Of(what), max(0, after.Of(what)-before.Of(what)); got != want {
				t.Fatalf("%s grew by %d, want %d", what, got, want)
			}
			if sum := before.Plus(grown).Of(what); sum != max(before.Of(what), after.Of(what)) {
				t.Fatalf("%s: %d after it grew", what, sum)
			}
		}
	})
}

// After a success a stack holds what was desired; else also all from before. Each
// resource counts once, and nothing of what went in is changed.
func TestHeldAfter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, desired := someResources(t, "before"), someResources(t, "desired")
		wasBefore, wasDesired := slices.Clone(before), slices.Clone(desired)
		if diff := cmp.Diff(desired, project.HeldAfter(before, desired, true)); diff != "" {
			t.Fatal(diff)
		}
		held := project.HeldAfter(before, desired, false)
		labels := map[string]int{}
		for _, r := range held {
			labels[r.Label()]++
		}
		for _, r := range append(slices.Clone(before), desired...) {
			if labels[r.Label()] != 1 {
				t.Fatalf("%s is held %d times", r.Label(), labels[r.Label()])
			}
		}
		usage, b, d := project.UsageOf(held), project.UsageOf(before), project.UsageOf(desired)
		for _, what := range things {
			if n := usage.Of(what); n < max(b.Of(what), d.Of(what)) || n > b.Of(what)+d.Of(what) {
				t.Fatalf("%s: %d of %d and %d", what, n, b.Of(what), d.Of(what))
			}
		}
		// What failed twice is what failed once.
		if diff := cmp.Diff(project.UsageOf(held), project.UsageOf(project.HeldAfter(held, desired, false))); diff != "" {
			t.Fatal(diff)
		}
		if !cmp.Equal(wasBefore, before) || !cmp.Equal(wasDesired, desired) {
			t.Fatal("what went in is changed")
		}
	})
}

// One limit changes and the others stay; the value it is made from stays as it was.
func TestLimitsWith(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := someLimits(t, "limits")
		was := map[string]*int{}
		for _, what := range things {
			was[what] = l.Of(what)
		}
		changed := rapid.SampledFrom(things).Draw(t, "changed")
		var limit *int
		if rapid.Bool().Draw(t, "set") {
			n := rapid.IntRange(0, 8).Draw(t, "to")
			limit = &n
		}
		next := l.With(changed, limit)
		for _, what := range things {
			want := was[what]
			if what == changed {
				want = limit
			}
			if !cmp.Equal(want, next.Of(what)) || !cmp.Equal(was[what], l.Of(what)) {
				t.Fatalf("%s: %v, %v, want %v", what, next.Of(what), l.Of(what), want)
			}
		}
		if next.IsZero() != (len(next.Things()) == 0) {
			t.Fatalf("IsZero of %+v", next)
		}
	})
}

func TestLimitsOr(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		own, each := someLimits(t, "own"), someLimits(t, "each")
		got := own.Or(each)
		for _, what := range things {
			want := own.Of(what)
			if want == nil {
				want = each.Of(what)
			}
			if !cmp.Equal(want, got.Of(what)) {
				t.Fatalf("%s: %v, want %v", what, got.Of(what), want)
			}
		}
	})
}

// The budget is passed by the cent; what costs nothing more passes none, and what
// nobody knows the cost of only one that is passed already.
func TestOverBudget(t *testing.T) {
	t.Parallel()
	cost := func(usd string, unpriced ...string) project.Usage {
		return project.Usage{Resources: 1, Cost: project.Cost{Monthly: decimal.RequireFromString(usd), Unpriced: unpriced}}
	}
	budget := 100
	for name, tc := range map[string]struct {
		used, asked project.Usage
		want        bool
	}{
		"fits to the cent":      {cost("60.01"), cost("39.99"), false},
		"a cent too much":       {cost("60.01"), cost("40"), true},
		"part of a cent":        {cost("99.9999"), cost("0.0002"), true},
		"free, beyond it":       {cost("150"), cost("0"), false},
		"not priced":            {cost("100"), cost("0", "x"), false},
		"not priced, beyond":    {cost("100.01"), cost("0", "x"), true},
		"no more of it, beyond": {cost("150"), project.Usage{Cost: project.Cost{Unpriced: []string{"x"}}}, false},
	} {
		if got := (project.Limits{Budget: &budget}).OverBudget(tc.used, tc.asked); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
		if (project.Limits{}).OverBudget(tc.used, tc.asked) {
			t.Errorf("%s: over no budget", name)
		}
	}
}

// What is named is bounded, and what is not is counted.
func TestCostPlus(t *testing.T) {
	t.Parallel()
	var many project.Cost
	for range project.MostUnpriced + 3 {
		many = many.Without("x")
	}
	sum := many.Plus(project.Cost{Monthly: decimal.New(5, 0), Unpriced: []string{"y"}, Omitted: 2, PricesOf: "2026-07-20", Invented: true})
	if len(sum.Unpriced) != project.MostUnpriced || sum.Missing() != project.MostUnpriced+3+3 || !sum.Invented || sum.PricesOf != "2026-07-20" {
		t.Errorf("%+v", sum)
	}
	if older := sum.Plus(project.Cost{PricesOf: "2026-07-19"}); older.PricesOf != "2026-07-19" || older.Plus(sum).PricesOf != "2026-07-19" {
		t.Errorf("prices of %s", older.PricesOf)
	}
}
