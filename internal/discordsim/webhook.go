package discordsim

import "slices"

// postFollowup is a message after the first answer. The first one after a
// deferred answer fills that instead, if the bot has not deleted it.
func (s *Sim) postFollowup(q *request) (int, any, error) {
	in := q.in
	var body messageBody
	if err := q.decode(&body); err != nil {
		return 0, nil, err
	}
	if in.thinking() {
		if err := s.editReply(q, &body, in.original); err != nil {
			return 0, nil, err
		}
		return 200, in.original.snapshot(), nil
	}
	if in.channel.archived && in.channel.locked {
		return 0, nil, errArchived
	}
	m := s.replyMessage(in, body.Flags.Value)
	if in.original != nil {
		m.Type = messageReply
		m.Reference = &Reference{MessageID: in.original.ID, ChannelID: in.channel.ID, GuildID: in.guildID()}
	}
	if err := s.fill(q, &body, m, "", mentionsOfInteraction); err != nil {
		return 0, nil, err
	}
	in.followups = append(in.followups, m)
	s.post(m)
	return 200, m.snapshot(), nil
}

// hookMessage finds the message that a webhook call names.
func (q *request) hookMessage() (*message, error) {
	in, id := q.in, q.value("message_id")
	m := in.original
	if id != "@original" {
		m = in.channel.find(id)
		mine := m != nil && (m == in.original || m == in.source || slices.Contains(in.followups, m))
		if !mine {
			return nil, errUnknownMessage
		}
	}
	if m == nil || in.channel.find(m.ID) == nil {
		return nil, errUnknownMessage
	}
	return m, nil
}

func (s *Sim) getHookMessage(q *request) (int, any, error) {
	m, err := q.hookMessage()
	if err != nil {
		return 0, nil, err
	}
	return 200, m.snapshot(), nil
}

func (s *Sim) patchHookMessage(q *request) (int, any, error) {
	m, err := q.hookMessage()
	if err != nil {
		return 0, nil, err
	}
	if m.channel.archived {
		return 0, nil, errArchived
	}
	var body messageBody
	if err := q.decode(&body); err != nil {
		return 0, nil, err
	}
	if err := s.editReply(q, &body, m); err != nil {
		return 0, nil, err
	}
	return 200, m.snapshot(), nil
}

// editReply edits a message through an interaction; a deferred answer stops
// waiting. s.mu is held.
func (s *Sim) editReply(q *request, body *messageBody, m *message) error {
	in := q.in
	if err := s.edit(q, body, m, "", mentionsOfInteraction); err != nil {
		return err
	}
	if m == in.original {
		in.waiting = false
	}
	if m == in.source {
		in.updated = true
	}
	s.notify()
	return nil
}

func (s *Sim) deleteHookMessage(q *request) (int, any, error) {
	m, err := q.hookMessage()
	if err != nil {
		return 0, nil, err
	}
	s.drop(m)
	return 204, nil, nil
}
