package discordweb

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The close codes of a socket.
const (
	closeEnding = websocket.StatusGoingAway
	closeSlow   = websocket.StatusTryAgainLater
	closeGone   = websocket.StatusPolicyViolation
)

// farewell is how long a window may take to hear that it is over.
const farewell = time.Second

// socket is one window.
type socket struct {
	web   *Web
	ws    *websocket.Conn
	ctx   context.Context    // of what runs for the window
	line  context.Context    // of the connection: outlives ctx by a farewell
	cut   context.CancelFunc // ends line, and the connection with it
	out   *outbox
	busy  chan struct{} // holds a token per call that runs or whose answer waits
	calls sync.WaitGroup

	turn sync.Mutex // one change of the person, or of ear, at a time
	ear  *ear       // follows the traffic; nil while that is off
	mu   sync.Mutex
	seat *seat // who sits here; nil before hello
}

// frame is what a window sends, beside a call's own arguments.
type frame struct {
	ID int    `json:"id"`
	Do string `json:"do"`
	As string `json:"as"`
}

// serveSocket speaks with one window until either side ends it.
func (w *Web) serveSocket(rw http.ResponseWriter, r *http.Request) {
	s := &socket{web: w, out: newOutbox(w.limits.queue), busy: make(chan struct{}, w.limits.calls)}
	if !w.enter(s) {
		writeProblem(rw, http.StatusServiceUnavailable, refused("Too many windows are open. Close one, and reload this one."))
		return
	}
	defer w.leave(s)
	// The origin was checked at the door.
	ws, err := websocket.Accept(rw, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		w.log.Debug("socket refused", "err", err)
		return
	}
	s.ws = ws
	defer ws.CloseNow() //nolint:errcheck // closed already in most cases
	ws.SetReadLimit(w.limits.frame)
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	s.ctx = ctx
	s.line, s.cut = context.WithCancel(context.WithoutCancel(ctx))
	defer s.cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(farewell, s.cut) })()

	var sides sync.WaitGroup
	sides.Go(func() { s.write(ctx) })
	sides.Go(func() { s.keepAlive(ctx) })
	s.read()
	stop()
	s.calls.Wait()
	s.rise()
	s.listen(false)
	sides.Wait()
}

// enter counts a window in.
func (w *Web) enter(s *socket) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sockets) >= w.limits.sockets {
		return false
	}
	w.sockets[s] = struct{}{}
	return true
}

func (w *Web) leave(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.sockets, s)
}

// windows are the sockets that are open.
func (w *Web) windows() []*socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*socket, 0, len(w.sockets))
	for s := range w.sockets {
		out = append(out, s)
	}
	return out
}

// read takes calls until the connection ends, which the writer sees to.
func (s *socket) read() {
	for {
		_, text, err := s.ws.Read(s.line)
		if err != nil {
			return
		}
		var in frame
		if err := json.Unmarshal(text, &in); err != nil {
			s.answer(in.ID, nil, refused("This is no call: it must be a JSON object with id and do."), nil)
			continue
		}
		select {
		case s.busy <- struct{}{}:
			s.begin(in, text)
		default:
			s.answer(in.ID, nil, refused("Too much at once in this window. Wait for what runs."), nil)
		}
	}
}

// begin carries out one call, as who sits at the window now. hello is done before
// anything that is sent after it; others go on side by side. The place of a call is
// free again once the window has the answer, so that answers do not pile up either.
func (s *socket) begin(in frame, args []byte) {
	free := func() { <-s.busy }
	if in.Do == "hello" {
		if err := s.hello(in.ID, args, free); err != nil {
			s.answer(in.ID, nil, s.web.explain(in.Do, err), free)
		}
		return
	}
	c := s.caller()
	s.calls.Go(func() {
		ok, err := s.web.do(s.ctx, c, in.Do, args)
		if err != nil {
			s.answer(in.ID, nil, s.web.explain(in.Do, err), free)
			return
		}
		s.answer(in.ID, ok, nil, free)
	})
}

// answer sends what came of a call.
func (s *socket) answer(id int, ok any, p *problem, sent func()) {
	type failed struct {
		Re int `json:"re"`
		*problem
	}
	type done struct {
		Re int `json:"re"`
		OK any `json:"ok"`
	}
	var reply any = done{id, ok}
	if p != nil {
		reply = failed{id, p}
	}
	s.out.put(item{look: func() any { return reply }, sent: sent})
}

// push tells the window something. look gives its content when it is sent, nil
// if there is nothing to say any more.
func (s *socket) push(key string, look func() any) { s.out.put(item{key: key, look: look}) }

// write sends what the window is to be told, until it is over.
func (s *socket) write(ctx context.Context) {
	for {
		next, ok, full := s.out.take()
		switch {
		case full:
			s.end(closeSlow, "this window did not keep up")
			return
		case ok:
			if s.send(next) != nil {
				s.end(closeGone, "this window did not listen")
				return
			}
			continue
		}
		select {
		case <-s.out.ready:
		case <-ctx.Done():
			s.send(item{look: func() any { return closing{"closing", "The local Discord is ending."} }}) //nolint:errcheck // it is over anyway
			s.end(closeEnding, "the local Discord is ending")
			return
		}
	}
}

// send writes one frame. A window that does not take it within the time is
// given up.
func (s *socket) send(i item) error {
	if i.sent != nil {
		defer i.sent()
	}
	content := i.look()
	if content == nil {
		return nil
	}
	text, err := json.Marshal(content)
	if err != nil {
		s.web.log.Error("a frame cannot be written", "about", i.key, "err", err)
		return nil
	}
	ctx, cancel := context.WithTimeout(s.line, s.web.limits.write)
	defer cancel()
	return s.ws.Write(ctx, websocket.MessageText, text)
}

// end closes the connection with a reason, soon.
func (s *socket) end(code websocket.StatusCode, reason string) {
	defer time.AfterFunc(farewell, s.cut).Stop()
	s.ws.Close(code, reason)
}

// keepAlive ends a connection whose other side is gone without a word.
func (s *socket) keepAlive(ctx context.Context) {
	tick := time.NewTicker(s.web.limits.alive)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		ask, cancel := context.WithTimeout(ctx, s.web.limits.write)
		err := s.ws.Ping(ask)
		cancel()
		if err != nil && ctx.Err() == nil {
			s.cut() // nobody is there
			return
		}
	}
}

// closing is the last push.
type closing struct {
	Push string `json:"push"`
	Text string `json:"text"`
}
