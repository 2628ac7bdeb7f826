package discordsim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// The interaction types, with Discord's numbers.
const (
	interactionPing         = 1
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5
)

// The callback types: what a bot may answer first.
const (
	answerPong        = 1
	answerMessage     = 4
	answerDefer       = 5
	answerDeferUpdate = 6
	answerUpdate      = 7
	answerChoices     = 8
	answerModal       = 9
)

// ErrNoResponse is what a person sees when a bot took longer than its
// deadline.
var ErrNoResponse = errors.New("the application did not respond")

// errNoMessage is the error of waiting for a message after a form or
// choices.
var errNoMessage = errors.New("the application answered with a form or choices, not a message")

// Interaction is one thing that a person did with a bot, and what came of
// it.
type Interaction struct {
	ID string

	sim     *Sim
	token   string
	kind    int
	app     *Application
	channel *Channel
	user    User
	did     string   // what the person did, in words
	command *command // that was run or completed
	path    string   // its name, with those of subcommands
	focused int      // type of the option that was completed
	source  *message // that was pressed on, or the form was opened from
	payload json.RawMessage

	seq        int // in the traffic
	sent       time.Time
	timer      *time.Timer
	done       chan struct{} // closed once answered or overdue
	expired    bool
	answer     int // callback type, 0 until answered
	answeredAt time.Time
	modal      *Modal
	choices    []Choice
	original   *message // what @original names
	waiting    bool     // a deferred answer that nothing filled yet
	updated    bool     // the source was edited through the interaction
	followups  []*message
}

// deliver sends an interaction to its bot and starts the clock. s.mu is
// held.
func (s *Sim) deliver(in *Interaction, data object) error {
	in.ID, in.token = s.newID(), randomToken(48)
	in.sim, in.sent, in.done = s, time.Now(), make(chan struct{})
	text, err := json.Marshal(s.interactionWire(in, data))
	if err != nil {
		return err
	}
	in.payload = text
	s.recordInteraction(in)
	s.byID.put(in.ID, in, in.sent)
	s.byToken.put(in.token, in, in.sent)
	in.timer = time.AfterFunc(s.opts.InteractionDeadline, func() { s.expire(in) })
	if in.kind != interactionAutocomplete {
		s.tell(Event{Kind: EventAction, Channel: in.channel, Text: in.did, Interaction: in}, only(in.user.ID))
	}
	s.send(in)
	return nil
}

// send puts an interaction's payload on its way, over the gateway or to the
// application's endpoint.
func (s *Sim) send(in *Interaction) {
	if in.app.endpoint != "" {
		s.work.run(func() { s.postInteraction(in) })
		return
	}
	in.app.dispatch("INTERACTION_CREATE", 0, in.guildID(), in.payload)
}

func (in *Interaction) guildID() string { return in.channel.guildID() }

// expire ends an interaction that nobody answered in time.
func (s *Sim) expire(in *Interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.answer != 0 || in.expired {
		return
	}
	in.expired = true
	s.recordAnswer(in)
	s.tell(Event{Kind: EventFailed, Channel: in.channel, Text: ErrNoResponse.Error(), Interaction: in}, only(in.user.ID))
	close(in.done)
	s.notify()
}

// interactionWire writes an interaction as Discord sends it.
func (s *Sim) interactionWire(in *Interaction, data object) object {
	c := in.channel
	o := object{
		"id": in.ID, "application_id": in.app.ID, "type": in.kind, "token": in.token, "version": 1, "data": data,
		"channel_id": c.ID, "channel": c.wirePartial(in.user.ID), "locale": s.localeOf(in.user.ID), "entitlements": []any{},
		"app_permissions": c.permissions(in.app.ID).String(), "attachment_size_limit": s.opts.AttachmentLimit,
		"authorizing_integration_owners": in.installedBy(),
	}
	if in.source != nil {
		o["message"] = in.source.snapshot()
	}
	if c.guild == nil {
		o["context"], o["user"] = 1, in.user
		return o
	}
	member := c.guild.members[in.user.ID].wire()
	member["permissions"] = c.permissions(in.user.ID).String()
	o["context"], o["member"] = 0, member
	o["guild_id"], o["guild_locale"] = c.guild.ID, localeOr(c.guild.locale)
	o["guild"] = object{"id": c.guild.ID, "locale": localeOr(c.guild.locale), "features": []any{}}
	return o
}

