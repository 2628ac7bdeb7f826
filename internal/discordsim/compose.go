package discordsim

import (
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
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

// attachmentRef names a file: one that comes with the request (by its
// number), or one that stays (by its id).
type attachmentRef struct {
	ID          any    `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description"`
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
	if err := s.attach(&f, q, b, m, at); err != nil {
		return err
	}
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

// attach settles which files the message has after the request.
func (s *Sim) attach(f *fieldErrors, q *request, b *messageBody, m *Message, at string) error {
	kept := m.Attachments
	described := map[int]attachmentRef{}
	if b.Attachments.Set {
		kept = []Attachment{}
		for i, ref := range b.Attachments.Value {
			id := refID(ref.ID)
			old := slices.IndexFunc(m.Attachments, func(a Attachment) bool { return a.ID == id })
			number, _ := strconv.Atoi(id)
			fresh := slices.IndexFunc(q.files, func(u upload) bool { return u.index == number })
			switch {
			case old >= 0:
				kept = append(kept, m.Attachments[old])
			case fresh >= 0 && snowflake(id) < maxAttachments:
				described[number] = ref
			default:
				f.add(join(at, "attachments", i, "id"), "ATTACHMENT_NOT_FOUND", "There is no file with this number")
			}
		}
	}
	kept = append([]Attachment{}, kept...)
	for _, u := range q.files {
		kept = append(kept, s.store(m, u, described[u.index]))
	}
	m.Attachments = kept
	return nil
}

// refID reads an attachment's id, which comes as a string or a number.
func refID(id any) string {
	if n, ok := id.(float64); ok {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return fmt.Sprint(id)
}

// store keeps an uploaded file under a URL of the Sim's own.
func (s *Sim) store(m *Message, u upload, ref attachmentRef) Attachment {
	name := u.name
	if ref.Filename != "" {
		name = ref.Filename
	}
	kind := u.contentType
	if kind == "" || kind == "application/octet-stream" {
		if byName := mime.TypeByExtension(path.Ext(name)); byName != "" {
			kind = byName
		}
	}
	id := s.newID()
	s.files[id] = &file{name, kind, u.data}
	url := fmt.Sprintf("%s/attachments/%s/%s/%s", s.url, m.ChannelID, id, name)
	return Attachment{
		ID: id, Filename: name, Description: ref.Description, ContentType: kind, Size: len(u.data),
		URL: url, ProxyURL: url, Ephemeral: m.Ephemeral(), data: u.data,
	}
}

// newMessage is an empty message of a bot's, not yet anywhere.
func (s *Sim) newMessage(c *Channel, author User) *message {
	return &message{channel: c, Message: Message{
		ID: s.newID(), ChannelID: c.ID, Author: author, Timestamp: Timestamp{time.Now()},
		Mentions: []User{}, MentionRoles: []string{}, Attachments: []Attachment{}, Embeds: []Embed{}, Components: []Component{},
	}}
}

// post puts a message into its channel and tells everybody who sees it.
func (s *Sim) post(m *message) {
	c := m.channel
	c.messages = append(c.messages, m)
	if m.seenBy == "" {
		if c.archived {
			c.archived = false
			c.broadcast("THREAD_UPDATE", intentGuilds, c.wire(""))
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
		value.EditedAt = &Timestamp{time.Now()}
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
