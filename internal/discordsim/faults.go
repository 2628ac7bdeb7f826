package discordsim

import (
	"sync"
	"time"
)

// Faults make the Sim misbehave on demand, the way Discord and networks do.
type Faults struct {
	sim *Sim

	mu       sync.Mutex
	offline  bool
	silence  bool
	rules    []*rule
	always   map[string]Fault // by name
	rejected map[*Application]bool
	intents  map[*Application]bool
	noAck    map[*Application]bool
	op7      map[*Application]int
	op9      map[*Application]int
}

func newFaults(s *Sim) *Faults {
	return &Faults{
		sim: s, always: map[string]Fault{}, rejected: map[*Application]bool{}, intents: map[*Application]bool{}, noAck: map[*Application]bool{},
		op7: map[*Application]int{}, op9: map[*Application]int{},
	}
}

// Faults are the Sim's switches for what goes wrong.
func (s *Sim) Faults() *Faults { return s.faults }

// set changes one of the switches of an application.
func (f *Faults) set(m map[*Application]bool, app *Application, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m[app] = on
}

// RejectToken makes the application's token invalid: REST answers 401, the
// gateway closes with 4004. Running gateway sessions are dropped.
func (f *Faults) RejectToken(app *Application, on bool) {
	f.set(f.rejected, app, on)
	if on {
		f.CloseGateway(app, closeBadToken)
	}
}

// RefuseIntents makes the gateway close with 4014 on IDENTIFY.
func (f *Faults) RefuseIntents(app *Application, on bool) { f.set(f.intents, app, on) }

// NoHeartbeatAck makes the gateway stop acknowledging heartbeats.
func (f *Faults) NoHeartbeatAck(app *Application, on bool) { f.set(f.noAck, app, on) }

// Offline makes the Sim unreachable: every connection is cut, those of the
// gateway at once, and nothing that arrives has any effect.
func (f *Faults) Offline(on bool) {
	f.mu.Lock()
	f.offline = on
	f.mu.Unlock()
	if on {
		f.sim.closeGateways()
	}
}

// Silence makes the gateway say nothing at all, as behind a network that loses
// everything: connections stay open, and new ones are accepted, but neither
// greeting, event nor acknowledgement arrives. A connection that was silent stays
// so.
func (f *Faults) Silence(on bool) {
	f.mu.Lock()
	f.silence = on
	f.mu.Unlock()
	if !on {
		return
	}
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	for conn := range f.sim.gateways {
		conn.lost.Store(true)
	}
}

func (f *Faults) isSilence() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.silence
}

// isOffline reports whether the Sim is to be unreachable.
func (f *Faults) isOffline() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.offline
}

// Op7First answers the next IDENTIFYs with "reconnect".
func (f *Faults) Op7First(app *Application, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.op7[app] = times
}

// Op9OnResume answers the next RESUMEs with "invalid session".
func (f *Faults) Op9OnResume(app *Application, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.op9[app] = times
}

// DropGateway cuts all gateway connections of an application, as a network
// does. The sessions can be resumed.
func (f *Faults) DropGateway(app *Application) {
	f.each(app, func(c *gatewayConn) { c.drop() })
}

// Op7 asks all gateway connections of an application to reconnect.
func (f *Faults) Op7(app *Application) {
	f.each(app, func(c *gatewayConn) {
		c.control(opReconnect, nil)
		f.sim.recordGateway(app, "RECONNECT", nil, 0, "")
	})
}

// CloseGateway closes all gateway connections of an application with a code.
func (f *Faults) CloseGateway(app *Application, code int) {
	f.each(app, func(c *gatewayConn) { c.end(code, "closed on demand") })
}

func (f *Faults) each(app *Application, do func(*gatewayConn)) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	for _, g := range app.sessions {
		if g.conn != nil {
			do(g.conn)
		}
	}
}

// Age makes a message older than it is, for the limit on editing old ones.
func (f *Faults) Age(m Message, by time.Duration) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if c := f.sim.channels[m.ChannelID]; c != nil {
		if known := c.find(m.ID); known != nil {
			known.aged += by
		}
	}
}

// Advance sets Discord's clock forward: what is posted was posted so much earlier.
// Interactions and rate limits go by the time that passes.
func (f *Faults) Advance(by time.Duration) { f.sim.ahead.Add(int64(by)) }

// now is Discord's time.
func (s *Sim) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (f *Faults) rejects(app *Application) bool    { return f.is(f.rejected, app) }
func (f *Faults) badIntents(app *Application) bool { return f.is(f.intents, app) }
func (f *Faults) silent(app *Application) bool     { return f.is(f.noAck, app) }

func (f *Faults) is(m map[*Application]bool, app *Application) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return m[app]
}

func (f *Faults) takeOp7(app *Application) bool { return f.countdown(f.op7, app) }
func (f *Faults) takeOp9(app *Application) bool { return f.countdown(f.op9, app) }

func (f *Faults) countdown(m map[*Application]int, app *Application) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m[app] == 0 {
		return false
	}
	m[app]--
	return true
}
