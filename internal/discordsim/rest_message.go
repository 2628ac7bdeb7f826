package discordsim

import (
	"slices"
	"strings"
	"time"
)

// channel is the channel of the path, where the bot must hold permissions.
func (q *request) channel(need Permissions) (*Channel, error) {
	c := q.sim.channels[q.value("channel_id")]
	if c == nil {
		return nil, errUnknownChannel
	}
	held := c.permissions(q.app.ID)
	switch {
	case !held.Has(ViewChannel):
		return nil, errMissingAccess
	case !held.Has(need):
		return nil, errMissingPermissions
	}
	return c, nil
}

// message is the message of the path, as far as bots see it.
func (q *request) message(c *Channel) (*message, error) {
	m := c.find(q.value("message_id"))
	if m == nil || m.seenBy != "" {
		return nil, errUnknownMessage
	}
	return m, nil
}

// sendPermission is what it takes to write in a channel.
func (c *Channel) sendPermission() Permissions {
	if c.isThread() {
		return SendMessagesInThreads
	}
	return SendMessages
}

func (s *Sim) postMessage(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	var in messageBody
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	held := c.permissions(q.app.ID)
	switch {
	case c.guild == nil && !s.reaches(q.app, c.recipients[1]):
		return 0, nil, errCannotDM
	case !held.Has(c.sendPermission()),
		len(in.Embeds.Value) > 0 && !held.Has(EmbedLinks),
		len(q.files) > 0 && !held.Has(AttachFiles):
		return 0, nil, errMissingPermissions
	case c.locked && c.archived && !held.Has(ManageThreads):
		return 0, nil, errArchived
	}
	key, err := nonceKey(c, q.app.User, &in)
	if err != nil {
		return 0, nil, err
	}
	if known, ok := s.nonces.get(key, time.Now()); ok && in.EnforceNonce {
		return 200, known.snapshot(), nil
	}
	m := s.newMessage(c, q.app.User)
	m.app = q.app
	m.Flags = in.Flags.Value & (FlagSuppressEmbeds | FlagSuppressNotifications | FlagComponentsV2)
	m.TTS = in.TTS
	if len(in.Nonce) > 0 && string(in.Nonce) != "null" {
		m.Nonce = in.Nonce
	}
	if err := refer(c, &in, &m.Message); err != nil {
		return 0, nil, err
	}
	if err := s.fill(q, &in, m, "", mentionsOfMessage); err != nil {
		return 0, nil, err
	}
	if key != "" {
		s.nonces.put(key, m, time.Now())
	}
	s.post(m)
	return 200, m.snapshot(), nil
}

// fill applies a body to a new message: content, files, mentions.
func (s *Sim) fill(q *request, in *messageBody, m *message, at string, defaults *allowedMentions) error {
	var f fieldErrors
	validateMentions(&f, in.AllowedMentions, at)
	if err := f.err(); err != nil {
		return err
	}
	if err := s.apply(q, in, &m.Message, at); err != nil {
		return err
	}
	s.mention(&m.Message, m.channel, in.AllowedMentions, defaults)
	return nil
}

// nonceKey identifies a nonce of an author in a channel; empty for none.
func nonceKey(c *Channel, author User, in *messageBody) (string, error) {
	nonce := strings.Trim(string(in.Nonce), `"`)
	if nonce == "" || nonce == "null" {
		return "", nil
	}
	if len(nonce) > 25 {
		return "", invalid("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	return c.ID + "/" + author.ID + "/" + nonce, nil
}

// refer checks and copies the message that is answered.
func refer(c *Channel, in *messageBody, m *Message) error {
	if in.Reference == nil || in.Reference.MessageID == "" {
		return nil
	}
	strict := in.Reference.FailIfNotExists == nil || *in.Reference.FailIfNotExists
	target := c.find(in.Reference.MessageID)
	if target == nil || target.seenBy != "" { // the channel does not have what one person sees
		if strict {
			return invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		}
		return nil
	}
	m.Type = messageReply
	m.Reference = &Reference{MessageID: target.ID, ChannelID: c.ID}
	return nil
}

func (s *Sim) getMessage(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	if !c.permissions(q.app.ID).Has(ReadMessageHistory) {
		return 0, nil, errMissingAccess
	}
	m, err := q.message(c)
	if err != nil {
		return 0, nil, err
	}
	return 200, m.snapshot(), nil
}

// listMessages returns messages newest first, before, after or around an id.
func (s *Sim) listMessages(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	limit, err := q.number("limit", 1, 100, 50)
	if err != nil {
		return 0, nil, err
	}
	list := []Message{}
	if !c.permissions(q.app.ID).Has(ReadMessageHistory) {
		return 200, list, nil
	}
	for _, m := range c.messages {
		if m.seenBy == "" {
			list = append(list, m.snapshot())
		}
	}
	list = window(list, q, limit)
	slices.Reverse(list)
	return 200, list, nil
}

// window cuts the part out of a list (oldest first) that a query asks for.
func window(list []Message, q *request, limit int) []Message {
	query := q.URL.Query()
	at := func(name string) (int, bool) {
		id := query.Get(name)
		i, found := slices.BinarySearchFunc(list, id, func(m Message, id string) int { return compareIDs(m.ID, id) })
		if found && name == "after" {
			i++
		}
		return i, id != ""
	}
	if i, ok := at("after"); ok {
		return list[i:min(i+limit, len(list))]
	}
	if i, ok := at("around"); ok {
		from := max(0, i-limit/2)
		return list[from:min(from+limit, len(list))]
	}
	if i, ok := at("before"); ok {
		list = list[:i]
	}
	return list[max(0, len(list)-limit):]
}

func (s *Sim) patchMessage(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	m, err := q.message(c)
	if err != nil {
		return 0, nil, err
	}
	if m.app != q.app {
		return 0, nil, errNotAuthor
	}
	if c.archived {
		return 0, nil, errArchived
	}
	if err := s.limitOldEdit(m); err != nil {
		return 0, nil, err
	}
	var in messageBody
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := s.edit(q, &in, m, "", mentionsOfMessage); err != nil {
		return 0, nil, err
	}
	return 200, m.snapshot(), nil
}

// edit applies a body to an existing message.
func (s *Sim) edit(q *request, in *messageBody, m *message, at string, defaults *allowedMentions) error {
	var f fieldErrors
	validateMentions(&f, in.AllowedMentions, at)
	if err := f.err(); err != nil {
		return err
	}
	value := m.Message
	if in.Flags.Set {
		value.Flags = value.Flags&^FlagSuppressEmbeds | in.Flags.Value&(FlagSuppressEmbeds|FlagComponentsV2)
	}
	value.Flags &^= FlagLoading
	if err := s.apply(q, in, &value, at); err != nil {
		return err
	}
	s.mention(&value, m.channel, in.AllowedMentions, defaults)
	s.replace(m, value)
	return nil
}

func (s *Sim) deleteMessage(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	m, err := q.message(c)
	if err != nil {
		return 0, nil, err
	}
	if m.app != q.app && !c.permissions(q.app.ID).Has(ManageMessages) {
		return 0, nil, errMissingPermissions
	}
	s.drop(m)
	return 204, nil, nil
}
