package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// viewPlan shows every change with its attributes, to the person alone.
func (c *call) viewPlan(ctx context.Context, r route) error {
	if err := c.think(ctx); err != nil {
		return err
	}
	l, err := c.Orchestrator.View(ctx, c.request(), r.Session, project.View)
	if err != nil {
		return err
	}
	if l.Session.Plan == nil {
		return usererr.New(usererr.Stale, "There is no plan now: it is being made, or something changed. Look at the lobby again.")
	}
	e, err := c.Store.Estimate(ctx, l.Session.Plan.RunID)
	if err != nil {
		return err
	}
	return c.say(ctx, planPicture(l.Session, l.Stack, costText(l.Session.Plan, e)))
}

// costText is what a plan costs, resource by resource.
func costText(p *session.Plan, e *cost.Estimate) string {
	switch {
	case e != nil:
		return strings.TrimSpace(printable(e.At(p.At).Table()))
	case p.Cost != nil && p.Cost.Failed != "":
		return "Not priced: " + p.Cost.Failed
	}
	return ""
}

// planPicture is the plan with its cost in a message, or in a file where it is longer.
func planPicture(s session.Session, st project.Stack, costs string) picture {
	summary := s.Plan.Digest.Summary()
	head := fmt.Sprintf("**Plan %d** · %s · made %s", s.Generation, summary, relative(s.Plan.At))
	whole := strings.TrimSpace(findingsText(s.Plan.Findings) + "\n" + planText(s, st))
	said := head + "\n" + fence("diff", whole)
	if costs != "" {
		said += "\n**Cost**\n" + fence("", costs)
		whole += "\n\nCost\n" + costs
	}
	if size(said) <= maxContent {
		return picture{Content: said}
	}
	p := text(head + "\nAll of it is in the file.")
	// Discord draws no markup in a file.
	file := fmt.Sprintf("Plan %d · %s · made %s\n\n%s\n", s.Generation, summary, s.Plan.At.UTC().Format("2006-01-02 15:04:05 UTC"), whole)
	p.Files = []*discordgo.File{{Name: "plan.txt", ContentType: "text/plain; charset=utf-8", Reader: strings.NewReader(file)}}
	return p
}

// findingsText writes all that policies found, those that deny first.
func findingsText(findings []plan.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "! %s (%s): %s", f.Policy, f.Severity, oneLine(f.Message))
		if f.Resource != "" {
			fmt.Fprintf(&b, " [%s]", oneLine(f.Resource))
		}
		b.WriteString("\n")
	}
	return printable(b.String())
}

// planText writes the changes, the weightiest first, each with its attributes, region
// by region.
func planText(s session.Session, st project.Stack) string {
	var b strings.Builder
	d := s.Plan.Digest
	for _, g := range byRegion(s, st) {
		if g.place != "" {
			fmt.Fprintln(&b, g.heading())
		}
		g.write(&b)
	}
	if d.Omitted > 0 {
		fmt.Fprintf(&b, "… and %s more\n", count(d.Omitted, "change"))
	}
	for _, o := range d.Outputs {
		fmt.Fprintf(&b, "output %s: %s\n", o.Name, fromTo(o.Before, o.After))
	}
	return strings.TrimSpace(printable(b.String()))
}

// write writes the changes of one place.
func (g group) write(b *strings.Builder) {
	for _, m := range marks {
		for _, c := range g.changes {
			if c.Action != m.action {
				continue
			}
			fmt.Fprintf(b, "%s%s%s\n", m.mark, c.Label, remark(c))
			for _, a := range c.Attributes {
				fmt.Fprintf(b, "    %s\n", attribute(c.Action, a))
			}
			if c.Omitted > 0 {
				fmt.Fprintf(b, "    … and %s more\n", count(c.Omitted, "attribute"))
			}
		}
	}
}

// attribute is one value and what becomes of it. Sensitive ones are masked since
// the plan was read.
func attribute(action plan.Action, a plan.AttributeChange) string {
	line := a.Name + ": "
	switch action {
	case plan.Create:
		line += oneLine(a.After)
	case plan.Delete:
		line += oneLine(a.Before)
	default:
		line += fromTo(a.Before, a.After)
	}
	if a.ForcesReplace {
		line += " (forces the replacement)"
	}
	return line
}

func fromTo(before, after string) string {
	switch {
	case before == "":
		return oneLine(after)
	case after == "":
		return oneLine(before) + " → (none)"
	}
	return oneLine(before) + " → " + oneLine(after)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
