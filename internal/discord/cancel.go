package discord

import (
	"context"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// cancelCommand is /cloud-cancel.
func cancelCommand() *command {
	return &command{
		definition: define("cloud-cancel", "Cancel a deployment; one that is being applied is asked to stop",
			textOption("deployment", "Which one: start with its project or its stack", true, true, 32)),
		run:      cancel,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"deployment": completeOpen},
	}
}

func cancel(ctx context.Context, c *call, o options) (picture, error) {
	done, err := c.Orchestrator.CancelUnseen(ctx, c.request(), strings.TrimSpace(o.texts["deployment"]))
	if err != nil {
		return picture{}, err
	}
	if done.Stopping {
		return text("Terraform was asked to stop. It finishes what it has begun; the thread and the lobby show how it ends."), nil
	}
	return text("The deployment is cancelled. Nothing was changed in the cloud by it."), nil
}

// completeOpen offers the deployments that have not ended: the person's own, and
// to those who manage the server everybody's.
func completeOpen(ctx context.Context, c *call, o options) ([]choice, error) {
	who := c.person()
	open, err := c.Store.OpenSessions(ctx, c.i.GuildID, who.UserID, who.GuildAdmin, strings.ToLower(strings.TrimSpace(o.texts["deployment"])), maxOptions)
	var choices []choice
	for _, s := range open {
		choices = append(choices, choice{openLabel(s), s.ID})
	}
	return choices, err
}

func openLabel(s store.Listed) string {
	return strings.Join([]string{s.Project + " · " + s.Stack, stateNames[s.State], count(s.Resources, "resource"), s.ID}, " · ")
}