// installedBy says through whose installation the bot got the interaction:
// the guild's, which is 0 in its direct messages.
func (in *Interaction) installedBy() object {
	return object{"0": cmp.Or(in.guildID(), "0")}
}

// answered waits for the first answer.
func (in *Interaction) answered(ctx context.Context) error {
	select {
	case <-in.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-in.sim.ctx.Done():
		return ErrClosed
	}
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	if in.answer == 0 {
		return ErrNoResponse
	}
	return nil
}

// Application is the bot that it went to.
func (in *Interaction) Application() *Application { return in.app }

// Command is the name of the command that was used, with those of subcommands
// ("grant add"); empty for what was no command.
func (in *Interaction) Command() string { return in.path }

// Modal is the form that the bot answered with, nil if it did not.
func (in *Interaction) Modal() *Modal {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	return in.modal
}

// Deferred reports whether the bot said "thinking…" and nothing since.
func (in *Interaction) Deferred() bool {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	return in.thinking()
}

// thinking is Deferred with s.mu held.
func (in *Interaction) thinking() bool { return in.waiting && in.channel.find(in.original.ID) != nil }

// AnswerTime is how long the bot took to its first answer, as the server
// saw it; 0 before.
func (in *Interaction) AnswerTime() time.Duration {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	if in.answer == 0 {
		return 0
	}
	return in.answeredAt.Sub(in.sent)
}

// Reply waits for what the bot has to say: the message it answered with,
// once a deferred one is filled; the updated message, if it updated the one
// that was pressed on; or else the first follow-up.
func (in *Interaction) Reply(ctx context.Context) (*Message, error) {
	var out *Message
	err := in.sim.await(ctx, func() (bool, error) {
		switch {
		case in.answer == 0 && in.expired:
			return false, ErrNoResponse
		case in.answer == answerModal, in.answer == answerChoices:
			return false, errNoMessage
		case in.original != nil && in.answer != answerDeferUpdate && !in.waiting:
			m := in.original.snapshot()
			out = &m
		case len(in.followups) > 0:
			m := in.followups[0].snapshot()
			out = &m
		case in.answer == answerDeferUpdate && in.updated:
			m := in.original.snapshot()
			out = &m
		}
		return out != nil, nil
	})
	return out, err
}

// Followups are the messages that came after the first answer.
func (in *Interaction) Followups() []Message {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	var out []Message
	for _, m := range in.followups {
		out = append(out, m.snapshot())
	}
	return out
}

// String says what the person did.
func (in *Interaction) String() string { return in.did }

// Replay sends the very same interaction to the bot again, as a retrying
// proxy or a second gateway session would: same id, same token.
func (s *Sim) Replay(in *Interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(in)
}

// byWebhook lets those in who have the token of an interaction that still works.
func (s *Sim) byWebhook(q *request) error {
	in, _ := s.byToken.get(q.value("webhook_token"), time.Now())
	switch {
	case in == nil, in.app.ID != q.value("webhook_id"), time.Since(in.sent) > s.opts.TokenLife:
		return errWebhookToken
	case in.answer == 0:
		return errUnknownWebhook
	}
	q.in, q.app = in, in.app
	return nil
}

// accepts reports whether a callback type fits the interaction.
func (in *Interaction) accepts(answer int) bool {
	switch in.kind {
	case interactionAutocomplete:
		return answer == answerChoices
	case interactionCommand:
		return slices.Contains([]int{answerMessage, answerDefer, answerModal}, answer)
	case interactionModal:
		if in.source == nil {
			return slices.Contains([]int{answerMessage, answerDefer}, answer)
		}
		return slices.Contains([]int{answerMessage, answerDefer, answerDeferUpdate, answerUpdate}, answer)
	}
	return slices.Contains([]int{answerMessage, answerDefer, answerDeferUpdate, answerUpdate, answerModal}, answer)
}
