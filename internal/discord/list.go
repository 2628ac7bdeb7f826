package discord

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const listPage = 10

// stateNames are the states as people read them.
var stateNames = map[session.State]string{
	session.Draft: "📝 Draft", session.Validating: "⏳ Validating", session.Planning: "⏳ Planning", session.PlanReady: "✅ Plan ready",
	session.Approved: "⏳ Approved", session.Applying: "🚀 Applying", session.Applied: "🟢 Applied", session.Failed: "🔴 Failed",
	session.Cancelled: "⚪ Cancelled", session.Expired: "⚪ Expired",
}

// listCommand is /cloud-list.
func listCommand() *command {
	var states []string
	for _, s := range session.States() {
		states = append(states, string(s))
	}
	return &command{
		definition: define("cloud-list",
			textOption("project").completed().most(32),
			textOption("state").choices(states...)),
		access: anybody,
		run: func(ctx context.Context, c *call, o options) (picture, error) {
			return c.list(ctx, listing{Project: o.text("project"), State: session.State(o.text("state"))})
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"project": completeProject(project.View)},
	}
}

// listing is which deployments are shown, and from which page on. Its route is
// l/<page>/<state>/<project>.
type listing struct {
	Page    int // from 0
	State   session.State
	Project string
}

func (l listing) to(page int) string {
	return strings.Join([]string{"l", strconv.Itoa(page), string(l.State), l.Project}, "/")
}

// turnPage shows another page in the place of the one that was pressed on.
func (c *call) turnPage(ctx context.Context, customID string) error {
	parts := strings.SplitN(customID, "/", 4)
	if len(parts) != 4 {
		return errUnknownButton
	}
	page, err := strconv.Atoi(parts[1])
	if err != nil || page < 0 {
		return errUnknownButton
	}
	if err := c.note(ctx); err != nil {
		return err
	}
	p, err := c.list(ctx, listing{Page: page, State: session.State(parts[2]), Project: parts[3]})
	if err != nil {
		return err
	}
	return c.replace(ctx, p)
}

// list draws a page of the person's own deployments.
func (c *call) list(ctx context.Context, l listing) (picture, error) {
	sessions, total, err := c.Store.SessionsOf(ctx, c.i.GuildID, c.person().UserID, l.Project, l.State, listPage, l.Page*listPage)
	if err != nil {
		return picture{}, fmt.Errorf("list sessions: %w", err)
	}
	return listPicture(l, sessions, total), nil
}

func listPicture(l listing, sessions []store.Listed, total int) picture {
	if total == 0 {
		if l.State != "" || l.Project != "" {
			return text("None of your deployments matches. `/cloud-list` without options shows all of them.")
		}
		return text("You have no deployment yet. `/cloud-deploy` starts one.")
	}
	pages := (total + listPage - 1) / listPage
	lines := []string{fmt.Sprintf("**Your deployments** · %d in all", total)}
	if pages > 1 {
		lines[0] += fmt.Sprintf(" · page %d of %d", l.Page+1, pages)
	}
	for _, s := range sessions {
		where := "<#" + s.ChannelID + ">"
		if s.ThreadID != "" {
			where = "<#" + s.ThreadID + ">"
		}
		lines = append(lines, fmt.Sprintf("%s · **%s · %s** · %s · %s · %s · `%s`",
			stateNames[s.State], s.Project, s.Stack, count(s.Resources, "resource"), relative(s.CreatedAt), where, s.ID))
	}
	p := text(strings.Join(lines, "\n"))
	if pages > 1 {
		newer, older := button("Newer", discordgo.SecondaryButton, l.to(l.Page-1)), button("Older", discordgo.SecondaryButton, l.to(l.Page+1))
		newer.Disabled, older.Disabled = l.Page == 0, l.Page >= pages-1
		p.Components = []discordgo.MessageComponent{row(newer, older)}
	}
	return p
}
