package discordsim

import (
	"encoding/json"
	"slices"
	"strings"
)

// messageBody is what a bot sends to make or change a message, by any of
// the ways there are.
type messageBody struct {
	Content         optional[string]          `json:"content"`
	Embeds          optional[[]Embed]         `json:"embeds"`
	Components      optional[[]Component]     `json:"components"`
	Flags           optional[int]             `json:"flags"`
	Attachments     optional[[]attachmentRef] `json:"attachments"`
	AllowedMentions *allowedMentions          `json:"allowed_mentions"`
	TTS             bool                      `json:"tts"`
	Reference       *Reference                `json:"message_reference"`
	Nonce           json.RawMessage           `json:"nonce"`
	EnforceNonce    bool                      `json:"enforce_nonce"`
}

// apply writes a body into a message and checks the result. m is a copy
// that nobody else holds; at is where the body sits in the request.
func (s *Sim) apply(q *request, b *messageBody, m *Message, at string) error {
	var f fieldErrors
	if b.Content.Set {
		m.Content = strings.TrimSpace(b.Content.Value)
	}
	if b.Embeds.Set {
		m.Embeds = append([]Embed{}, b.Embeds.Value...)
		for i := range m.Embeds {
			m.Embeds[i].Type = "rich"
		}
	}
	if b.Components.Set {
		m.Components = append([]Component{}, b.Components.Value...)
	}
	s.attach(&f, q, b, m, at)
	validateMessage(&f, m, at)
	if err := f.err(); err != nil {
		return err
	}
	if m.empty() {
		return errEmptyMessage
	}
	if b.Components.Set {
		number(m.Components)
	}
	return nil
}

// newMessage is an empty message of a bot's, not yet anywhere.
func (s *Sim) newMessage(c *Channel, author User) *message {
	return &message{channel: c, Message: Message{
		ID: s.newID(), ChannelID: c.ID, Author: author, Timestamp: Timestamp{s.now()},
		Mentions: []User{}, MentionRoles: []string{}, Attachments: []Attachment{}, Embeds: []Embed{}, Components: []Component{},
	}}
}

// post puts a message into its channel and tells everybody who sees it.
func (s *Sim) post(m *message) {
	c := m.channel
	c.messages = append(c.messages, m)
	c.list()
	if m.seenBy == "" {
		if c.archived {
			c.archived = false
			c.broadcast("THREAD_UPDATE", intentGuilds, c.wire(""))
			c.tellChannel()
		}
		c.broadcastMessage("MESSAGE_CREATE", m)
	}
	s.tell(Event{Kind: EventMessage, Channel: c, Message: m.snapshot()}, m.visible)
	s.notify()
}

// replace gives a message its new value and tells everybody who sees it.
// To fill a deferred answer is no edit.
func (s *Sim) replace(m *message, value Message) {
	if !m.Loading() {
		value.EditedAt = &Timestamp{s.now()}
	}
	m.Message = value
	if m.seenBy == "" {
		m.channel.broadcastMessage("MESSAGE_UPDATE", m)
	}
	s.tell(Event{Kind: EventEdit, Channel: m.channel, Message: m.snapshot()}, m.visible)
	s.notify()
}

// drop deletes a message.
func (s *Sim) drop(m *message) {
	c := m.channel
	c.messages = slices.DeleteFunc(slices.Clone(c.messages), func(x *message) bool { return x == m })
	if m.seenBy == "" {
		o := object{"id": m.ID, "channel_id": c.ID}
		if c.guild != nil {
			o["guild_id"] = c.guild.ID
		}
		c.broadcast("MESSAGE_DELETE", c.messageIntent(), o)
	}
	s.tell(Event{Kind: EventDelete, Channel: c, Message: m.snapshot()}, m.visible)
	s.notify()
}
