package discordweb

import (
	"context"
	"sync"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// marks are what everybody has read. A channel that was never read is unread
// from its first message on. Ephemeral messages never count: they answer what
// the person is just doing.
type marks struct {
	mu sync.Mutex
	of map[place]*mark
}

// place is a channel for a person, by their ids.
type place struct{ person, channel string }

// mark is how far a person got in a channel. The counts are those of the
// messages after read, up to counted.
type mark struct {
	read, counted    string
	unread, mentions int
}

func newMarks() *marks { return &marks{of: map[place]*mark{}} }

// at finds a mark. k.mu is held.
func (k *marks) at(m *discordsim.Member, x *discordsim.Channel) *mark {
	p := place{m.ID, x.ID}
	if k.of[p] == nil {
		k.of[p] = &mark{}
	}
	return k.of[p]
}

// count is how many messages of others a person has not read, and how many of
// those mention them; in a direct message all do. Only what came since the last
// count is looked at.
func (k *marks) count(m *discordsim.Member, x *discordsim.Channel) (unread, mentioned int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := k.at(m, x)
	counted := at.counted
	for before := ""; newer(x.LastMessageID(), counted); {
		page, more := x.History(m, before, mostPage)
		for _, msg := range page {
			if msg.Ephemeral() || !newer(msg.ID, counted) {
				continue
			}
			if newer(msg.ID, at.counted) {
				at.counted = msg.ID
			}
			if msg.Author.ID == m.ID {
				continue
			}
			at.unread++
			if x.Kind() == discordsim.KindDM || mentions(m, x, msg) {
				at.mentions++
			}
		}
		if !more || !newer(page[0].ID, counted) {
			break
		}
		before = page[0].ID
	}
	return at.unread, at.mentions
}

// recount forgets a count, as when a message is gone.
func (k *marks) recount(m *discordsim.Member, x *discordsim.Channel) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := k.at(m, x)
	*at = mark{read: at.read, counted: at.read}
}

// readAll marks everything in a channel as read.
func (k *marks) readAll(m *discordsim.Member, x *discordsim.Channel) {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := x.LastMessageID()
	*k.at(m, x) = mark{read: last, counted: last}
}

// clear forgets everything.
func (k *marks) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.of)
}

// newer compares the ids of messages: they are numbers, and grow.
func newer(a, b string) bool { return len(a) > len(b) || len(a) == len(b) && a > b }

type channelArgs struct {
	Channel string `json:"channel"`
}

// read marks a channel as read, in all windows of the person.
func (w *Web) read(_ context.Context, c *caller, in channelArgs) (none, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return none{}, err
	}
	w.haveRead(c, x)
	return none{}, nil
}

func (w *Web) haveRead(c *caller, x *discordsim.Channel) {
	w.marks.readAll(c.person, x)
	for _, s := range w.windows() {
		if there := s.caller(); there.person != nil && there.person.ID == c.person.ID {
			s.pushChannel(there, x)
		}
	}
}
