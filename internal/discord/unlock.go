package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// unlockCommand is /cloud-unlock.
func unlockCommand() *command {
	return &command{
		definition: define("cloud-unlock",
			textOption("project").required().completed().most(32),
			textOption("stack").required().completed().most(32)),
		access: guildAdmin,
		form: func(ctx context.Context, c *call, o options) (*discordgo.InteractionResponseData, error) {
			lost, err := c.Orchestrator.LostApply(ctx, c.request(), o.text("project"), o.text("stack"))
			if err != nil {
				return nil, err
			}
			return unlockForm(lost), nil
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin), "stack": completeStackOf(project.Admin),
		},
	}
}

// unlockReason is the field of the form that asks for a reason.
const unlockReason = "why"

// unlockForm states the risk and asks for the stack's name.
func unlockForm(lost orchestrator.Lost) *discordgo.InteractionResponseData {
	r := route{Session: lost.Session, Verb: verbUnlock, Seen: lost.Generation}
	risk := fmt.Sprintf("⚠ Host %s applies **%s · %s** and was last heard of %s. It may only have lost the database: **Terraform may still be changing the cloud there.**\n"+
		"What it does after its last report will not be in the state, and the next plan may create it a second time. Make sure that the host is off, or stop it, before you unlock.",
		code(lost.Host, 60), lost.Project, lost.Stack, relative(lost.SeenAt))
	return &discordgo.InteractionResponseData{Title: clip("Unlock "+lost.Stack, 45), CustomID: r.String(), Components: []discordgo.MessageComponent{
		discordgo.TextDisplay{Content: risk},
		discordgo.Label{Label: "Name of the stack", Description: clip("Type it to take the stack from its host: "+lost.Stack, maxOptionText), Component: discordgo.TextInput{
			CustomID: confirmField, Style: discordgo.TextInputShort, Required: yes(true), MaxLength: 100, Placeholder: lost.Stack,
		}},
		discordgo.Label{Label: "Why", Description: "For the audit: what happened to the host", Component: discordgo.TextInput{
			CustomID: unlockReason, Style: discordgo.TextInputShort, Required: yes(false), MaxLength: mostReason,
		}},
	}}
}

// unlocked goes on with the name that was typed.
func (c *call) unlocked(ctx context.Context, r route, data discordgo.ModalSubmitInteractionData) error {
	if err := c.think(ctx); err != nil {
		return err
	}
	typed := readForm(data)
	lost, err := c.Orchestrator.Unlock(ctx, c.request(), r.Session, r.Seen, strings.TrimSpace(typed[confirmField]), strings.TrimSpace(typed[unlockReason]))
	if err != nil {
		return err
	}
	return c.say(ctx, text(fmt.Sprintf("**%s · %s** is unlocked. Its deployment `%s` counts as interrupted, and the lobby says what may be half made. Look at that in the cloud, then press **Plan again** there.\n"+
		"If host %s comes back, what it reports of this apply is refused.", lost.Project, lost.Stack, lost.Session, code(lost.Host, 60))))
}
