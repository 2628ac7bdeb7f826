package discordweb

import "github.com/cloud-engine/cloudengine/internal/discordsim"

// The pushes, as a window gets them.
type (
	pushed struct {
		Push string `json:"push"`
	}
	messagePush struct {
		Push    string       `json:"push"`
		Message shownMessage `json:"message"`
	}
	deletePush struct {
		Push    string `json:"push"`
		Channel string `json:"channel"`
		ID      string `json:"id"`
	}
	channelPush struct {
		Push    string       `json:"push"`
		Channel shownChannel `json:"channel"`
	}
	gonePush struct {
		Push string `json:"push"`
		ID   string `json:"id"`
	}
	modalPush struct {
		Push  string    `json:"push"`
		Modal shownForm `json:"modal"`
	}
	failedPush struct {
		Push    string `json:"push"`
		ID      string `json:"id"` // of the interaction
		Text    string `json:"text"`
		Channel string `json:"channel"`
		Message string `json:"message"` // that was pressed on; empty for a command
		Command string `json:"command"` // that was used; empty for what was pressed
		App     named  `json:"app"`     // that did not answer
	}
	worldPush struct {
		Push  string `json:"push"`
		Ready ready  `json:"ready"`
	}
)

// tell passes on what the person at the window sees. Forms and failures are not
// among it: they are for the window that caused them alone.
func (s *socket) tell(c *caller, e discordsim.Event) {
	switch e.Kind {
	case discordsim.EventMessage:
		s.pushMessage(c, e.Channel, e.Message.ID)
		s.pushChannel(c, e.Channel)
	case discordsim.EventEdit:
		s.pushMessage(c, e.Channel, e.Message.ID)
	case discordsim.EventDelete:
		s.web.marks.recount(c.person, e.Channel)
		gone := deletePush{"delete", e.Channel.ID, e.Message.ID}
		s.push("delete/"+e.Message.ID, func() any { return gone })
		s.pushChannel(c, e.Channel)
	case discordsim.EventChannel:
		s.pushChannel(c, e.Channel)
	case discordsim.EventWorld:
		s.pushWorld(c)
	case discordsim.EventCommands:
		s.push("commands", func() any { return pushed{"commands"} })
	}
}

// pushTo tells a person what came of what they did, unless somebody else sits at
// the window by now.
func (s *socket) pushTo(m *discordsim.Member, key string, what any) {
	s.push(key, func() any {
		if now := s.caller().person; now == nil || now.ID != m.ID {
			return nil
		}
		return what
	})
}

func (s *socket) pushMessage(c *caller, x *discordsim.Channel, id string) {
	s.push("message/"+id, func() any {
		m, ok := x.Message(c.person, id)
		if !ok {
			return nil
		}
		return messagePush{"message", s.web.showMessage(c, x, m)}
	})
}

// pushChannel tells how a channel is, or that it is gone. Those of a guild that
// is not open in the window are none of it.
func (s *socket) pushChannel(c *caller, x *discordsim.Channel) {
	s.push("channel/"+x.ID, func() any {
		if s.web.sim.Channel(x.ID) == nil || !x.VisibleTo(c.person) {
			return gonePush{"channel-gone", x.ID}
		}
		if g := x.Guild(); g != nil && g != s.web.guildOf(c) {
			return nil
		}
		return channelPush{"channel", s.web.showChannel(c, x)}
	})
}

// pushWorld tells all that a window started with anew.
func (s *socket) pushWorld(c *caller) {
	if c.person != nil {
		s.push("world", func() any { return worldPush{"world", s.web.ready(c)} })
	}
}
