package discord

import (
	"context"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// replaceLabel is the menu of what can be made anew.
const replaceLabel = "Replace when planning again"

// mostUnfinished is how many of what is unfinished a text names.
const mostUnfinished = 8

// replaceMenu offers to make anew what an apply left unfinished: for Terraform it
// may be complete. What is chosen is ticked.
func (l lobby) replaceMenu() []discordgo.MessageComponent {
	addresses := l.Session.Replaceable(l.Stack)
	addresses = addresses[:min(len(addresses), maxOptions)]
	if len(addresses) == 0 {
		return nil
	}
	var options []discordgo.SelectMenuOption
	for _, a := range addresses {
		o := option(plan.Label(a), orchestrator.ReplaceKey(a), tail(a, maxOptionText))
		o.Default = slices.Contains(l.Session.Replacing, a)
		options = append(options, o)
	}
	m := menu(replaceLabel, l.to(verbReplace), options)
	none := 0
	m.MinValues, m.MaxValues = &none, len(options) // what is ticked can be unticked
	return []discordgo.MessageComponent{row(m)}
}

// replacing says what is made anew, and while that can be chosen, what might be.
func (l lobby) replacing() []string {
	s := l.Session
	if s.State.Ended() {
		return nil
	}
	var lines []string
	made := l.madeAnew()
	left := slices.DeleteFunc(s.Replaceable(l.Stack), func(a string) bool { return slices.Contains(s.Replacing, a) })
	if len(left) > 0 && s.State.Can(session.EventSubmit) && s.State != session.Approved {
		names := codes(labels(left), mostUnfinished)
		lines = append(lines, "⚠ An apply was interrupted while it made "+names+". Terraform may take what is half made for complete: tick below what is to be made anew.")
	}
	if len(left) > 0 || len(s.Nameless(l.Stack)) > 0 {
		lines = append(lines, l.notOffered()...)
	}
	if n := len(made); n > 0 {
		its := "its"
		if n > 1 {
			its = "their"
		}
		lines = append(lines, codes(labels(made), mostUnfinished)+" will be replaced because "+its+" creation was interrupted.")
	}
	return lines
}

// notOffered says what was left unfinished and cannot be ticked, and why.
func (l lobby) notOffered() []string {
	const instead = " To have one made anew, remove its resource, apply, and add it again."
	var lines []string
	if n := len(l.Session.Replaceable(l.Stack)) - maxOptions; n > 0 {
		lines = append(lines, fmt.Sprintf("The menu has room for the first %d; %d more cannot be ticked.", maxOptions, n)+instead)
	}
	if nameless := l.Session.Nameless(l.Stack); len(nameless) > 0 {
		lines = append(lines, codes(labels(nameless), mostUnfinished)+" cannot be ticked, as a secret is hidden in the address."+instead)
	}
	return lines
}

// tail is the end of a text that is too long: instances of a resource differ there.
func tail(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return "…" + string(runes[len(runes)-most+1:])
}

// madeAnew is what was chosen, and once there is a plan, what that plan replaces: it
// creates what is in no state.
func (l lobby) madeAnew() []string {
	chosen := l.Session.Chosen(l.Stack)
	if l.Session.Plan == nil || l.Session.State == session.Failed {
		return chosen
	}
	return slices.DeleteFunc(chosen, func(address string) bool {
		return !slices.ContainsFunc(l.Session.Plan.Digest.Changes, func(c plan.Change) bool {
			return c.Action == plan.Replace && c.Address == address
		})
	})
}

// labels are the names that people know addresses by, each once: what people ask for
// may be made of several.
func labels(addresses []string) []string {
	var names []string
	for _, a := range addresses {
		if name := plan.Label(a); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// replaced takes what is ticked.
func (c *call) replaced(ctx context.Context, r route, keys []string) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	return c.Orchestrator.Replace(ctx, c.request(), r.Session, r.Seen, keys)
}
