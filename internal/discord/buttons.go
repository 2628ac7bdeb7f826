package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Every button and menu of a lobby. What opens a form is answered with it;
// everything else is noted first. The lobby itself is redrawn by the outbox.

func (c *call) add(ctx context.Context, r route, kind string) error {
	return c.openForm(ctx, r, kind, "")
}

func (c *call) edit(ctx context.Context, r route, label string) error {
	return c.openForm(ctx, r, "", label)
}

func (c *call) remove(ctx context.Context, r route, label string) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	err := c.Orchestrator.RemoveResource(ctx, c.request(), r.Session, r.Seen, label)
	if err != nil || !c.isPrivate() {
		return err
	}
	return c.dismiss(ctx) // all choices, as they were before
}

func (c *call) refresh(ctx context.Context, r route) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	return c.Orchestrator.Refresh(ctx, c.request(), r.Session, r.Seen)
}

// approve approves the plan that was seen; a plan that destroys takes the stack's
// name, and another button.
func (c *call) approve(ctx context.Context, r route) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	err := c.Orchestrator.Approve(ctx, c.request(), r.Session, r.Seen, "")
	var confirm *orchestrator.ConfirmError
	if errors.As(err, &confirm) {
		return usererr.New(usererr.Conflict, "The plan destroys resources and is approved with the stack's name, `%s`. Nothing was approved. Press the button again and type it.", confirm.Stack).Wrap(err)
	}
	return err
}

func (c *call) withdraw(ctx context.Context, r route) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	return c.Orchestrator.Withdraw(ctx, c.request(), r.Session, r.Seen)
}

func (c *call) cancel(ctx context.Context, r route) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	done, err := c.Orchestrator.Cancel(ctx, c.request(), r.Session, r.Seen)
	if err == nil && done.Stopping {
		return c.say(ctx, text("Terraform was asked to stop. It finishes what it has begun; if that takes too long, **Force stop** appears in the lobby."))
	}
	return err
}

// confirmField is the one field of the form that asks for the stack's name.
const confirmField = "stack"

// askName asks for the stack's name before something is destroyed.
// Whoever may not go on, or looks at an old picture, is told so instead.
func (c *call) askName(ctx context.Context, r route) error {
	err := c.Orchestrator.Approve(ctx, c.request(), r.Session, r.Seen, "")
	var confirm *orchestrator.ConfirmError
	switch {
	case errors.As(err, &confirm):
		return c.open(ctx, confirmForm(r, confirm.Stack))
	case err == nil:
		return fmt.Errorf("%s was done without its confirmation", r.Verb)
	}
	return err
}

// confirmed goes on with the name that was typed.
func (c *call) confirmed(ctx context.Context, r route, data discordgo.ModalSubmitInteractionData) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	typed := readForm(data)[confirmField]
	if typed == "" {
		return usererr.New(usererr.Invalid, "No name was typed. Nothing was done.")
	}
	return c.Orchestrator.Approve(ctx, c.request(), r.Session, r.Seen, typed)
}

func confirmForm(r route, stack string) *discordgo.InteractionResponseData {
	help := "The plan destroys resources. Type the stack's name: " + stack
	return &discordgo.InteractionResponseData{Title: "Approve what it destroys", CustomID: r.String(), Components: []discordgo.MessageComponent{
		discordgo.Label{Label: "Name of the stack", Description: clip(help, maxOptionText), Component: discordgo.TextInput{
			CustomID: confirmField, Style: discordgo.TextInputShort, Required: yes(true), MaxLength: 100, Placeholder: clip(stack, maxOptionText),
		}},
	}}
}

// showAll shows all that a menu had no room for, in menus of their own.
func (c *call) showAll(ctx context.Context, r route) error {
	l, err := c.look(ctx, r.Session, project.View)
	if err != nil {
		return err
	}
	options := resourceOptions(l.Session.Resources)
	if r.Verb == verbAdd {
		options = l.kindOptions()
	}
	var rows []discordgo.MessageComponent
	for i := 0; i < len(options) && len(rows) < 5; i += maxOptions {
		part := options[i:min(i+maxOptions, len(options))]
		to := r
		to.More = []string{"", fmt.Sprint(len(rows))} // custom ids must differ
		rows = append(rows, row(menu(fmt.Sprintf("%s to %s", part[0].Label, part[len(part)-1].Label), to.String(), part)))
	}
	return c.say(ctx, text("All "+count(len(options), "choice")+":", rows...))
}

// look reads a lobby for somebody who may see it.
func (c *call) look(ctx context.Context, id string, level project.Level) (lobby, error) {
	seen, err := c.Orchestrator.View(ctx, c.request(), id, level)
	if err != nil {
		return lobby{}, err
	}
	return c.lobby(ctx, seen)
}

// lobby adds to what the orchestrator knows what a picture needs besides.
func (b *Bot) lobby(ctx context.Context, seen orchestrator.Lobby) (lobby, error) {
	now, err := b.Store.Now(ctx)
	if err != nil {
		return lobby{}, fmt.Errorf("read the clock: %w", err)
	}
	return lobby{Lobby: seen, Kinds: b.Orchestrator.Catalog().Kinds(seen.Project.Provider), Now: now, Grace: b.CancelGrace}, nil
}

// editable refuses what cannot be changed now, before a form is opened in vain.
func editable(state session.State) bool { return state.Can(session.EventSubmit) }

func yes(b bool) *bool { return &b }
