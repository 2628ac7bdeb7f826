package discordsim

import (
	"bytes"
	"compress/zlib"
	"context"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
)

// compressAbove is the size from which single payloads are compressed for
// clients that asked for it.
const compressAbove = 8 << 10

// maxBehind is how many payloads wait for a client that does not read. It is cut
// off then, and finds what it missed where it resumes.
const maxBehind = maxReplay / 4

// gatewayConn is one client's connection. What is sent is queued, so that no
// sender ever waits for a slow client.
type gatewayConn struct {
	ws     *websocket.Conn
	drop   context.CancelFunc // cuts the connection without a word, as a network does
	stream stream             // not nil where the client asked for one
	lost   atomic.Bool        // nothing arrives any more

	mu       sync.Mutex
	queue    []outgoing
	ready    chan struct{} // holds one token while the queue is not empty
	session  *gatewaySession
	compress bool     // single payloads
	closed   outgoing // how it was ended from here
}

// outgoing is a payload, or the end of the connection.
type outgoing struct {
	text   []byte
	code   int // close with this code
	reason string
}

func newGatewayConn(ws *websocket.Conn, compress string, drop context.CancelFunc) *gatewayConn {
	return &gatewayConn{ws: ws, drop: drop, stream: newStream(compress), ready: make(chan struct{}, 1)}
}

// enqueue adds to what the writer sends.
func (c *gatewayConn) enqueue(o outgoing) {
	c.mu.Lock()
	if len(c.queue) >= maxBehind {
		c.queue = nil
		c.drop()
	}
	c.queue = append(c.queue, o)
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

func (c *gatewayConn) push(text []byte) { c.enqueue(outgoing{text: text}) }

// end closes the connection once everything before is sent.
func (c *gatewayConn) end(code int, reason string) {
	o := outgoing{code: code, reason: reason}
	c.mu.Lock()
	if c.closed.code == 0 {
		c.closed = o
	}
	c.mu.Unlock()
	c.enqueue(o)
}

// control sends a payload that is no event.
func (c *gatewayConn) control(op int, data any) {
	c.push(encode(object{"op": op, "d": data, "s": nil, "t": nil}))
}

func (c *gatewayConn) setSession(g *gatewaySession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = g
}

func (c *gatewayConn) setCompress(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.compress = on
}

// application is whose connection it is, nil before IDENTIFY.
func (c *gatewayConn) application() *Application {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil {
		return nil
	}
	return c.session.app
}

// write sends the queue until the context ends or the connection breaks.
func (c *gatewayConn) write(ctx context.Context) {
	for {
		select {
		case <-c.ready:
		case <-ctx.Done():
			return
		}
		c.mu.Lock()
		batch := c.queue
		c.queue = nil
		c.mu.Unlock()
		if c.lost.Load() {
			continue
		}
		for _, o := range batch {
			if o.code != 0 {
				c.ws.Close(websocket.StatusCode(o.code), o.reason)
				return
			}
			if c.send(ctx, o.text) != nil {
				return
			}
		}
	}
}

// send writes one payload in the encoding that the client asked for.
func (c *gatewayConn) send(ctx context.Context, text []byte) error {
	c.mu.Lock()
	single := c.compress && len(text) > compressAbove
	c.mu.Unlock()
	switch {
	case c.stream != nil:
		return c.ws.Write(ctx, websocket.MessageBinary, c.stream.pack(text))
	case single:
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write(text) //nolint:errcheck // into memory
		z.Close()
		return c.ws.Write(ctx, websocket.MessageBinary, b.Bytes())
	}
	return c.ws.Write(ctx, websocket.MessageText, text)
}
