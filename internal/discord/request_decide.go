package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"
)

// decided carries out a button of a request. The message itself is redrawn by the
// outbox.
func (c *call) decided(ctx context.Context, customID string) error {
	id, verb, ok := parseDecision(customID)
	switch {
	case !ok:
		return errUnknownButton
	case verb == verbDecline:
		if err := c.Orchestrator.MayDecide(ctx, c.request(), id); err != nil {
			return err
		}
		return c.open(ctx, declineForm(id))
	}
	if err := c.note(ctx); err != nil {
		return err
	}
	switch verb {
	case verbApprove:
		_, err := c.Orchestrator.ApproveRequest(ctx, c.request(), id)
		return err
	case verbCancel:
		if err := c.Orchestrator.CancelRequest(ctx, c.request(), id); err != nil {
			return err
		}
		return c.replace(ctx, text("The request is cancelled. Nothing was changed."))
	}
	return errUnknownButton
}

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
	id, verb, ok := parseDecision(data.CustomID)
	if !ok || verb != verbDecline {
		return errUnknownButton
	}
	if err := c.note(ctx); err != nil {
		return err
	}
	return c.Orchestrator.DeclineRequest(ctx, c.request(), id, typedReason(data, declineField))
}
