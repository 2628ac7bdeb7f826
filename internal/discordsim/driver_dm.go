package discordsim

import (
	"context"
	"slices"
)

// DM opens (or returns) the direct message between a person and a bot.
func (m *Member) DM(app *Application) *Channel {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	c := m.sim.dm(app, m.sim.users[m.ID])
	c.list()
	return c
}

// DMs lists the direct messages that the person has in their list: those
// that they opened or that something was written in. Oldest first.
func (m *Member) DMs() []*Channel {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	var out []*Channel
	for _, c := range m.sim.channels {
		if c.kind == channelDM && c.listed && c.recipients[1].ID == m.ID {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *Channel) int { return compareIDs(a.ID, b.ID) })
	return out
}

// CloseDMs makes bots that write to the person by themselves get 50007.
// What was sent stays, and answers to what the person does still arrive.
func (m *Member) CloseDMs() { m.setClosedDMs(true) }

// OpenDMs undoes CloseDMs.
func (m *Member) OpenDMs() { m.setClosedDMs(false) }

func (m *Member) setClosedDMs(closed bool) {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	m.sim.users[m.ID].closedDMs = closed
}

// DMsOf lists a person's direct messages with all bots, oldest first.
func (s *Sim) DMsOf(m *Member) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dmsOf(m.ID)
}

// AwaitDM waits for a direct message to a person that satisfies want,
// present or to come, posted or edited. Of several it returns the newest.
func (s *Sim) AwaitDM(ctx context.Context, m *Member, want func(Message) bool) (*Message, error) {
	var out *Message
	err := s.await(ctx, func() (bool, error) {
		for _, x := range slices.Backward(s.dmsOf(m.ID)) {
			if want(x) {
				out = &x
				return true, nil
			}
		}
		return false, nil
	})
	return out, err
}

// dmsOf is DMsOf with s.mu held.
func (s *Sim) dmsOf(userID string) []Message {
	var out []Message
	for _, c := range s.channels {
		if c.kind != channelDM || c.recipients[1].ID != userID {
			continue
		}
		for _, x := range c.messages {
			if x.visible(userID) {
				out = append(out, x.snapshot())
			}
		}
	}
	slices.SortFunc(out, func(a, b Message) int { return compareIDs(a.ID, b.ID) })
	return out
}
