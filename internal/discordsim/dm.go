package discordsim

import "time"

// dm finds or makes a direct message. s.mu is held.
func (s *Sim) dm(app *Application, u *account) *Channel {
	for _, c := range s.channels {
		if c.kind == channelDM && c.recipients[0].ID == app.ID && c.recipients[1] == u {
			return c
		}
	}
	c := &Channel{ID: s.newID(), sim: s, kind: channelDM, recipients: []*account{s.users[app.ID], u}, created: time.Now()}
	s.channels[c.ID] = c
	return c
}

// list puts a direct message into the person's list, once. s.mu is held.
func (c *Channel) list() {
	if c.kind == channelDM && !c.listed {
		c.listed = true
		c.tellChannel()
	}
}

// reaches reports whether a bot may write to a person by itself: they have
// a guild in common, and their direct messages are open.
func (s *Sim) reaches(app *Application, u *account) bool {
	if u.Bot || u.closedDMs {
		return false
	}
	for _, g := range s.guilds {
		if g.apps[app.ID] != nil && g.members[u.ID] != nil {
			return true
		}
	}
	return false
}

// postDM opens a direct message with a person. Whether they can be written
// to shows only when something is sent; bots refuse each other at once.
func (s *Sim) postDM(q *request) (int, any, error) {
	var in struct {
		RecipientID writtenID `json:"recipient_id"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	u := s.users[string(in.RecipientID)]
	switch {
	case u == nil, u.ID == q.app.ID:
		return 0, nil, errInvalidRecipient
	case u.Bot:
		return 0, nil, errCannotDM
	}
	return 200, s.dm(q.app, u).wire(q.app.ID), nil
}
