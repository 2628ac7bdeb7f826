package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// reasonField is the field of a form that asks why.
const reasonField = "reason"

// askReason asks an admin why a plan may pass that policies deny. Whoever may not
// let it pass is told so instead.
func (c *call) askReason(ctx context.Context, r route) error {
	err := c.Orchestrator.Override(ctx, c.request(), r.Session, r.Seen, "")
	switch {
	case errors.Is(err, orchestrator.ErrReason):
		return c.open(ctx, reasonForm(r))
	case err == nil:
		return fmt.Errorf("%s was done without a reason", r.Verb)
	}
	return err
}

// passed lets the plan pass with the reason that was given.
func (c *call) passed(ctx context.Context, r route, data discordgo.ModalSubmitInteractionData) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	err := c.Orchestrator.Override(ctx, c.request(), r.Session, r.Seen, readForm(data)[reasonField])
	if errors.Is(err, orchestrator.ErrReason) {
		return usererr.New(usererr.Invalid, "No reason was given. Nothing was changed. Press **Let it pass** again and say why.")
	}
	return err
}

func reasonForm(r route) *discordgo.InteractionResponseData {
	return &discordgo.InteractionResponseData{Title: "Let the plan pass", CustomID: r.String(), Components: []discordgo.MessageComponent{
		discordgo.Label{Label: "Why may it pass?", Description: "Everybody sees it in the lobby, and the audit keeps it.", Component: discordgo.TextInput{
			CustomID: reasonField, Style: discordgo.TextInputParagraph, Required: yes(true), MaxLength: orchestrator.MaxReason,
		}},
	}}
}
