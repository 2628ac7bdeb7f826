package discord

import (
	"context"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// projectsCommand is /cloud-projects.
func projectsCommand() *command {
	return &command{
		definition: define("cloud-projects"),
		access:     anybody,
		run: func(ctx context.Context, c *call, _ options) (picture, error) {
			return c.myProjects(ctx, listing{List: listProjects})
		},
	}
}

// myProjects draws a page of the projects that the person has a level in. What
// else there is, is not shown.
func (c *call) myProjects(ctx context.Context, l listing) (picture, error) {
	seen, total, err := c.Store.ProjectsOf(ctx, c.i.GuildID, c.person(), l.part())
	if err != nil {
		return picture{}, err
	}
	return l.projects(seen, total, c.person().GuildAdmin), nil
}

func (l listing) projects(seen []store.Seen, total int, admin bool) picture {
	switch {
	case total == 0 && admin:
		return text("There is no project here yet. `/cloud-create-project` makes the first.")
	case total == 0:
		return text("You have access to no project here. `/cloud-request` asks for it: its list shows which there are.")
	}
	var rows []string
	for _, s := range seen {
		rows = append(rows, projectRow(s, admin))
	}
	hint := "-# Another project, or more in one of these: `/cloud-request`."
	if admin {
		hint = "-# As an admin of this server you are one of every project."
	}
	return l.paged("**Your projects**", total, rows, hint)
}

func projectRow(s store.Seen, admin bool) string {
	parts := []string{"**" + s.Slug + "**", seenAccess(s, admin), s.Provider, s.DefaultRegion, approvalRule(s.Rules.Approvals)}
	if s.ArchivedAt != nil {
		parts = append(parts, "archived "+relative(*s.ArchivedAt))
	}
	return strings.Join(parts, " · ")
}

// seenAccess is what somebody may do in a project, by which grant, and until when.
func seenAccess(s store.Seen, admin bool) string {
	text := "`" + s.Level.String() + "`"
	if admin {
		return text
	}
	if s.Role != "" {
		text += " by " + mentionRole(s.Role)
	}
	if s.ExpiresAt != nil {
		return text + " until " + moment(*s.ExpiresAt)
	}
	return text
}
