package discord

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Ask again, of access that ends: g/<grant>/again, for the button and the form.
const verbAgain = "again"

func againRoute(grantID int64) string {
	return strings.Join([]string{"g", strconv.FormatInt(grantID, 10), verbAgain}, "/")
}

func parseAgain(customID string) (grantID int64, ok bool) {
	parts := strings.Split(customID, "/")
	if len(parts) != 3 || parts[0] != "g" || parts[2] != verbAgain {
		return 0, false
	}
	return parseID(parts[1])
}

// direct handles what somebody does in a direct message. It comes without a server
// and without a member of it: the grant tells the server, and Discord who they are
// in it.
func (c *call) direct(ctx context.Context) error {
	if c.i.User != nil {
		switch data := c.i.Data.(type) {
		case discordgo.MessageComponentInteractionData:
			if c.verb(data.CustomID).direct {
				return c.component(ctx, data)
			}
		case discordgo.ModalSubmitInteractionData:
			if c.verb(data.CustomID).direct {
				return c.submitted(ctx, data)
			}
		}
	}
	return usererr.New(usererr.Invalid, "Deployments belong to a server. Nothing was done. Run this in a channel of yours.")
}

// askAgain opens the form for a grant that the person had.
func (c *call) askAgain(ctx context.Context, data discordgo.MessageComponentInteractionData) error {
	e, err := c.formerGrant(ctx, data.CustomID)
	if err != nil {
		return err
	}
	return c.open(ctx, againForm(e))
}

// formerGrant is the grant that a route names: the person's, in a server that is
// served, and in the one where they pressed.
func (c *call) formerGrant(ctx context.Context, customID string) (orchestrator.Ending, error) {
	id, ok := parseAgain(customID)
	if !ok {
		return orchestrator.Ending{}, errUnknownButton
	}
	userID := c.person().UserID
	if c.i.GuildID == "" {
		userID = c.i.User.ID
	}
	e, err := c.Orchestrator.AskAgain(ctx, userID, id)
	switch {
	case err != nil:
		return orchestrator.Ending{}, err
	case c.i.GuildID != "" && c.i.GuildID != e.GuildID:
		return orchestrator.Ending{}, errUnknownButton
	case !c.serves(e.GuildID):
		return orchestrator.Ending{}, errNotServed
	}
	return e, nil
}

// The fields of the form.
const (
	againLife = "duration"
	againWhy  = "why"
)

func againForm(e orchestrator.Ending) *discordgo.InteractionResponseData {
	before := ""
	if e.ExpiresAt != nil {
		before = writeLife(e.ExpiresAt.Sub(e.GrantedAt).Round(lifeUnits["m"]))
	}
	return &discordgo.InteractionResponseData{
		Title: clip(fmt.Sprintf("Ask for %s in %s", e.Level, e.Project.Slug), 45), CustomID: againRoute(e.ID),
		Components: []discordgo.MessageComponent{
			discordgo.Label{Label: "How long", Description: "Such as 30m, 2h or 3d; empty, as the project has it.", Component: discordgo.TextInput{
				CustomID: againLife, Style: discordgo.TextInputShort, Required: yes(false), MaxLength: 10, Value: before,
			}},
			discordgo.Label{Label: "Why", Description: "Those who decide read it.", Component: discordgo.TextInput{
				CustomID: againWhy, Style: discordgo.TextInputParagraph, Required: yes(true), MaxLength: maxReason,
			}},
		},
	}
}

// askedAgain asks for what the form says.
func (c *call) askedAgain(ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
	e, err := c.formerGrant(ctx, data.CustomID)
	if err != nil {
		return err
	}
	begin := c.think
	if c.isPrivate() { // the answer takes the place of what was pressed on
		begin = c.note
	}
	if err := begin(ctx); err != nil {
		return err
	}
	life, err := parseLife(typedReason(data, againLife))
	if err != nil {
		return err
	}
	channel, direct := c.i.ChannelID, c.i.GuildID == ""
	if direct {
		channel = e.Channel
		if err := c.enter(ctx, e.GuildID); err != nil {
			return err
		}
	}
	if channel == "" {
		return usererr.New(usererr.Unavailable, "It is not known where this is decided. Nothing was asked for. Run `/cloud-request project:%s level:%s` in the server.", e.Project.Slug, e.Level)
	}
	p, err := c.requestAccess(ctx, orchestrator.NewRequest{Project: e.Project.Slug, Level: e.Level.String(), Life: life, Reason: typedReason(data, againWhy), ChannelID: channel})
	if err != nil {
		return err
	}
	if c.isPrivate() {
		return c.replace(ctx, p)
	}
	if direct { // where only asking again is done
		p.Components, p.Request = nil, 0
	}
	err = c.say(ctx, p)
	c.disarm(ctx)
	return err
}

// disarm takes the buttons from a message of the bot's that others see too, or that
// is a direct one, once what they were for is done.
func (c *call) disarm(ctx context.Context) {
	if c.i.Message == nil {
		return
	}
	edit := &discordgo.MessageEdit{Channel: c.i.ChannelID, ID: c.i.Message.ID, Components: orEmpty[discordgo.MessageComponent](nil)}
	if _, err := c.rest().ChannelMessageEditComplex(edit, discordgo.WithContext(ctx)); err != nil {
		c.Logger.InfoContext(ctx, "a button that is done with could not be taken away", slog.String("channel", c.i.ChannelID), slog.Any("error", err))
	}
}

// typedReason is a text of a form, without the space around it.
func typedReason(data discordgo.ModalSubmitInteractionData, field string) string {
	return strings.TrimSpace(readForm(data)[field])
}
