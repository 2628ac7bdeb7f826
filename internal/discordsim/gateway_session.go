package discordsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The intents that events here ask for.
const (
	intentGuilds         = 1 << 0
	intentMembers        = 1 << 1
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
)

// resumeWindow is how long a session waits to be resumed.
const resumeWindow = 3 * time.Minute

// maxReplay is how many events a session keeps for a resume; further back,
// it is not resumable.
const maxReplay = 10_000

// gatewaySession is what an IDENTIFY starts; it outlives its connections.
// Sim.mu guards it.
type gatewaySession struct {
	id      string
	app     *Application
	intents uint64
	shard   [2]int
	seq     int
	log     [][]byte // events after number `dropped`
	dropped int
	conn    *gatewayConn // nil while nobody listens
	since   time.Time    // when the last connection ended
}

// attach gives the session a connection; an older one is dropped.
func (g *gatewaySession) attach(conn *gatewayConn) {
	if g.conn != nil && g.conn != conn {
		g.conn.drop()
	}
	g.conn = conn
	conn.setSession(g)
}

// event numbers an event, keeps it, and sends it if somebody listens.
func (g *gatewaySession) event(name string, data json.RawMessage) {
	g.seq++
	text := fmt.Appendf(nil, `{"op":0,"s":%d,"t":%q,"d":%s}`, g.seq, name, data)
	g.log = append(g.log, text)
	if len(g.log) > maxReplay {
		half := maxReplay / 2
		g.log, g.dropped = slices.Clone(g.log[half:]), g.dropped+half
	}
	if g.conn != nil {
		g.conn.push(text)
	}
}

// guildCreate tells the session about a guild, if it wants to know.
func (g *gatewaySession) guildCreate(guild *Guild) {
	if g.serves(guild.ID) && g.intents&intentGuilds != 0 {
		g.event("GUILD_CREATE", encode(guild.wireCreate(g.app, g.intents)))
	}
}

// serves reports whether a guild belongs to the session's shard; direct
// messages (no guild) go to shard 0.
func (g *gatewaySession) serves(guildID string) bool {
	return (snowflake(guildID)>>22)%uint64(g.shard[1]) == uint64(g.shard[0])
}

// session finds a session by id. Sim.mu is held.
func (a *Application) session(id string) *gatewaySession {
	a.expireSessions()
	for _, g := range a.sessions {
		if g.id == id {
			return g
		}
	}
	return nil
}

// expireSessions forgets the sessions that nobody resumed in time. Sim.mu is held.
func (a *Application) expireSessions() {
	a.sessions = slices.DeleteFunc(a.sessions, func(g *gatewaySession) bool {
		return g.conn == nil && time.Since(g.since) > resumeWindow
	})
}

// forget ends a session for good.
func (a *Application) forget(g *gatewaySession) {
	a.sessions = slices.DeleteFunc(a.sessions, func(x *gatewaySession) bool { return x == g })
}

// encode marshals what is known to marshal.
func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("discordsim: encode event: %w", err))
	}
	return text
}

// dispatch sends an event to every session of an application that wants it:
// several sessions all get it. intent 0 needs none. Sim.mu is held.
func (a *Application) dispatch(name string, intent uint64, guildID string, data any) {
	a.expireSessions()
	if len(a.sessions) == 0 {
		return
	}
	text, ok := data.(json.RawMessage)
	if !ok {
		text = encode(data)
	}
	for _, g := range a.sessions {
		if g.serves(guildID) && (intent == 0 || g.intents&intent != 0) {
			g.event(name, text)
		}
	}
}

// broadcast sends an event to every bot of the guild.
func (g *Guild) broadcast(name string, intent uint64, data any) {
	for _, app := range g.apps {
		app.dispatch(name, intent, g.ID, data)
	}
}

// broadcast sends an event to every bot that sees the channel.
func (c *Channel) broadcast(name string, intent uint64, data any) {
	for _, app := range c.apps() {
		app.dispatch(name, intent, c.guildID(), data)
	}
}

// broadcastMessage sends an event about a message.
func (c *Channel) broadcastMessage(name string, m *message) {
	c.broadcast(name, c.messageIntent(), m.event())
}

func (c *Channel) messageIntent() uint64 {
	if c.guild == nil {
		return intentDirectMessages
	}
	return intentGuildMessages
}

func (c *Channel) guildID() string {
	if c.guild == nil {
		return ""
	}
	return c.guild.ID
}

// apps are the bots that see the channel.
func (c *Channel) apps() []*Application {
	if c.guild == nil {
		return []*Application{c.sim.apps[c.recipients[0].ID]}
	}
	var out []*Application
	for _, app := range c.guild.apps {
		if c.sees(app.ID) {
			out = append(out, app)
		}
	}
	return out
}

// guildsOf lists the guilds that a bot is in, oldest first.
func (s *Sim) guildsOf(app *Application) []*Guild {
	return slices.DeleteFunc(s.sortedGuilds(), func(g *Guild) bool { return g.apps[app.ID] == nil })
}

// Sessions is how many gateway sessions of the application are connected.
func (a *Application) Sessions() int {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	return a.connected()
}

// connected is Sessions with Sim.mu held.
func (a *Application) connected() int {
	n := 0
	for _, g := range a.sessions {
		if g.conn != nil {
			n++
		}
	}
	return n
}
