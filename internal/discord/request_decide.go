package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Every button of a request. The message itself is redrawn by the outbox.

func (c *call) grantRequest(ctx context.Context, id int64) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	_, err := c.Orchestrator.ApproveRequest(ctx, c.request(), id)
	return err
}

// askDecline asks an admin for a reason. Whoever may not decline is told so instead.
func (c *call) askDecline(ctx context.Context, id int64) error {
	if err := c.Orchestrator.MayDecide(ctx, c.request(), id); err != nil {
		return err
	}
	return c.open(ctx, declineForm(id))
}

func (c *call) cancelRequest(ctx context.Context, id int64) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	err := c.Orchestrator.CancelRequest(ctx, c.request(), id)
	switch {
	case usererr.Is(err, usererr.Conflict) && c.isPrivate(): // it was decided before, and there is nothing left to press
		return c.replace(ctx, c.refusal(ctx, err))
	case err != nil:
		return err
	}
	return c.replace(ctx, cancelledText())
}

func cancelledText() picture { return text("The request is cancelled. Nothing was changed.") }

// declineField is the one field of the form of a refusal.
const declineField = "reason"

func declineForm(id int64) *discordgo.InteractionResponseData {
	return &discordgo.InteractionResponseData{Title: "Decline the request", CustomID: decisionRoute(id, verbDecline), Components: []discordgo.MessageComponent{
		discordgo.Label{Label: "Why", Description: "Who asked reads it, and everybody in the channel. It may stay empty.", Component: discordgo.TextInput{
			CustomID: declineField, Style: discordgo.TextInputParagraph, Required: yes(false), MaxLength: maxReason,
		}},
	}}
}

// declined goes on with the reason that was typed.
func (c *call) declined(ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
	id, ok := parseDecision(data.CustomID)
	if !ok {
		return errUnknownButton
	}
	if err := c.note(ctx); err != nil {
		return err
	}
	return c.Orchestrator.DeclineRequest(ctx, c.request(), id, typedReason(data, declineField))
}
