package discordsim

import (
	"net/http"
	"path"
	"sync"
	"time"
)

// Fault is what goes wrong with a request.
type Fault struct {
	// Delay holds the request back first.
	Delay time.Duration
	// Status answers with this instead of running the request.
	Status int
	// Code is Discord's error code in the body of Status.
	Code int
	// HTML makes the body of Status a page, as a proxy in between writes it.
	HTML bool
	// RetryAfter is told with Status 429.
	RetryAfter time.Duration
	// Global marks a 429 as the global limit.
	Global bool
	// Reset cuts the connection before the request runs.
	Reset bool
	// LoseAnswer runs the request and cuts the connection instead of
	// answering.
	LoseAnswer bool
	// CutAnswer runs the request and cuts the connection in the middle of the
	// answer.
	CutAnswer bool
}

// Faults make the Sim misbehave on demand, the way Discord and networks do.
type Faults struct {
	sim *Sim

	mu       sync.Mutex
	offline  bool
	silence  bool
	rules    []*rule
	rejected map[*Application]bool
	intents  map[*Application]bool
	noAck    map[*Application]bool
	op7      map[*Application]int
	op9      map[*Application]int
}

// rule is a fault for the next requests of a kind.
type rule struct {
	method, glob string
	fault        Fault
	left         int
}

func newFaults(s *Sim) *Faults {
	return &Faults{
		sim: s, rejected: map[*Application]bool{}, intents: map[*Application]bool{}, noAck: map[*Application]bool{},
		op7: map[*Application]int{}, op9: map[*Application]int{},
	}
}

// Faults are the Sim's switches for what goes wrong.
func (s *Sim) Faults() *Faults { return s.faults }

// On lets the next `times` requests that match suffer a fault; a negative
// number means all of them. method "" is any; glob is a pattern of
// path.Match on the path without /api/vN ("/channels/*/messages").
func (f *Faults) On(method, glob string, fault Fault, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &rule{method, glob, fault, times})
}

// Clear ends all faults on requests.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// Left is how many faults set with On have not happened yet.
func (f *Faults) Left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.rules {
		n += max(0, r.left)
	}
	return n
}

// take finds the fault of a request and uses it up.
func (f *Faults) take(r *http.Request) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.rules {
		ok, _ := path.Match(rule.glob, r.URL.Path)
		if !ok || rule.left == 0 || rule.method != "" && rule.method != r.Method {
			continue
		}
		rule.left--
		fault := rule.fault
		return &fault
	}
	return nil
}

// apply lets a request suffer; it reports whether that was all.
func (f *Fault) apply(s *Sim, w http.ResponseWriter, q *request) bool {
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-q.Context().Done():
		}
	}
	if f.Reset {
		s.count(q.route, 0)
		s.recordRequest(q, 0, nil, "the connection was cut before the request ran")
		abort()
	}
	if f.Status == 0 {
		return false
	}
	s.count(q.route, f.Status)
	s.recordRequest(q, f.Status, nil, "a fault on demand")
	switch {
	case f.HTML:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", "1")
		}
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(f.Status)
		w.Write([]byte("<html><body><h1>" + http.StatusText(f.Status) + "</h1></body></html>")) //nolint:errcheck // gone
	case f.Status == http.StatusTooManyRequests:
		scope := "user"
		if f.Global {
			scope = "global"
		}
		w.Header().Set("Via", "1.1 discordsim")
		limited := &rateLimited{after: f.RetryAfter, scope: scope}
		write(w, f.Status, limited.body(w))
	default:
		write(w, f.Status, object{"message": http.StatusText(f.Status), "code": f.Code})
	}
	return true
}

// trouble says what happens to a request that runs.
func (f *Fault) trouble() string {
	switch {
	case f == nil:
		return ""
	case f.LoseAnswer:
		return "the answer was lost"
	case f.CutAnswer:
		return "the answer was cut off"
	}
	return ""
}

// abort cuts the connection of a request.
func abort() { panic(http.ErrAbortHandler) }

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
	for _, app := range f.sim.apps {
		for _, session := range app.sessions {
			if session.conn != nil {
				session.conn.lost.Store(true)
			}
		}
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
