package discordsim

import (
	"time"
)

// callbackBody is a bot's first answer to an interaction.
type callbackBody struct {
	Type int `json:"type"`
	Data struct {
		messageBody
		Title    string   `json:"title"`
		CustomID string   `json:"custom_id"`
		Choices  []Choice `json:"choices"`
	} `json:"data"`
}

// byInteraction lets those in who have the token of the interaction in the path.
func (s *Sim) byInteraction(q *request) error {
	in, _ := s.byID.get(q.value("interaction_id"), time.Now())
	if in == nil || in.token != q.value("interaction_token") {
		return errUnknownInteraction
	}
	q.in, q.app = in, in.app
	return nil
}

func (s *Sim) postCallback(q *request) (int, any, error) {
	in := q.in
	switch {
	case in.answer != 0:
		return 0, nil, errAcknowledged
	case in.expired:
		return 0, nil, errUnknownInteraction
	}
	var body callbackBody
	if err := q.decode(&body); err != nil {
		return 0, nil, err
	}
	if !in.accepts(body.Type) {
		return 0, nil, invalid("type", "INTERACTION_CALLBACK_TYPE_INVALID",
			"Callback type %d cannot answer an interaction of type %d.", body.Type, in.kind)
	}
	if err := s.take(q, in, &body); err != nil {
		return 0, nil, err
	}
	in.answer, in.answeredAt = body.Type, time.Now()
	s.recordAnswer(in)
	in.timer.Stop()
	close(in.done)
	s.notify()
	if !q.flag("with_response") {
		return 204, nil, nil
	}
	return 200, in.callbackResponse(), nil
}

// take carries out an answer.
func (s *Sim) take(q *request, in *Interaction, body *callbackBody) error {
	switch body.Type {
	case answerMessage:
		m := s.replyMessage(in, body.Data.Flags.Value)
		if err := s.fill(q, &body.Data.messageBody, m, "data", mentionsOfInteraction); err != nil {
			return err
		}
		in.original = m
		s.post(m)
	case answerDefer: // carries nothing but the ephemeral flag
		m := s.replyMessage(in, body.Data.Flags.Value&FlagEphemeral)
		m.Flags |= FlagLoading
		in.original, in.waiting = m, true
		s.post(m)
	case answerDeferUpdate:
		in.original = in.source
	case answerUpdate:
		if in.source.channel.find(in.source.ID) == nil {
			return errUnknownMessage
		}
		if err := s.edit(q, &body.Data.messageBody, in.source, "data", mentionsOfInteraction); err != nil {
			return err
		}
		in.original, in.updated = in.source, true
	case answerChoices:
		var f fieldErrors
		validateChoices(&f, body.Data.Choices, "data.choices", in.focused)
		if err := f.err(); err != nil {
			return err
		}
		in.choices = body.Data.Choices
	case answerModal:
		return s.openModal(in, body)
	}
	return nil
}

// openModal shows a form.
func (s *Sim) openModal(in *Interaction, body *callbackBody) error {
	var f fieldErrors
	components := append([]Component{}, body.Data.Components.Value...)
	validateModal(&f, body.Data.Title, body.Data.CustomID, components, "data")
	if err := f.err(); err != nil {
		return err
	}
	number(components)
	in.modal = &Modal{Title: body.Data.Title, CustomID: body.Data.CustomID, Components: components, from: in}
	s.tell(Event{Kind: EventModal, Channel: in.channel, Text: body.Data.Title, Modal: in.modal, Interaction: in}, only(in.user.ID))
	return nil
}

// replyMessage is an empty message in answer to an interaction.
func (s *Sim) replyMessage(in *Interaction, flags int) *message {
	m := s.newMessage(in.channel, in.app.User)
	m.app = in.app
	m.Flags = flags & (FlagEphemeral | FlagSuppressEmbeds | FlagSuppressNotifications | FlagComponentsV2)
	if m.Ephemeral() {
		m.seenBy = in.user.ID
	}
	m.WebhookID, m.ApplicationID = in.app.ID, in.app.ID
	meta := object{"id": in.ID, "type": in.kind, "user": in.user, "authorizing_integration_owners": in.installedBy()}
	if in.source != nil {
		m.Type = messageReply
		m.Reference = &Reference{MessageID: in.source.ID, ChannelID: in.channel.ID, GuildID: in.guildID()}
		meta["interacted_message_id"] = in.source.ID
	}
	if in.kind == interactionCommand {
		m.Type = messageSlash
		meta["name"] = in.path
		m.Interaction = object{"id": in.ID, "type": in.kind, "name": in.path, "user": in.user}
	}
	m.InteractionMetadata = meta
	return m
}

// callbackResponse is what with_response=true returns.
func (in *Interaction) callbackResponse() object {
	info := object{"id": in.ID, "type": in.kind}
	o := object{"interaction": info}
	if in.original != nil {
		info["response_message_id"] = in.original.ID
		info["response_message_loading"] = in.original.Loading()
		info["response_message_ephemeral"] = in.original.Ephemeral()
		if in.answer == answerMessage || in.answer == answerUpdate {
			o["resource"] = object{"type": in.answer, "message": in.original.snapshot()}
		}
	}
	return o
}
