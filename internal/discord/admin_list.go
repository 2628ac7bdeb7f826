package discord

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// adminListCommand is /cloud-admin-list.
func adminListCommand() *command {
	return &command{
		definition: define("cloud-admin-list",
			textOption("project").completed().most(32),
			userOption("user"),
			stateOption()),
		access: projectAdmin,
		run: func(ctx context.Context, c *call, o options) (picture, error) {
			return c.allDeployments(ctx, listing{List: listAdmin, Project: o.text("project"), User: o.id("user"), What: o.text("state")})
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"project": completeProject(project.Admin)},
	}
}

// allDeployments draws a page of everybody's deployments in the projects that the
// person administers.
func (c *call) allDeployments(ctx context.Context, l listing) (picture, error) {
	projects, err := c.Orchestrator.Administered(ctx, c.request(), l.Project)
	if err != nil {
		return picture{}, err
	}
	sessions, total, err := c.Store.Sessions(ctx, store.SessionFilter{
		GuildID: c.i.GuildID, Projects: projects, Requester: l.User, State: session.State(l.What),
	}, l.part())
	if err != nil {
		return picture{}, err
	}
	return l.everybodys(sessions, total), nil
}

func (l listing) everybodys(sessions []store.Listed, total int) picture {
	if total == 0 {
		if l.Project != "" || l.User != "" || l.What != "" {
			return text("No deployment matches. `/cloud-admin-list` without options shows all of them.")
		}
		return text("There is no deployment yet. `/cloud-deploy` starts one.")
	}
	return l.paged(l.filtered("**Deployments**"), total, sessionRows(sessions, true), costNote(sessions)...)
}
