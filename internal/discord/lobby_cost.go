package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// mostUnpriced is how many resources without a price a lobby names.
const mostUnpriced = 5

// costs says what the plan costs, and of what nobody knows it.
func (l lobby) costs() []string {
	s := l.Session
	if s.State != session.PlanReady && s.State != session.Approved || s.Plan == nil || s.Plan.Cost == nil || s.Plan.Digest.Empty() {
		return nil
	}
	c := s.Plan.Cost
	if c.Failed != "" {
		return []string{"💰 Not priced: " + safe(c.Failed)}
	}
	line := c.Line
	if sum, rest, ok := strings.Cut(line, " ("); ok {
		line = "**" + sum + "** (" + rest
	}
	lines := append([]string{"💰 " + line}, l.costsByRegion()...)
	return append(lines, unpriced(c.Peak, l.most(mostUnpriced))...)
}

// over says which limits the plan would pass.
func (l lobby) over() []string {
	var lines []string
	for _, why := range l.Over {
		lines = append(lines, "⛔ "+clip(safe(why), 400))
	}
	return lines
}

// unpriced names what is not in a cost.
func unpriced(c project.Cost, most int) []string {
	if c.Missing() == 0 {
		return nil
	}
	named := c.Unpriced[:min(len(c.Unpriced), most)]
	line := "Not priced, and in no sum: " + codes(named, most)
	if left := len(c.Unpriced) - len(named) + c.Omitted; left > 0 {
		line += fmt.Sprintf(" and %d more", left)
	}
	return []string{line}
}

// costsNow is what an applied stack costs now.
func (l lobby) costsNow() string {
	s := l.Session
	if s.Plan == nil || s.Plan.Cost == nil || s.Plan.Cost.Failed != "" {
		return ""
	}
	return " · " + monthly(s.Plan.Cost.After)
}

// atLeast is a stack's cost in a row of a list.
func atLeast(c project.Cost) string {
	text := cost.Dollars(c.Monthly) + "/month"
	if c.Missing() > 0 {
		text = "≥ " + text
	}
	return text
}

// costNote says below a list what its costs are.
func costNote(sessions []store.Listed) []string {
	var notes []string
	is := func(what func(project.Cost) bool) bool {
		return slices.ContainsFunc(sessions, func(s store.Listed) bool { return s.Cost != nil && what(*s.Cost) })
	}
	if is(func(project.Cost) bool { return true }) {
		notes = append(notes, "cost of the stack now")
	}
	if is(func(c project.Cost) bool { return c.Missing() > 0 }) {
		notes = append(notes, "≥: not all of it is priced")
	}
	if is(func(c project.Cost) bool { return c.Invented }) {
		notes = append(notes, "prices of the sandbox are invented")
	}
	if len(notes) == 0 {
		return nil
	}
	return []string{"-# " + strings.Join(notes, " · ")}
}

// monthly is a cost in a few words, with what keeps it from being the whole truth.
func monthly(c project.Cost) string {
	var notes []string
	if n := c.Missing(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d not priced", n))
	}
	if c.Invented {
		notes = append(notes, "invented prices")
	}
	text := cost.Dollars(c.Monthly) + "/month"
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	return text
}
