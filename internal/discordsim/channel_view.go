package discordsim

import "slices"

// ChannelKind is what a channel is to those who use it.
type ChannelKind string

// The kinds of channels.
const (
	KindText   ChannelKind = "text"
	KindThread ChannelKind = "thread"
	KindDM     ChannelKind = "dm"
)

// Kind says what the channel is.
func (c *Channel) Kind() ChannelKind {
	switch {
	case c.guild == nil:
		return KindDM
	case c.isThread():
		return KindThread
	}
	return KindText
}

// Recipients are the two of a direct message, the bot first.
func (c *Channel) Recipients() []User {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	var out []User
	for _, u := range c.recipients {
		out = append(out, u.User)
	}
	return out
}

// Locked reports whether a thread is closed to those who do not manage
// threads.
func (c *Channel) Locked() bool {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.locked
}

// LastMessageID is the newest message that is not ephemeral, "" for none.
func (c *Channel) LastMessageID() string {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	id, _ := c.lastMessageID().(string)
	return id
}

// MessageCount is how many messages stand in the channel, without ephemeral
// ones.
func (c *Channel) MessageCount() int {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.messageCount()
}

// messageCount is MessageCount with s.mu held.
func (c *Channel) messageCount() (n int) {
	for _, m := range c.messages {
		if m.seenBy == "" {
			n++
		}
	}
	return n
}

// VisibleTo reports whether a person sees the channel.
func (c *Channel) VisibleTo(m *Member) bool {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.sees(m.ID)
}

// CanSend reports whether a person may write in the channel.
func (c *Channel) CanSend(m *Member) bool {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.canSend(m.ID)
}

// canSend is CanSend with s.mu held.
func (c *Channel) canSend(userID string) bool {
	held := c.permissions(userID)
	return held.Has(ViewChannel|c.sendPermission()) && (!c.locked || held.Has(ManageThreads))
}

// History is a page of what a person sees in a channel: the newest messages
// before the one with an id ("" for the newest of all), at most limit, oldest
// first, and whether there are older ones.
func (c *Channel) History(m *Member, before string, limit int) (page []Message, more bool) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if !c.sees(m.ID) {
		return nil, false
	}
	list := c.messages
	if before != "" {
		list = list[:c.position(before)]
	}
	for _, x := range slices.Backward(list) {
		if x.seenBy != "" && x.seenBy != m.ID {
			continue
		}
		if len(page) >= limit {
			more = true
			break
		}
		page = append(page, x.snapshot())
	}
	slices.Reverse(page)
	return page, more
}
