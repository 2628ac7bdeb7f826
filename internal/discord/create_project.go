package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// createProjectCommand is /cloud-create-project.
func createProjectCommand(b *Bot) *command {
	var providers []choice
	for _, p := range b.Orchestrator.Catalog().Providers() {
		providers = append(providers, choice{p.Title, p.Name})
	}
	return &command{
		definition: define("cloud-create-project",
			textOption("project_id").required().most(32),
			textOption("provider").required().titled(providers...),
			textOption("region").completed().most(63),
			intOption("approvals", 0, project.MostApprovals),
			channelOption("channel", discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews),
			textOption("credentials").completed().most(32)),
		access: guildAdmin,
		run:    createProject,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"region": func(_ context.Context, c *call, o options) ([]choice, error) {
				return c.regions(o.text("provider"), nil, o.text("region")), nil
			},
			"credentials": func(_ context.Context, c *call, o options) ([]choice, error) {
				if !c.person().GuildAdmin {
					return nil, nil
				}
				return c.profiles(o.text("project_id"), o.text("provider"), o.text("credentials")), nil
			},
		},
	}
}

func createProject(ctx context.Context, c *call, o options) (picture, error) {
	in := orchestrator.NewProject{
		Slug: o.text("project_id"), Provider: o.text("provider"), Region: o.text("region"), Approvals: o.int("approvals"), ChannelID: o.id("channel"),
	}
	if profile := o.text("credentials"); !isNone(profile) {
		in.Credentials = profile
	}
	if in.ChannelID != "" && c.person().GuildAdmin { // others are refused below
		if err := c.checkVisible(ctx, in.ChannelID); err != nil {
			return picture{}, err
		}
	}
	p, err := c.Orchestrator.CreateProject(ctx, c.request(), in)
	if err != nil {
		return picture{}, err
	}
	lines := []string{fmt.Sprintf("Project `%s` is created on `%s`, in `%s` unless a deployment says otherwise.", p.Slug, p.Provider, p.DefaultRegion)}
	if in.Approvals > 0 {
		lines = append(lines, fmt.Sprintf("Its plans take %s.", approvalRule(p.Rules.Approvals)))
	}
	if in.ChannelID != "" {
		lines = append(lines, fmt.Sprintf("Its deployments open in <#%s> only.", in.ChannelID))
	}
	if in.Credentials != "" {
		lines = append(lines, fmt.Sprintf("Terraform gets the credentials profile `%s`.", in.Credentials))
	}
	lines = append(lines, fmt.Sprintf("Give people access with `/cloud-grant`, then `/cloud-deploy project:%s` starts a deployment. `/cloud-project` has more settings, `/cloud-set-quota` limits.", p.Slug))
	lines = append(lines, c.widthWarnings(ctx, policy.Scope{Project: p, Now: p.CreatedAt})...)
	c.checking(ctx, p, lines)
	lines = append(lines, c.checkIdentity(ctx, p)...)
	return text(strings.Join(lines, "\n")), nil
}
