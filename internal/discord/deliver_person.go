package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// personal is something that one person is told.
type personal struct {
	userID  string // empty: it is about a role, and goes to the channel alone
	picture picture
	marker  string // the last line, by which the message is known again
	// channel is where it is said to those who take no direct messages, with their
	// name; empty where there is none. replyTo is the message there that it is about.
	channel string
	replyTo string
}

// tell sends something to one person: as a direct message, or where they take
// none in a channel.
func (o *outbox) tell(ctx context.Context, post store.Post, p personal, also ...func(tx *store.Tx) error) error {
	p.picture.Content += "\n" + p.marker
	same := func(m message) bool { return lastLine(m.Content) == p.marker }
	err := errNoDirectMessages
	if p.userID != "" {
		err = o.tellDirectly(ctx, post, p, same)
	}
	if errors.Is(err, errNoDirectMessages) {
		if p.channel == "" {
			return &errDead{why: "they take no direct messages, and there is no channel to tell them in"}
		}
		if p.userID != "" {
			p.picture.Content, p.picture.Mentions = mention(p.userID)+" "+p.picture.Content, []string{p.userID}
		}
		_, err = o.create(ctx, post, outgoing{channelID: p.channel, picture: p.picture, replyTo: p.replyTo, part: 1, same: same})
	}
	if err != nil {
		return err
	}
	return o.sent(ctx, post, also...)
}

// errNoDirectMessages: the person takes none from the bot.
var errNoDirectMessages = errors.New("the person takes no direct messages from the bot")

func (o *outbox) tellDirectly(ctx context.Context, post store.Post, p personal, same func(message) bool) error {
	var channel *discordgo.Channel
	err := o.ask(ctx, post, asking{}, func(ctx context.Context) (err error) {
		channel, err = o.rest().UserChannelCreate(p.userID, discordgo.WithContext(ctx))
		return err
	})
	if err == nil {
		_, err = o.create(ctx, post, outgoing{channelID: channel.ID, picture: p.picture, same: same})
	}
	if err != nil && isDead(err) {
		return fmt.Errorf("%w: %w", errNoDirectMessages, err)
	}
	return err
}

// sendRequest posts or redraws the message of an access request. Where the channel
// for it is closed to the bot, it is posted where it was asked.
func (o *outbox) sendRequest(ctx context.Context, post store.Post) error {
	r, err := o.Orchestrator.AccessRequest(ctx, value(post.RequestID))
	if err != nil {
		return fmt.Errorf("read an access request: %w", err)
	}
	o.settleAnswers(ctx, r)
	open := r.State == project.RequestPending
	if r.MessageID != "" && !o.outlived(r.MessageID, !open) {
		err := o.edit(ctx, post, r.ChannelID, r.MessageID, requestPicture(r, nil, nil))
		lost := isGone(err) || isTooOld(err) || isShut(err)
		if err == nil || lost && !open && !isTooOld(err) {
			return o.sent(ctx, post)
		}
		if !lost {
			return err
		}
	}
	out := outgoing{channelID: r.ChannelID, picture: requestPicture(r, post.MentionUsers, post.MentionRoles), same: func(m message) bool {
		return m.ID != r.MessageID && lastLine(m.Content) == requestMarker(r.ID)
	}}
	id, err := o.create(ctx, post, out)
	if isShut(err) && r.AskedIn != r.ChannelID {
		out.channelID, out.part = r.AskedIn, 1
		id, err = o.create(ctx, post, out)
	}
	if err != nil {
		return err
	}
	err = o.sent(ctx, post, func(tx *store.Tx) error { return tx.SetRequestMessage(ctx, r.ID, out.channelID, id) })
	if err == nil {
		o.takeAway(ctx, post, r.ChannelID, r.MessageID)
	}
	return err
}

// tellDecided tells who asked what became of their request.
func (o *outbox) tellDecided(ctx context.Context, post store.Post) error {
	r, err := o.Orchestrator.AccessRequest(ctx, value(post.RequestID))
	if err != nil {
		return fmt.Errorf("read an access request: %w", err)
	}
	p := personal{userID: post.UserID, picture: decidedText(r), marker: fmt.Sprintf("-# decision on access request %d", r.ID), channel: r.AskedIn}
	if r.AskedIn == r.ChannelID {
		p.replyTo = r.MessageID
	}
	return o.tell(ctx, post, p)
}

// decidedText is what became of a request, for who asked.
func decidedText(r orchestrator.AccessRequest) picture {
	if r.State == project.RequestCancelled {
		return cancelledText()
	}
	if r.State != project.RequestApproved {
		why := "."
		if r.Decision != "" {
			why = ": " + r.Decision
		}
		return text(safe(fmt.Sprintf("⚪ %s declined your request for `%s` in `%s`%s", mention(value(r.DecidedBy)), r.Level, r.Project.Slug, why)))
	}
	said := fmt.Sprintf("✅ You have `%s` in `%s`, %s: %s approved your request.", r.Level, r.Project.Slug, grantedText(r), mention(value(r.DecidedBy)))
	if r.Level >= project.Deploy {
		said += fmt.Sprintf(" `/cloud-deploy project:%s` starts a deployment.", r.Project.Slug)
	}
	return text(said)
}

// tellEnding announces that a grant ends, if there is still something to tell.
func (o *outbox) tellEnding(ctx context.Context, post store.Post) error {
	e, err := o.Orchestrator.Ending(ctx, value(post.GrantID))
	if err != nil {
		return fmt.Errorf("read a grant: %w", err)
	}
	if !e.Tell {
		return o.sent(ctx, post)
	}
	return o.tell(ctx, post, personal{userID: e.UserID, picture: endingText(e), marker: fmt.Sprintf("-# access %d", e.ID), channel: e.Channel},
		func(tx *store.Tx) error { return tx.SetWarned(ctx, e.ID) })
}

// endingText says that access ends soon, and what follows. A role cannot ask.
func endingText(e orchestrator.Ending) picture {
	what := fmt.Sprintf("`%s` in `%s`", e.Level, e.Project.Slug)
	if e.RoleID != "" {
		return text(fmt.Sprintf("⏳ What %s may do ends %s: %s. An admin of `%s` can give it again with `/cloud-grant`.", mentionRole(e.RoleID), relative(*e.ExpiresAt), what, e.Project.Slug))
	}
	lines := []string{fmt.Sprintf("⏳ Your %s ends %s, %s.", what, relative(*e.ExpiresAt), strings.TrimPrefix(policy.Until(e.ExpiresAt), "until "))}
	if e.Level >= project.Deploy {
		lines = append(lines, "What is being applied goes on. What is approved and has not started by then does not start.")
	}
	return text(strings.Join(lines, "\n"), row(button("Ask again", discordgo.PrimaryButton, againRoute(e.ID))))
}

// tellStopped tells somebody that their deployment was cancelled for them.
func (o *outbox) tellStopped(ctx context.Context, post store.Post, l lobby) error {
	s := l.Session
	return o.tell(ctx, post, personal{userID: post.UserID, picture: stoppedText(l), marker: "-# deployment " + s.ID, channel: s.ChannelID, replyTo: s.LobbyMessageID})
}
