package discord

import (
	"context"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
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
			textOption("region").completed().most(63)),
		access: guildAdmin,
		run:    createProject,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"region": func(_ context.Context, c *call, o options) ([]choice, error) {
				return c.regions(o.text("provider"), nil, o.text("region")), nil
			},
		},
	}
}

func createProject(ctx context.Context, c *call, o options) (picture, error) {
	p, err := c.Orchestrator.CreateProject(ctx, c.request(), orchestrator.NewProject{
		Slug: o.text("project_id"), Provider: o.text("provider"), Region: o.text("region"),
	})
	if err != nil {
		return picture{}, err
	}
	return text(fmt.Sprintf("Project `%s` is created on `%s`, in `%s` unless a deployment says otherwise.\nGive people access with `/cloud-grant`, then `/cloud-deploy project:%s` starts a deployment.",
		p.Slug, p.Provider, p.DefaultRegion, p.Slug)), nil
}
