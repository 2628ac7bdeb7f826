package project

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"
)

// Limits are the numbers that must not be passed; a nil one is no limit.
type Limits struct {
	Stacks    *int           `json:"stacks,omitempty"`
	Resources *int           `json:"resources,omitempty"` // of all kinds together
	Sessions  *int           `json:"sessions,omitempty"`  // open at once
	Budget    *int           `json:"budget,omitempty"`    // USD a month, by list prices
	Kinds     map[string]int `json:"kinds,omitempty"`     // resources of one kind
}

// IsZero reports whether nothing is limited.
func (l Limits) IsZero() bool {
	return l.Stacks == nil && l.Resources == nil && l.Sessions == nil && l.Budget == nil && len(l.Kinds) == 0
}

// The things that limits are set on, besides the kinds of resources.
const (
	LimitStacks    = "stacks"
	LimitResources = "resources"
	LimitSessions  = "sessions"
	LimitBudget    = "budget"
)

// Of is the limit on a thing or a kind; nil without one.
func (l Limits) Of(what string) *int {
	switch what {
	case LimitStacks:
		return l.Stacks
	case LimitResources:
		return l.Resources
	case LimitSessions:
		return l.Sessions
	case LimitBudget:
		return l.Budget
	}
	if limit, ok := l.Kinds[what]; ok {
		return &limit
	}
	return nil
}

// With is l with another limit on a thing or a kind; nil takes it away.
func (l Limits) With(what string, limit *int) Limits {
	switch what {
	case LimitStacks:
		l.Stacks = limit
	case LimitResources:
		l.Resources = limit
	case LimitSessions:
		l.Sessions = limit
	case LimitBudget:
		l.Budget = limit
	default:
		l.Kinds = maps.Clone(l.Kinds)
		if limit == nil {
			delete(l.Kinds, what)
			break
		}
		if l.Kinds == nil {
			l.Kinds = map[string]int{}
		}
		l.Kinds[what] = *limit
	}
	return l
}

// Or is l with the others' limits where it has none itself.
func (l Limits) Or(others Limits) Limits {
	for _, what := range others.Things() {
		if l.Of(what) == nil {
			l = l.With(what, others.Of(what))
		}
	}
	return l
}

// Things are what l has a limit on: stacks, resources, sessions, the budget, then
// kinds by name.
func (l Limits) Things() []string {
	var things []string
	for _, what := range append([]string{LimitStacks, LimitResources, LimitSessions, LimitBudget}, slices.Sorted(maps.Keys(l.Kinds))...) {
		if l.Of(what) != nil {
			things = append(things, what)
		}
	}
	return things
}

// EachPerson is the subject of the limits that hold for every person of a project,
// but for those that somebody has instead.
const EachPerson = "*"

// Quota is the limits of a project, or of a person in it.
type Quota struct {
	GuildID   string
	ProjectID int64
	Subject   string // empty: the project; EachPerson; else a user id
	Limits    Limits
}

// Usage is how much of what limits count is there.
type Usage struct {
	Stacks    int
	Sessions  int
	Resources int
	Kinds     map[string]int
	Cost      Cost
}

// Of is how much there is of a thing or a kind; of a cost in whole USD, rounded up.
func (u Usage) Of(what string) int {
	switch what {
	case LimitStacks:
		return u.Stacks
	case LimitResources:
		return u.Resources
	case LimitSessions:
		return u.Sessions
	case LimitBudget:
		return int(u.Cost.Monthly.Ceil().IntPart())
	}
	return u.Kinds[what]
}

// UsageOf counts one stack that holds the resources, each in every region in which it
// stands; none holds nothing.
func UsageOf(resources []Resource) Usage {
	u := Usage{Kinds: map[string]int{}}
	if len(resources) > 0 {
		u.Stacks = 1
	}
	for _, r := range resources {
		u.Resources += r.Instances()
		u.Kinds[r.Kind] += r.Instances()
	}
	return u
}

// Plus is both together.
func (u Usage) Plus(more Usage) Usage {
	sum := Usage{Stacks: u.Stacks + more.Stacks, Sessions: u.Sessions + more.Sessions, Resources: u.Resources + more.Resources, Kinds: map[string]int{}, Cost: u.Cost.Plus(more.Cost)}
	maps.Copy(sum.Kinds, u.Kinds)
	for kind, n := range more.Kinds {
		sum.Kinds[kind] += n
	}
	return sum
}

// Excess is one limit that would be passed.
type Excess struct {
	What  string // LimitStacks, LimitResources, LimitSessions, or a kind
	Used  int
	Asked int // more than is used
	Limit int
}

func (e Excess) String() string {
	return fmt.Sprintf("%s: %d used, %d more asked, limit %d", e.What, e.Used, e.Asked, e.Limit)
}

// Over lists every limit that asking for more, with what is used, would pass.
// What does not ask for more of a thing never passes its limit: a limit that was
// lowered keeps nobody from making less of it.
func (l Limits) Over(used, asked Usage) []Excess {
	var over []Excess
	for _, what := range l.Things() {
		if what == LimitBudget {
			continue // see OverBudget
		}
		limit := *l.Of(what)
		if more := asked.Of(what); more > 0 && used.Of(what)+more > limit {
			over = append(over, Excess{What: what, Used: used.Of(what), Asked: more, Limit: limit})
		}
	}
	return over
}

// OverBudget reports whether more would pass the budget: what costs more, and
// resources of which nobody knows what they cost where it is passed already.
func (l Limits) OverBudget(used, asked Usage) bool {
	more := asked.Cost.Monthly
	if l.Budget == nil || !used.Cost.Monthly.Add(more).GreaterThan(decimal.NewFromInt(int64(*l.Budget))) {
		return false
	}
	return more.IsPositive() || asked.Resources > 0 && asked.Cost.Missing() > 0
}

// Growth is what a stack takes up more than before, thing by thing; what shrinks
// is no growth.
func Growth(before, after Usage) Usage {
	grown := Usage{Stacks: max(0, after.Stacks-before.Stacks), Sessions: max(0, after.Sessions-before.Sessions),
		Resources: max(0, after.Resources-before.Resources), Kinds: map[string]int{}}
	for kind, n := range after.Kinds {
		if more := n - before.Kinds[kind]; more > 0 {
			grown.Kinds[kind] = more
		}
	}
	return grown
}

// HeldAfter is what a stack may hold after an apply that was to make the desired
// resources: those when it succeeded; else, as nobody can be sure what is gone,
// also what it held before.
func HeldAfter(before, desired []Resource, succeeded bool) []Resource {
	if succeeded {
		return slices.Clone(desired)
	}
	held := slices.Clone(desired)
	for _, r := range before {
		i := slices.IndexFunc(held, func(d Resource) bool { return d.Label() == r.Label() })
		if i < 0 {
			held = append(held, r)
			continue
		}
		held[i].Regions = union(held[i].Regions, r.Regions)
	}
	return held
}
