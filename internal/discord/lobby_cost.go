package discord

import (
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
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
	return append([]string{"💰 " + line}, unpriced(c.Peak, l.most(mostUnpriced))...)
}

// unpriced names what is not in a cost.
func unpriced(c project.Cost, most int) []string {
	if c.Whole() {
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

// monthly is a cost in a few words; what is not in it makes it a lower bound.
func monthly(c project.Cost) string {
	text := cost.Dollars(c.Monthly) + "/month"
	if !c.Whole() {
		text += fmt.Sprintf(" and %d not priced", len(c.Unpriced)+c.Omitted)
	}
	return text
}
