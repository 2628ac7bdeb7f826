package discord

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// showCommand is /cloud-show.
func showCommand() *command {
	return &command{
		definition: define("cloud-show",
			textOption("project").required().completed().most(32),
			textOption("stack").required().completed().most(32)),
		access: seer,
		run:    show,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.View), "stack": completeStackOf(project.View),
		},
	}
}

func show(ctx context.Context, c *call, o options) (picture, error) {
	v, err := c.Orchestrator.Stack(ctx, c.request(), o.text("project"), o.text("stack"))
	if err != nil {
		return picture{}, err
	}
	return stackPicture(v, c.Orchestrator.Catalog().Kinds(v.Project.Provider)), nil
}

// completeStackOf offers the stacks of a project in which the person has a level.
func completeStackOf(level project.Level) func(context.Context, *call, options) ([]choice, error) {
	return func(ctx context.Context, c *call, o options) ([]choice, error) {
		p, chosen, err := c.project(ctx, level, o.text("project"))
		if !chosen {
			return nil, err
		}
		stacks, err := c.Store.StacksOf(ctx, c.i.GuildID, p.Slug, o.text("stack"), maxOptions)
		var choices []choice
		for _, s := range stacks {
			choices = append(choices, stackChoice(s))
		}
		return choices, err
	}
}

// stackPicture draws all that is known of a stack, with its resources and outputs
// as a lobby has them.
func stackPicture(v orchestrator.StackView, kinds []catalog.Kind) picture {
	l := lobby{Kinds: kinds, Lobby: orchestrator.Lobby{Project: v.Project, Stack: v.Stack, Outputs: v.Outputs,
		Session: session.Session{State: session.Applied, Resources: v.Stack.Resources}}}
	describe := func() string {
		lines := stackHead(v)
		for _, part := range []struct {
			title string
			lines []string
		}{
			{"Held", holderLines(v)}, {"Resources", l.resources()}, {"May exist besides", besides(v.Stack)},
			{"Outputs", l.outputs()}, {"History", historyLines(v, l.most(len(v.History)))},
		} {
			if len(part.lines) > 0 {
				lines = append(append(lines, "", "**"+part.title+"**"), part.lines...)
			}
		}
		return strings.Join(lines, "\n")
	}
	text := describe()
	for size(text) > maxDescription && l.less < 4 {
		l.less++
		text = describe()
	}
	return picture{Embeds: []*discordgo.MessageEmbed{{
		Title: clip(v.Project.Slug+" · "+v.Stack.Name, 256), Description: clip(text, maxDescription), Color: blue,
		Footer: &discordgo.MessageEmbedFooter{Text: "Change it with /cloud-deploy project:" + v.Project.Slug + " stack:" + v.Stack.Name},
	}}}
}

// stackHead says where it stands, with what tags, and which state is kept of it.
func stackHead(v orchestrator.StackView) []string {
	lines := []string{fmt.Sprintf("%s · %s · begun by %s %s", safe(v.Project.Provider), safe(strings.Join(v.Stack.Regions(), ", ")), mention(v.Stack.CreatedBy), relative(v.Stack.CreatedAt))}
	if len(v.Stack.Tags) > 0 {
		var tags []string
		for _, k := range slices.Sorted(maps.Keys(v.Stack.Tags)) {
			tags = append(tags, k+"="+v.Stack.Tags[k])
		}
		lines = append(lines, "Tags: "+codes(tags, 15))
	}
	switch {
	case v.State == nil:
		return append(lines, "Nothing was applied to it yet.")
	case len(v.Stack.Resources) == 0:
		lines = append(lines, "It holds nothing now.")
	}
	lines = append(lines, stackCost(v.Stack)...)
	return append(lines, fmt.Sprintf("State: serial %d · saved %s · %s", v.State.Serial, relative(v.State.SavedAt), bytesText(v.State.Size)))
}

// besides are resources that may exist although the last apply was not to make
// them: it went wrong before they were destroyed for certain.
func besides(st project.Stack) []string {
	var labels []string
	for _, r := range st.Held {
		i := slices.IndexFunc(st.Resources, func(x project.Resource) bool { return x.Label() == r.Label() })
		if i < 0 {
			labels = append(labels, r.Label())
			continue
		}
		for _, region := range r.Regions {
			if region != st.Region && !slices.Contains(st.Resources[i].Regions, region) {
				labels = append(labels, r.Label()+"@"+region)
			}
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return []string{codes(labels, 10) + ": the last apply did not end well. A plan shows what is left."}
}

// holderLines say who may write to the stack's state now.
func holderLines(v orchestrator.StackView) []string {
	h := v.Holder
	if h == nil {
		return nil
	}
	doing := stateNames[h.State]
	if h.RunStatus == store.RunLost {
		doing = "🔴 Host lost"
	}
	line := fmt.Sprintf("by deployment `%s` of %s · %s", h.SessionID, mention(h.Requester), doing)
	if h.StartedAt != nil {
		line += " since " + relative(*h.StartedAt)
	} else {
		line += ", in the queue since " + relative(h.CreatedAt)
	}
	lines := []string{line}
	if h.HostID != nil && h.SeenAt != nil {
		lines = append(lines, fmt.Sprintf("on host %s, which reported %s", code(*h.HostID, 60), relative(*h.SeenAt)))
	}
	if v.Lost {
		lines = append(lines, "⚠ The host is silent. If it is lost for good, an admin of the server can free the stack with `/cloud-unlock`.")
	}
	return lines
}

// historyLines are the stack's newest deployments.
func historyLines(v orchestrator.StackView, most int) []string {
	var lines []string
	for _, s := range v.History[:min(most, len(v.History))] {
		lines = append(lines, historyLine(s))
	}
	return append(lines, more(v.Sessions-len(lines))...)
}

func historyLine(s store.Listed) string {
	what := ""
	if s.Destroy {
		what = " · destroys it"
	}
	return fmt.Sprintf("%s · %s · %s%s · `%s`", stateNames[s.State], mention(s.Requester), relative(s.CreatedAt), what, s.ID)
}

// bytesText is a size for people.
func bytesText(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
