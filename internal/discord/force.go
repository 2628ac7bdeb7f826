package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// askForce asks for the stack's name and a reason before Terraform is killed.
// Whoever may not do that, or looks at an old picture, is told so instead.
func (c *call) askForce(ctx context.Context, r route) error {
	err := c.Orchestrator.ForceStop(ctx, c.request(), r.Session, r.Seen, c.CancelGrace, orchestrator.Forcing{})
	var confirm *orchestrator.ConfirmError
	switch {
	case errors.As(err, &confirm):
		return c.open(ctx, forceForm(r, confirm.Stack))
	case err == nil:
		return fmt.Errorf("%s was done without its confirmation", r.Verb)
	}
	return err
}

// forced kills Terraform, with the name and the reason that were typed.
func (c *call) forced(ctx context.Context, r route, data discordgo.ModalSubmitInteractionData) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	f := orchestrator.Forcing{Confirm: typedReason(data, confirmField), Reason: typedReason(data, reasonField)}
	err := c.Orchestrator.ForceStop(ctx, c.request(), r.Session, r.Seen, c.CancelGrace, f)
	var confirm *orchestrator.ConfirmError
	switch {
	case errors.As(err, &confirm):
		return usererr.New(usererr.Invalid, "No name was typed. Nothing was stopped. Press **Force stop** again and type `%s`.", confirm.Stack).Wrap(err)
	case errors.Is(err, orchestrator.ErrReason):
		return usererr.New(usererr.Invalid, "No reason was given. Nothing was stopped. Press **Force stop** again and say why.").Wrap(err)
	}
	return err
}

// forceForm states the risk and asks for the stack's name and a reason.
func forceForm(r route, stack string) *discordgo.InteractionResponseData {
	risk := "⚠ This ends Terraform at once. **What it is creating may then exist in the cloud without being in the state**, or be in the state half made. " +
		"What it completed is kept, and the lobby names the rest."
	return &discordgo.InteractionResponseData{Title: "Force stop", CustomID: r.String(), Components: []discordgo.MessageComponent{
		discordgo.TextDisplay{Content: risk},
		discordgo.Label{Label: "Name of the stack", Description: clip("Type it to end Terraform now: "+stack, maxOptionText), Component: discordgo.TextInput{
			CustomID: confirmField, Style: discordgo.TextInputShort, Required: yes(true), MaxLength: 100, Placeholder: clip(stack, maxOptionText),
		}},
		discordgo.Label{Label: "Why can it not be waited for?", Description: "Everybody sees it in the lobby, and the audit keeps it.", Component: discordgo.TextInput{
			CustomID: reasonField, Style: discordgo.TextInputParagraph, Required: yes(true), MaxLength: orchestrator.MaxReason,
		}},
	}}
}
