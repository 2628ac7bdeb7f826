package discord

import (
	"context"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// createProjectCommand is /cloud-create-project. Discord shows it to those who
// manage the server; that they do is checked again.
func createProjectCommand(b *Bot) *command {
	provider := textOption("provider", "The cloud that it stands on", true, true, 50)
	provider.Autocomplete = false
	for _, p := range b.Orchestrator.Catalog().Providers() {
		if len(provider.Choices) < maxOptions {
			provider.Choices = append(provider.Choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(p.Title, maxOptionText), Value: p.Name})
		}
	}
	definition := define("cloud-create-project", "Create a project that people deploy to",
		textOption("project_id", "Its name: small letters, digits and dashes, such as dev or shop-prod", true, false, 32),
		provider,
		textOption("region", "Where its stacks stand unless they say otherwise", false, true, 63),
	)
	manageServer := int64(discordgo.PermissionManageGuild)
	definition.DefaultMemberPermissions = &manageServer
	return &command{definition: definition, run: createProject, complete: map[string]func(context.Context, *call, options) ([]choice, error){
		"region": func(_ context.Context, c *call, o options) ([]choice, error) {
			return c.regions(o.texts["provider"], nil, o.texts["region"]), nil
		},
	}}
}

func createProject(ctx context.Context, c *call, o options) (picture, error) {
	p, err := c.Orchestrator.CreateProject(ctx, c.request(), orchestrator.NewProject{
		Slug: o.texts["project_id"], Provider: o.texts["provider"], Region: o.texts["region"],
	})
	if err != nil {
		return picture{}, err
	}
	return text(fmt.Sprintf("Project `%s` is created on `%s`, in `%s` unless a deployment says otherwise.\nGive people access with `/cloud-grant`, then `/cloud-deploy project:%s` starts a deployment.",
		p.Slug, p.Provider, p.DefaultRegion, p.Slug)), nil
}
