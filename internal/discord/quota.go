package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// quotaCommand is /cloud-quota.
func quotaCommand() *command {
	return &command{
		definition: define("cloud-quota",
			textOption("project").completed().most(32),
			userOption("user")),
		access: seer,
		run: func(ctx context.Context, c *call, o options) (picture, error) {
			if o.text("project") == "" {
				if user := o.id("user"); user != "" && user != c.person().UserID && !c.person().GuildAdmin {
					return picture{}, usererr.New(usererr.Invalid, "Somebody else's quota is shown for one project. Nothing was changed. Name it with `project`.")
				}
				return c.quotas(ctx, listing{List: listQuotas, User: o.id("user")})
			}
			v, err := c.Orchestrator.Quota(ctx, c.request(), o.text("project"), o.id("user"))
			if err != nil {
				return picture{}, err
			}
			return quotaPicture(v, c.person().GuildAdmin), nil
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"project": completeProject(project.View)},
	}
}

// quotaPicture draws what may be in a project, and what is.
func quotaPicture(v orchestrator.QuotaView, admin bool) picture {
	lines := []string{fmt.Sprintf("**Quota of %s**", code(v.Project.Slug, 32)), "**All together**"}
	lines = append(lines, meters(v.Limits.Project, v.Used.Project)...)
	lines = append(lines, "**"+mention(v.UserID)+"**: stacks that they created, deployments that they asked for")
	lines = append(lines, meters(v.Limits.Person, v.Used.Person)...)
	lines = append(lines, "-# What is approved counts as if it were there. "+whoRaises(admin))
	return text(strings.Join(lines, "\n"))
}

func whoRaises(admin bool) string {
	if admin {
		return "`/cloud-set-quota` sets a limit."
	}
	return "Admins of this server set limits with `/cloud-set-quota`."
}

// quotas draws a page of the limits in all the projects that the person sees.
func (c *call) quotas(ctx context.Context, l listing) (picture, error) {
	seen, total, err := c.Store.ProjectsOf(ctx, c.i.GuildID, c.person(), l.part())
	if err != nil {
		return picture{}, err
	}
	if total == 0 {
		return text("You have access to no project here. `/cloud-request` asks for it."), nil
	}
	var rows []string
	for _, s := range seen {
		v, err := c.Orchestrator.Quota(ctx, c.request(), s.Slug, l.User)
		if err != nil {
			return picture{}, err
		}
		rows = append(rows, quotaRow(v))
	}
	return l.paged(l.filtered("**Quotas**"), total, rows, "-# `/cloud-quota project:…` shows one with all that is used."), nil
}

// quotaRow is a project's limits in a line: those of all, then those of the person.
func quotaRow(v orchestrator.QuotaView) string {
	parts := []string{"**" + v.Project.Slug + "**"}
	if !isLimited(v.Limits) {
		return strings.Join(append(parts, "no limit"), " · ")
	}
	parts = append(parts, shortMeters(v.Limits.Project, v.Used.Project)...)
	for _, own := range shortMeters(v.Limits.Person, v.Used.Person) {
		parts = append(parts, mention(v.UserID)+" "+own)
	}
	return strings.Join(parts, " · ")
}
