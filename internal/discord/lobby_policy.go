package discord

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// How much of what policies found, and of the tags, a lobby shows.
const (
	mostFindings = 8
	mostTags     = 8
	findingWidth = 250
)

// shut reports whether nobody can approve the plan now.
func (l lobby) shut() bool { return l.Denied || len(l.Closed) > 0 }

// closed says why nothing is applied in the project now.
func (l lobby) closed() []string {
	if l.Session.State != session.PlanReady {
		return nil
	}
	var lines []string
	for _, why := range l.Closed {
		lines = append(lines, "🔒 "+clip(safe(why), 400))
	}
	return lines
}

// findings lists what policies have to say about the plan, what denies it first,
// and what can be done about that.
func (l lobby) findings() []string {
	s := l.Session
	if s.Plan == nil || len(s.Plan.Findings) == 0 || s.State != session.PlanReady && s.State != session.Approved {
		return nil
	}
	var lines []string
	most := l.most(mostFindings)
	for _, f := range s.Plan.Findings[:min(len(s.Plan.Findings), most)] {
		lines = append(lines, l.finding(f))
	}
	if left := len(s.Plan.Findings) - most; left > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more: **View plan** shows them all.", left))
	}
	switch {
	case s.Plan.Digest.Empty():
	case l.Overridable:
		lines = append(lines, "An admin of "+code(l.Project.Slug, 40)+" can let it pass, with a reason.")
	case l.Denied && !s.Destroy:
		lines = append(lines, "Edit what is named: it is planned again.")
	case s.Override != nil && len(s.Plan.Denied()) > 0:
		lines = append(lines, "Let pass by "+mention(s.Override.By)+" "+relative(s.Override.At)+": "+clip(safe(s.Override.Reason), 300))
	}
	return lines
}

// finding is one line: what it means for the plan, what it says, who says so.
func (l lobby) finding(f plan.Finding) string {
	mark := "⚠ advisory"
	switch {
	case !f.Denies() || l.Project.Rules.Enforced() == project.EnforceAdvisory:
	case l.Denied:
		mark = "⛔ denied"
	default:
		mark = "⚠ denied, let pass"
	}
	source := "policy " + code(f.Policy, 60)
	if f.Resource != "" {
		source = code(f.Resource, 80) + ", " + source
	}
	return mark + ": " + clip(safe(f.Message), findingWidth) + " (" + source + ")"
}

// tags are what the stack is to be tagged with.
func (l lobby) tags() []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(l.Session.Tags)) {
		all = append(all, key+"="+l.Session.Tags[key])
	}
	if len(all) == 0 {
		return nil
	}
	return []string{"Tags: " + codes(all, mostTags)}
}
