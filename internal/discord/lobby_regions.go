package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// global is what people read where there is one of a thing, whatever the regions.
const global = "global"

// group is what a plan changes in one place.
type group struct {
	place   string // empty: there is one place only
	changes []plan.Change
}

// byRegion groups what a plan changes, the stack's own region first and what is in no
// region last; a stack that stands in one region has one group.
func byRegion(s session.Session, st project.Stack) []group {
	changes := changesOf(s)
	several := len(st.With(s.Resources)) > 1 || slices.ContainsFunc(changes, func(c plan.Change) bool { return c.Region() != "" })
	if !several {
		return []group{{changes: changes}}
	}
	groups := []group{{place: st.Region}, {place: global}}
	for _, c := range changes {
		place := placeOf(c, s.Resources, st)
		i := slices.IndexFunc(groups, func(g group) bool { return g.place == place })
		if i < 0 {
			i = len(groups) - 1
			groups = slices.Insert(groups, i, group{place: place})
		}
		groups[i].changes = append(groups[i].changes, c)
	}
	slices.SortStableFunc(groups[1:len(groups)-1], func(x, y group) int { return strings.Compare(x.place, y.place) })
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.changes) == 0 })
}

// changesOf are what a plan changes. Terraform's reason for a delete is left out where
// all was to be destroyed.
func changesOf(s session.Session) []plan.Change {
	if !s.Destroy {
		return s.Plan.Digest.Changes
	}
	changes := slices.Clone(s.Plan.Digest.Changes)
	for i := range changes {
		if changes[i].Action == plan.Delete {
			changes[i].Reason = ""
		}
	}
	return changes
}

// placeOf is the region of a change. What is there once, and not to go, has none.
func placeOf(c plan.Change, desired []project.Resource, st project.Stack) string {
	if region := c.Region(); region != "" {
		return region
	}
	for _, r := range desired {
		if label := r.Label(); len(r.Regions) == 0 && (c.Label == label || strings.HasPrefix(c.Label, label+" ") || strings.HasPrefix(c.Label, label+"[")) {
			return global
		}
	}
	return st.Region
}

// headingMark begins a heading in a diff.
const headingMark = "@@ "

// heading is a group's place as a diff marks it.
func (g group) heading() string { return headingMark + clip(g.place, 80) + " @@" }

// costsByRegion is what the stack would cost in each of its regions.
func (l lobby) costsByRegion() []string {
	var parts []string
	for _, r := range l.Session.Plan.Cost.Regions {
		place := r.Region
		if place == "" {
			place = global
		}
		part := code(place, 63) + " " + cost.Dollars(r.Monthly) + "/month"
		if r.Unpriced > 0 {
			part += fmt.Sprintf(" (%d not priced)", r.Unpriced)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"After: " + strings.Join(parts, " · ")}
}
