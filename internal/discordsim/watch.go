package discordsim

import "time"

// EventKind says what an Event is about.
type EventKind string

// The kinds of events.
const (
	EventMessage  EventKind = "message"  // a message appeared
	EventEdit     EventKind = "edit"     // a message changed
	EventDelete   EventKind = "delete"   // a message went away
	EventChannel  EventKind = "channel"  // a channel or thread appeared, changed or, with Gone, went away; Text is its name
	EventWorld    EventKind = "world"    // the Guild, its members or roles changed, and with them what the person sees
	EventCommands EventKind = "commands" // what the person is offered may have changed
	EventAction   EventKind = "action"   // the person did something; Text says what
	EventModal    EventKind = "modal"    // a form opened for the person
	EventFailed   EventKind = "failed"   // the bot did not answer the person
)

// Event is something that a person sees, or does.
type Event struct {
	Kind        EventKind
	At          time.Time
	Channel     *Channel
	Guild       *Guild       // of world
	Message     Message      // of message, edit and delete
	Gone        bool         // of channel
	Text        string       // of the others
	Modal       *Modal       // of modal
	Interaction *Interaction // of action, modal and failed
}

// watcher is one Watch.
type watcher struct {
	userID string
	*feed[Event]
}

// Watch returns everything that a person sees from now on, as it happens,
// in order: messages in channels they can read, their ephemeral ones,
// channels and threads, forms, and what they do themselves. stop ends it and
// closes the channel; so does Close.
func (s *Sim) Watch(m *Member) (events <-chan Event, stop func()) {
	w := &watcher{m.ID, newFeed[Event](0)}
	out := make(chan Event)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = struct{}{}
	if !s.work.run(func() { pump(s.ctx, w.feed, out, func(e Event, _ int) Event { return e }) }) {
		close(out)
	}
	return out, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, w)
		w.stop()
	}
}

// tell hands an event to those who watch for somebody it concerns. s.mu is
// held.
func (s *Sim) tell(e Event, concerns func(userID string) bool) {
	e.At = time.Now()
	for w := range s.watchers {
		if concerns(w.userID) {
			w.put(e)
		}
	}
}

// only concerns one person.
func only(userID string) func(string) bool {
	return func(id string) bool { return id == userID }
}

// tellChannel tells those who see a channel that it appeared or changed.
// s.mu is held.
func (c *Channel) tellChannel() {
	c.sim.tell(Event{Kind: EventChannel, Channel: c, Text: c.name}, c.sees)
}

// tellWorld tells a guild's members that it is another. s.mu is held.
func (g *Guild) tellWorld() {
	g.sim.tell(Event{Kind: EventWorld, Guild: g}, func(id string) bool { return g.members[id] != nil })
}

// tellCommands tells those who may be offered an application's commands in
// a guild, or in all with nil, to look again. s.mu is held.
func (s *Sim) tellCommands(app *Application, g *Guild) {
	s.tell(Event{Kind: EventCommands}, func(id string) bool {
		if g != nil {
			return g.members[id] != nil
		}
		for _, g := range s.guilds {
			if g.apps[app.ID] != nil && g.members[id] != nil {
				return true
			}
		}
		return false
	})
}
