package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
)

// answer is how far an interaction is answered.
type answer int

const (
	unanswered answer = iota
	thinking          // a deferred message that waits to be filled
	noted             // a click that was acknowledged; the message stays as it is
	said              // the first answer is complete
)

// errReplayed: the same interaction came twice, and the other one is answered.
var errReplayed = errors.New("the interaction is answered already")

// respond sends the first answer. It is tried twice, as three seconds leave no
// time for more; an answer that arrived although we did not hear so is fine.
func (c *call) respond(ctx context.Context, kind discordgo.InteractionResponseType, data *discordgo.InteractionResponseData) error {
	ctx, cancel := context.WithDeadline(ctx, c.received.Add(c.AnswerWithin))
	defer cancel()
	response := &discordgo.InteractionResponse{Type: kind, Data: data}
	err := c.rest().InteractionRespond(c.i, response, discordgo.WithContext(ctx))
	if err != nil && isPassing(err) {
		err = c.rest().InteractionRespond(c.i, response, discordgo.WithContext(ctx))
		if codeOf(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged {
			err = nil
		}
	}
	switch {
	case err == nil:
		c.Logger.DebugContext(ctx, "answered an interaction", slog.String("interaction", c.i.ID), slog.Duration("after", time.Since(c.received)))
		return nil
	case codeOf(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged:
		return errReplayed
	case codeOf(err) == discordgo.ErrCodeUnknownInteraction:
		// Discord has told the person that it failed: nothing may follow.
		c.Logger.WarnContext(ctx, "an interaction came too late to be answered", slog.String("interaction", c.i.ID), slog.Duration("after", time.Since(c.received)))
		return errReplayed
	}
	return fmt.Errorf("answer the interaction: %w", withoutToken(err))
}

// isPassing reports whether the same request may succeed in a moment: whatever
// Discord did not refuse with a reason.
func isPassing(err error) bool {
	status := statusOf(err)
	return status == 0 || status >= http.StatusInternalServerError
}

// think says at once that an answer follows, which only the person will see.
func (c *call) think(ctx context.Context) error {
	return c.begin(ctx, thinking, discordgo.InteractionResponseDeferredChannelMessageWithSource, &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral})
}

// note says at once that a click was seen.
func (c *call) note(ctx context.Context) error {
	return c.begin(ctx, noted, discordgo.InteractionResponseDeferredMessageUpdate, nil)
}

// open answers with a form.
func (c *call) open(ctx context.Context, modal *discordgo.InteractionResponseData) error {
	return c.begin(ctx, said, discordgo.InteractionResponseModal, modal)
}

func (c *call) begin(ctx context.Context, then answer, kind discordgo.InteractionResponseType, data *discordgo.InteractionResponseData) error {
	if err := c.respond(ctx, kind, data); err != nil {
		c.answered = said // nothing can follow
		return err
	}
	c.answered = then
	return nil
}

// choose answers a completion.
func (c *call) choose(ctx context.Context, choices []*discordgo.ApplicationCommandOptionChoice) error {
	return c.begin(ctx, said, discordgo.InteractionApplicationCommandAutocompleteResult, &discordgo.InteractionResponseData{Choices: *orEmpty(choices)})
}

// say tells the person something that only they see, in whichever way is still
// open.
func (c *call) say(ctx context.Context, p picture) error {
	if c.i.Type == discordgo.InteractionApplicationCommandAutocomplete {
		if c.answered == unanswered {
			return c.choose(ctx, nil)
		}
		return nil
	}
	var err error
	switch c.answered {
	case unanswered:
		return c.begin(ctx, said, discordgo.InteractionResponseChannelMessageWithSource, p.response())
	case thinking:
		err = c.amend(ctx, p)
		c.answered = said
	default:
		_, err = c.rest().FollowupMessageCreate(c.i, true, p.followup(), discordgo.WithContext(ctx))
	}
	if err != nil {
		return fmt.Errorf("tell the person: %w", withoutToken(err))
	}
	return nil
}

// replace puts a picture in the place of the message that was pressed on. The
// click must be noted.
func (c *call) replace(ctx context.Context, p picture) error {
	if err := c.amend(ctx, p); err != nil {
		return fmt.Errorf("redraw the message: %w", withoutToken(err))
	}
	return nil
}

// supersede puts a picture in the place of the message that was pressed on, in
// whichever way is still open.
func (c *call) supersede(ctx context.Context, p picture) error {
	switch c.answered {
	case unanswered:
		data := p.response()
		data.Flags = 0 // those of the message stay
		return c.begin(ctx, said, discordgo.InteractionResponseUpdateMessage, data)
	case noted:
		return c.replace(ctx, p)
	}
	return c.say(ctx, p)
}

// amend edits the first answer.
func (c *call) amend(ctx context.Context, p picture) error {
	if err := c.rewrite(ctx, p); err != nil {
		return err
	}
	if p.Request != 0 {
		c.keepAnswer(ctx, p.Request)
	}
	return nil
}

func (c *call) rewrite(ctx context.Context, p picture) error {
	if p.Alt == "" {
		_, err := c.rest().InteractionResponseEdit(c.i, p.replacement(), discordgo.WithContext(ctx))
		return err
	}
	contentType, body, err := discordgo.MultipartBodyWithJSON(p.described(), p.Files)
	if err != nil {
		return fmt.Errorf("pack the files: %w", err)
	}
	uri := discordgo.EndpointWebhookMessage(c.i.AppID, c.i.Token, "@original")
	_, err = c.rest().RequestRaw("PATCH", uri, contentType, body, uri, 0, discordgo.WithContext(ctx))
	return err
}

// dismiss takes away the message that was pressed on, which only the person saw.
// The click must be noted.
func (c *call) dismiss(ctx context.Context) error {
	if err := c.rest().InteractionResponseDelete(c.i, discordgo.WithContext(ctx)); err != nil && codeOf(err) != discordgo.ErrCodeUnknownMessage {
		return fmt.Errorf("take the message away: %w", withoutToken(err))
	}
	return nil
}

// isPrivate reports whether the message that was pressed on is one that only the
// person sees.
func (c *call) isPrivate() bool {
	return c.i.Message != nil && c.i.Message.Flags&discordgo.MessageFlagsEphemeral != 0
}
