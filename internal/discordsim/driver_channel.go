package discordsim

import (
	"context"
	"strings"
)

// Messages lists what a person sees in a channel, oldest first; ephemeral
// messages only if they are theirs.
func (c *Channel) Messages(m *Member) []Message {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	var out []Message
	if !c.sees(m.ID) {
		return nil
	}
	for _, x := range c.messages {
		if x.visible(m.ID) {
			out = append(out, x.snapshot())
		}
	}
	return out
}

// Message is a message as it is now, by id, for a person who sees it.
func (c *Channel) Message(m *Member, id string) (Message, bool) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	x := c.find(id)
	if x == nil || !x.visible(m.ID) {
		return Message{}, false
	}
	return x.snapshot(), true
}

// Await waits for a message that a person sees and that satisfies want,
// present or to come, posted or edited. Of several it returns the newest.
func (c *Channel) Await(ctx context.Context, m *Member, want func(Message) bool) (*Message, error) {
	var out *Message
	err := c.sim.await(ctx, func() (bool, error) {
		if !c.sees(m.ID) {
			return false, nil
		}
		for i := len(c.messages) - 1; i >= 0; i-- {
			x := c.messages[i]
			if !x.visible(m.ID) {
				continue
			}
			if s := x.snapshot(); want(s) {
				out = &s
				return true, nil
			}
		}
		return false, nil
	})
	return out, err
}

// AwaitThread waits for a thread of the channel whose name satisfies want.
// want must not call into the Sim.
func (c *Channel) AwaitThread(ctx context.Context, want func(name string) bool) (*Channel, error) {
	return c.awaitThread(ctx, func(t *Channel) bool { return want(t.name) })
}

// AwaitThreadOf waits for the thread that is opened from a message.
func (c *Channel) AwaitThreadOf(ctx context.Context, m Message) (*Channel, error) {
	return c.awaitThread(ctx, func(t *Channel) bool { return t.ID == m.ID })
}

func (c *Channel) awaitThread(ctx context.Context, want func(*Channel) bool) (*Channel, error) {
	var out *Channel
	err := c.sim.await(ctx, func() (bool, error) {
		for _, t := range c.threads() {
			if want(t) {
				out = t
				return true, nil
			}
		}
		return false, nil
	})
	return out, err
}

// Say writes a message as a person.
func (m *Member) Say(c *Channel, text string) (Message, error) {
	s := m.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.canSend(m.ID) {
		return Message{}, ErrNotAllowed
	}
	x := s.newMessage(c, m.User)
	x.Content = strings.TrimSpace(text)
	s.mention(&x.Message, c, nil, mentionsOfMessage)
	s.post(x)
	return x.snapshot(), nil
}

// Containing makes a condition for Await: the text has all the parts.
func Containing(parts ...string) func(Message) bool {
	return func(m Message) bool {
		text := m.Text()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return false
			}
		}
		return true
	}
}
