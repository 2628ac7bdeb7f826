package project

import (
	"fmt"
	"maps"
	"slices"
)

// Limits are the numbers that must not be passed; a nil one is no limit.
type Limits struct {
	Stacks    *int           `json:"stacks,omitempty"`
	Resources *int           `json:"resources,omitempty"` // of all kinds together
	Sessions  *int           `json:"sessions,omitempty"`  // open at once
	Kinds     map[string]int `json:"kinds,omitempty"`     // resources of one kind
}

// IsZero reports whether nothing is limited.
func (l Limits) IsZero() bool {
	return l.Stacks == nil && l.Resources == nil && l.Sessions == nil && len(l.Kinds) == 0
}

// EachPerson is the subject of the limits that hold for every person of a project
// who has none of their own.
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
}

// UsageOf counts one stack that holds the resources; none holds nothing.
func UsageOf(resources []Resource) Usage {
	u := Usage{Resources: len(resources), Kinds: map[string]int{}}
	if len(resources) > 0 {
		u.Stacks = 1
	}
	for _, r := range resources {
		u.Kinds[r.Kind]++
	}
	return u
}

// Plus is both together.
func (u Usage) Plus(more Usage) Usage {
	sum := Usage{Stacks: u.Stacks + more.Stacks, Sessions: u.Sessions + more.Sessions, Resources: u.Resources + more.Resources, Kinds: map[string]int{}}
	maps.Copy(sum.Kinds, u.Kinds)
	for kind, n := range more.Kinds {
		sum.Kinds[kind] += n
	}
	return sum
}

// Excess is one limit that would be passed.
type Excess struct {
	What  string // "stacks", "resources", "sessions", or a kind
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
	check := func(what string, limit *int, used, asked int) {
		if limit != nil && asked > 0 && used+asked > *limit {
			over = append(over, Excess{What: what, Used: used, Asked: asked, Limit: *limit})
		}
	}
	check("stacks", l.Stacks, used.Stacks, asked.Stacks)
	check("sessions", l.Sessions, used.Sessions, asked.Sessions)
	check("resources", l.Resources, used.Resources, asked.Resources)
	for _, kind := range slices.Sorted(maps.Keys(l.Kinds)) {
		limit := l.Kinds[kind]
		check(kind, &limit, used.Kinds[kind], asked.Kinds[kind])
	}
	return over
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
	want := byLabel(desired)
	for _, r := range before {
		if _, ok := want[r.Label()]; !ok {
			held = append(held, r)
		}
	}
	return held
}
