package discordsim_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Who says nothing is not waited for: neither before IDENTIFY, heartbeats or not,
// nor after it. Who does what HELLO asks stays.
func TestSilentClientsAreTimedOut(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.HeartbeatInterval, opts.HeartbeatGrace = 500*time.Millisecond, 2500*time.Millisecond
	w := mustWorld(t, opts)
	beating := w.mustSocket(t, "")
	beating.identify(w.app.Token)
	ctx, stop := context.WithCancel(t.Context())
	var beats sync.WaitGroup
	defer beats.Wait()
	defer stop()
	beats.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for beating.ws.Write(ctx, websocket.MessageText, []byte(`{"op":1,"d":null}`)) == nil {
			<-tick.C
		}
	})

	silent := w.mustSocket(t, "")
	id := silent.sessionID(silent.identify(w.app.Token))
	stranger := w.mustSocket(t, "")
	stranger.send(1, nil)
	for name, s := range map[string]*socket{"after IDENTIFY": silent, "before IDENTIFY": stranger} {
		if code := s.closed(); code != 4009 {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	again := w.mustSocket(t, "")
	again.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
	again.until("op 9")
	if code := again.closed(); code != 4009 { // by now the beating one has lived for twice the time
		t.Errorf("after op 9: closed with %d", code)
	}
	if n := w.app.Sessions(); n != 1 {
		t.Errorf("%d sessions, want the one that beats", n)
	}
}

// Offline cuts everybody off, also who has not said yet who they are.
func TestOfflineCutsStrangers(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustSocket(t, "")
	w.Faults().Offline(true)
	if _, err := s.read(); err == nil {
		t.Error("the connection goes on")
	}
}

// A bot asks for the members of its own guilds alone.
func TestMembersOfOtherGuilds(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	other := w.NewGuild("Other")
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	s.until("GUILD_CREATE")
	s.send(8, object{"guild_id": other.ID, "query": "", "limit": 0})
	s.send(1, nil)
	if p := s.next(); p.Op != 11 {
		t.Errorf("got %s %s", p.Type, p.Data)
	}
}

// deafConn stops writing on demand: what its end would say stays unsaid.
type deafConn struct {
	net.Conn
	deaf, tried, closed chan struct{}
	once                sync.Once
}

func (c *deafConn) Write(b []byte) (int, error) {
	select {
	case <-c.deaf:
		close(c.tried)
		<-c.closed
		return 0, net.ErrClosed
	default:
		return c.Conn.Write(b)
	}
}

func (c *deafConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// mustDial connects to the gateway over a connection that change may change.
func (w *world) mustDial(t *testing.T, change func(net.Conn) net.Conn) *socket {
	t.Helper()
	ctx := testContext(t)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return change(c), nil
	}}}
	ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(w.URL(), "http"), &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &socket{t: t, ctx: ctx, ws: ws}
}

// A client that does not answer the close holds up nobody else.
func TestClientThatDoesNotAnswerItsEnd(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	deaf := &deafConn{deaf: make(chan struct{}), tried: make(chan struct{}), closed: make(chan struct{})}
	s := w.mustDial(t, func(c net.Conn) net.Conn { deaf.Conn = c; return deaf })
	s.identify(w.app.Token)
	s.until("GUILD_CREATE")
	var reading sync.WaitGroup
	defer reading.Wait()
	defer deaf.Close()
	reading.Go(func() { s.closed() })
	close(deaf.deaf)
	w.Faults().CloseGateway(w.app, 4000)
	<-deaf.tried // the client has heard that it is over, and should answer
	begun := time.Now()
	w.Faults().DropGateway(w.app)
	w.NewGuild("Another")
	if took := time.Since(begun); took > 4*time.Second { // the answer is waited for for five
		t.Errorf("everything stood still for %s", took)
	}
}

// A client that does not read is cut off before what waits for it takes all memory.
func TestClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustDial(t, func(c net.Conn) net.Conn {
		if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Error(err)
		}
		return c
	})
	s.identify(w.app.Token)
	text := strings.Repeat("x", 2000)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for w.app.Sessions() > 0 {
		if _, err := w.ada.Say(w.ops, text); err != nil || ctx.Err() != nil {
			t.Fatal("it is still connected", err)
		}
	}
}
