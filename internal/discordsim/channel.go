package discordsim

import (
	"slices"
	"time"
)

// The channel types that exist here, with Discord's numbers.
const (
	channelText          = 0
	channelDM            = 1
	channelPublicThread  = 11
	channelPrivateThread = 12
)

// Channel is a text channel of a guild, a thread, or a direct message.
type Channel struct {
	ID string

	sim        *Sim
	guild      *Guild // nil for a direct message
	kind       int
	name       string
	topic      string
	parent     *Channel // of a thread
	overwrites map[string]overwrite
	recipients []*account // of a direct message: the bot, the person
	messages   []*message // oldest first
	creator    string     // user id, of a thread
	archived   bool
	locked     bool
	listed     bool // of a direct message: the person has it in their list
	autoMin    int  // auto-archive duration in minutes
	created    time.Time
}

// Name is the channel's name; a bot may rename a thread.
func (c *Channel) Name() string {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.name
}

// Mention is the text that links to the channel.
func (c *Channel) Mention() string { return "<#" + c.ID + ">" }

// Guild is the guild of the channel, nil for a direct message.
func (c *Channel) Guild() *Guild { return c.guild }

// Parent is the channel of a thread, nil for others.
func (c *Channel) Parent() *Channel { return c.parent }

// Archived reports whether a thread is archived.
func (c *Channel) Archived() bool {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.archived
}

// AutoArchiveMinutes is after how long without a message a thread goes.
func (c *Channel) AutoArchiveMinutes() int {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.autoMin
}

func (c *Channel) isThread() bool { return c.parent != nil }

// NewTextChannel adds a channel that everyone sees.
func (g *Guild) NewTextChannel(name string) *Channel {
	return g.newTextChannel(name, map[string]overwrite{})
}

// NewPrivateChannel adds a channel that only those see who are named, and
// administrators. A bot must be named like anybody.
func (g *Guild) NewPrivateChannel(name string, who ...Subject) *Channel {
	overwrites := map[string]overwrite{g.ID: {deny: ViewChannel}}
	for _, s := range who {
		id, kind := s.subject()
		overwrites[id] = overwrite{kind: kind, allow: ViewChannel}
	}
	return g.newTextChannel(name, overwrites)
}

func (g *Guild) newTextChannel(name string, overwrites map[string]overwrite) *Channel {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	c := &Channel{
		ID: g.sim.newID(), sim: g.sim, guild: g, kind: channelText, name: name,
		overwrites: overwrites, created: time.Now(),
	}
	g.channels = append(g.channels, c)
	g.sim.channels[c.ID] = c
	c.broadcast("CHANNEL_CREATE", intentGuilds, c.wire(""))
	c.tellChannel()
	g.sim.notify()
	return c
}

// Subject is whom an overwrite is about: an *Application, a *Role or a
// *Member.
type Subject interface{ subject() (id string, kind int) }

func (a *Application) subject() (string, int) { return a.ID, 1 }
func (m *Member) subject() (string, int)      { return m.ID, 1 }
func (r *Role) subject() (string, int)        { return r.ID, 0 }

// Deny takes permissions from somebody in this channel and its threads.
func (c *Channel) Deny(who Subject, perms Permissions) {
	c.setOverwrite(who, func(o *overwrite) { o.deny |= perms; o.allow &^= perms })
}

// Allow gives permissions to somebody in this channel and its threads.
func (c *Channel) Allow(who Subject, perms Permissions) {
	c.setOverwrite(who, func(o *overwrite) { o.allow |= perms; o.deny &^= perms })
}

func (c *Channel) setOverwrite(who Subject, change func(*overwrite)) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	id, kind := who.subject()
	o := c.overwrites[id]
	o.kind = kind
	change(&o)
	c.overwrites[id] = o
	c.broadcast("CHANNEL_UPDATE", intentGuilds, c.wire(""))
	c.guild.tellWorld()
	c.sim.notify()
}

// Delete removes the channel with its messages and threads, as an admin
// would.
func (c *Channel) Delete() {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.remove()
}

// remove deletes a channel. s.mu is held.
func (c *Channel) remove() {
	event := "CHANNEL_DELETE"
	if c.isThread() {
		event = "THREAD_DELETE"
	}
	c.broadcast(event, intentGuilds, c.wire(""))
	gone := func(x *Channel) bool { return x == c || x.parent == c }
	for _, x := range c.guild.channels {
		if gone(x) {
			delete(c.sim.channels, x.ID)
			c.sim.tell(Event{Kind: EventChannel, Channel: x, Text: x.name, Gone: true}, x.sees)
		}
	}
	c.guild.channels = slices.DeleteFunc(c.guild.channels, gone)
	if c.isThread() {
		if m := c.parent.find(c.ID); m != nil { // that it was opened from
			c.sim.setThread(m, nil)
		}
	}
	c.sim.notify()
}

// Threads lists the threads of a channel, oldest first.
func (c *Channel) Threads() []*Channel {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.threads()
}

// threads is Threads with s.mu held.
func (c *Channel) threads() []*Channel {
	var out []*Channel
	for _, x := range c.guild.channels {
		if x.parent == c {
			out = append(out, x)
		}
	}
	return out
}

// find returns a message by id. s.mu is held.
func (c *Channel) find(id string) *message {
	if i := c.position(id); i < len(c.messages) && c.messages[i].ID == id {
		return c.messages[i]
	}
	return nil
}

// position is where a message is, or would be. s.mu is held.
func (c *Channel) position(id string) int {
	i, _ := slices.BinarySearchFunc(c.messages, id, func(m *message, id string) int { return compareIDs(m.ID, id) })
	return i
}
