package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/coder/websocket"
)

// window is a browser's end of the page's socket.
type window struct {
	t      *testing.T
	ctx    context.Context
	socket *websocket.Conn
	last   int
	aside  []frame // pushes that came while something else was awaited
}

// frame is what the page is told: the answer to a call, or a push.
type frame struct {
	Re    int             `json:"re"`
	OK    json.RawMessage `json:"ok"`
	Error string          `json:"error"`
	Push  string          `json:"push"`
	Modal struct {
		Key string `json:"key"`
	} `json:"modal"`
}

// mustWindow opens a window of a person.
func mustWindow(ctx context.Context, t *testing.T, address, as string) (*window, ready) {
	t.Helper()
	socket, _, err := websocket.Dial(ctx, address+"client/socket", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {address[:len(address)-1]}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.CloseNow() })
	socket.SetReadLimit(-1)
	w := &window{t: t, ctx: ctx, socket: socket}
	var r ready
	w.mustCall("hello", map[string]any{"as": as}, &r)
	return w, r
}

// ready is what a window starts with, as far as it is looked at.
type ready struct {
	Me       named   `json:"me"`
	People   []named `json:"people"`
	Guild    named   `json:"guild"`
	Channels []named `json:"channels"`
	Faults   []string
	CanReset bool   `json:"canReset"`
	Warning  string `json:"warning"`
	Tour     []struct {
		As string `json:"as"`
	} `json:"tour"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Note string `json:"note"`
	Kind string `json:"kind"`
}

// names lists the names of things.
func names(list []named) []string {
	var out []string
	for _, x := range list {
		out = append(out, x.Name)
	}
	return out
}

// message is one in a channel.
type message struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

// mustCall makes a call that must succeed.
func (w *window) mustCall(do string, args map[string]any, into any) {
	w.t.Helper()
	w.last++
	id := w.last
	call := map[string]any{"id": id, "do": do}
	for k, v := range args {
		call[k] = v
	}
	text, err := json.Marshal(call)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.socket.Write(w.ctx, websocket.MessageText, text); err != nil {
		w.t.Fatal(err)
	}
	f := w.next(func(f frame) bool { return f.Re == id })
	if f.Error != "" {
		w.t.Fatalf("%s %v: %s", do, args, f.Error)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(f.OK, into); err != nil {
		w.t.Fatalf("%s: %v in %s", do, err, f.OK)
	}
}

// next waits for a frame that fits, had before or to come.
func (w *window) next(fits func(frame) bool) frame {
	w.t.Helper()
	if i := slices.IndexFunc(w.aside, fits); i >= 0 {
		f := w.aside[i]
		w.aside = slices.Delete(w.aside, i, i+1)
		return f
	}
	for {
		_, text, err := w.socket.Read(w.ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			w.t.Fatalf("%v in %s", err, text)
		}
		if fits(f) {
			return f
		}
		w.aside = append(w.aside, f)
	}
}

// mustWait waits for a message in #ops with a text.
func (w *window) mustWait(more map[string]any) message {
	w.t.Helper()
	args := map[string]any{"channel": "ops", "seconds": 60}
	for k, v := range more {
		args[k] = v
	}
	var found struct{ Message message }
	w.mustCall("wait", args, &found)
	return found.Message
}
