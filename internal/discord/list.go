package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// stateNames are the states as people read them.
var stateNames = map[session.State]string{
	session.Draft: "📝 Draft", session.Validating: "⏳ Validating", session.Planning: "⏳ Planning", session.PlanReady: "✅ Plan ready",
	session.Approved: "⏳ Approved", session.Applying: "🚀 Applying", session.Applied: "🟢 Applied", session.Failed: "🔴 Failed",
	session.Cancelled: "⚪ Cancelled", session.Expired: "⚪ Expired",
}

func stateName(s string) (string, bool) {
	name, ok := stateNames[session.State(s)]
	return name, ok
}

// stateOption is one of the ten states.
func stateOption() commandOption {
	var states []string
	for _, s := range session.States() {
		states = append(states, string(s))
	}
	return textOption("state").choices(states...)
}

// listCommand is /cloud-list.
func listCommand() *command {
	return &command{
		definition: define("cloud-list",
			textOption("project").completed().most(32),
			stateOption()),
		access: anybody,
		run: func(ctx context.Context, c *call, o options) (picture, error) {
			return c.myDeployments(ctx, listing{List: listMine, Project: o.text("project"), What: o.text("state")})
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"project": completeProject(project.View)},
	}
}

// myDeployments draws a page of the person's own deployments.
func (c *call) myDeployments(ctx context.Context, l listing) (picture, error) {
	sessions, total, err := c.Store.Sessions(ctx, store.SessionFilter{
		GuildID: c.i.GuildID, Requester: c.person().UserID, Slug: l.Project, State: session.State(l.What),
	}, l.part())
	if err != nil {
		return picture{}, err
	}
	return l.mine(sessions, total), nil
}

func (l listing) mine(sessions []store.Listed, total int) picture {
	if total == 0 {
		if l.Project != "" || l.What != "" {
			return text("None of your deployments matches. `/cloud-list` without options shows all of them.")
		}
		return text("You have no deployment yet. `/cloud-deploy` starts one.")
	}
	return l.paged(l.filtered("**Your deployments**"), total, sessionRows(sessions, false), costNote(sessions)...)
}

// sessionRows are lines of a list of deployments, with who asked for them where
// that is not the reader.
func sessionRows(sessions []store.Listed, named bool) []string {
	var rows []string
	for _, s := range sessions {
		where := "<#" + s.ChannelID + ">"
		if s.ThreadID != "" {
			where = "<#" + s.ThreadID + ">"
		}
		what := count(s.Resources, "resource")
		if s.Destroy {
			what = "destroys it"
		}
		most := 30 // of a name, so that ten rows fit whatever they hold
		if s.Cost != nil {
			what += " · " + atLeast(*s.Cost)
			most = 15
		}
		row := fmt.Sprintf("%s · **%s · %s** · %s · %s · %s · `%s`", stateNames[s.State], clip(s.Project, most), clip(s.Stack, most), what, relative(s.CreatedAt), where, s.ID)
		if named {
			row = strings.Replace(row, " · "+what, " · "+mention(s.Requester)+" · "+what, 1)
		}
		rows = append(rows, row)
	}
	return rows
}
