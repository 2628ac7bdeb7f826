package discord

import (
	"context"
	"log/slog"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// cancelCommand is /cloud-cancel.
func cancelCommand() *command {
	return &command{
		definition: define("cloud-cancel", textOption("deployment").required().completed().most(32)),
		access:     requester,
		run:        cancel,
		complete:   map[string]func(context.Context, *call, options) ([]choice, error){"deployment": completeOpen(project.Approve, true)},
	}
}

func cancel(ctx context.Context, c *call, o options) (picture, error) {
	id := o.text("deployment")
	done, err := c.Orchestrator.CancelUnseen(ctx, c.request(), id)
	if err != nil {
		return picture{}, err
	}
	if done.Stopping {
		return text("Terraform was asked to stop. It finishes what it has begun; the thread and the lobby show how it ends."), nil
	}
	l, err := c.Orchestrator.Lobby(ctx, id)
	if err != nil { // it is cancelled all the same
		c.Logger.WarnContext(ctx, "a deployment that was cancelled could not be read", slog.String("session", id), slog.Any("error", err))
		return text("The deployment is cancelled. Its lobby shows what it has done in the cloud."), nil
	}
	return text("The deployment is cancelled. " + leftBehind(l.LastApply)), nil
}

// leftBehind is what a cancelled deployment has done in the cloud.
func leftBehind(apply *store.Run) string {
	if apply == nil {
		return "Nothing was changed in the cloud by it."
	}
	return "What it did in the cloud before stays; its last apply: " + done(orchestrator.ProgressOf(*apply)) + "."
}

// completeOpen offers the deployments that have not ended and that somebody of the
// level may cancel; with own also one's own.
func completeOpen(level project.Level, own bool) func(context.Context, *call, options) ([]choice, error) {
	return func(ctx context.Context, c *call, o options) ([]choice, error) {
		open, err := c.Store.OpenSessions(ctx, c.i.GuildID, c.person(), level, own, strings.ToLower(o.text("deployment")), maxOptions)
		var choices []choice
		for _, s := range open {
			choices = append(choices, choice{openLabel(s), s.ID})
		}
		return choices, err
	}
}

func openLabel(s store.Listed) string {
	return strings.Join([]string{s.Project + " · " + s.Stack, stateNames[s.State], count(s.Resources, "resource"), s.ID}, " · ")
}
