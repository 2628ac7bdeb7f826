package discord

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
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
	return c.cancelled(ctx, id, done), nil
}

// cancelled says what a cancel came to.
func (c *call) cancelled(ctx context.Context, id string, done orchestrator.Cancelled) picture {
	if done.Stopping {
		return text("Terraform was asked to stop. It finishes what it has begun; the thread and the lobby show how it ends.")
	}
	l, err := c.Orchestrator.Lobby(ctx, id)
	if err != nil { // it is cancelled all the same
		c.Logger.WarnContext(ctx, "a deployment that was cancelled could not be read", slog.String("session", id), slog.Any("error", err))
		return text("The deployment is cancelled. Its lobby shows what it has done in the cloud.")
	}
	return text("The deployment is cancelled. " + leftBehind(l.LastApply))
}

// stoppedText tells somebody that an admin cancelled their deployment, and why.
func stoppedText(l lobby) picture {
	s := l.Session
	if s.Ending == nil {
		return text("Your deployment " + l.name() + " goes on: it was planned again after an admin had cancelled it.")
	}
	what, how, then := "cancelled your deployment", "", leftBehind(l.LastApply)
	switch s.State {
	case session.Applying:
		if l.forced() {
			what, how, then = "stopped your deployment", " by force", "Terraform is ended at once; the thread shows what it had done."
			break
		}
		what, then = "asked Terraform to stop your deployment", "It finishes what it has begun; the thread shows how it ends."
	case session.Applied:
		what, then = "asked Terraform to stop your deployment", "It had finished before: all of it was applied."
	case session.Failed:
		what = "asked Terraform to stop your deployment"
		if l.forced() {
			what, how, then = "stopped your deployment", " by force", then+" What it was creating may be half made: the lobby names it."
		}
	}
	lines := []string{fmt.Sprintf("%s %s %s%s %s.", mention(s.Ending.By), what, l.name(), how, relative(s.Ending.At)), "> " + clip(safe(s.Ending.Reason), 300), then}
	if s.LobbyMessageID != "" {
		lines = append(lines, "Its lobby: "+messageURL(s.GuildID, s.ChannelID, s.LobbyMessageID))
	}
	return text(strings.Join(lines, "\n"))
}

// name is how people know the deployment: its project and its stack.
func (l lobby) name() string { return "**" + l.Project.Slug + " · " + l.Stack.Name + "**" }

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
