package discordweb

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestTooManyWindows(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{}, func(w *Web) { w.limits.sockets = 2 })
	first := w.mustWindow(t, "ada")
	w.mustWindow(t, "grace")
	_, r, err := websocket.Dial(testContext(t), w.URL()+socketPath, nil)
	if err == nil || r == nil || r.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("a third window: %v", err)
	}
	first.ws.Close(websocket.StatusNormalClosure, "")
	await(t, func() bool { return len(w.web.windows()) == 1 })
	w.mustWindow(t, "ada")
}

// await polls for what has no signal: the server's side of an end.
func await(t *testing.T, cond func() bool) {
	t.Helper()
	ctx := testContext(t)
	for !cond() {
		if ctx.Err() != nil {
			t.Fatal("it does not come")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestTooManyCallsOfAWindow(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{}, func(w *Web) { w.limits.calls = 2 })
	ada := w.mustWindow(t, "ada")
	never := object{"channel": "ops", "contains": "go on", "seconds": 60}
	a, b := ada.send("wait", never), ada.send("wait", never)
	if f := ada.call("history", object{"channel": "ops"}); f["code"] != "refused" || !strings.Contains(f["error"].(string), "Too much at once") {
		t.Errorf("a third call: %v", f)
	}
	must(w.grace.Say(w.ops, "go on"))(t)
	ada.answer(a)
	ada.answer(b)
	ada.mustDo("history", object{"channel": "ops"})
}

func TestTooManyCallsOfScripts(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{}, func(w *Web) { w.busy = make(chan struct{}, 1) })
	done := make(chan int)
	go func() {
		status, _ := w.script(t, object{"as": "ada", "do": "wait", "channel": "ops", "contains": "go on", "seconds": 60})
		done <- status
	}()
	await(t, func() bool { return len(w.web.busy) == 1 })
	if status, out := w.script(t, object{"as": "ada", "do": "hello"}); status != 503 || out["code"] != "refused" {
		t.Errorf("a second call: %d %v", status, out)
	}
	must(w.grace.Say(w.ops, "go on"))(t)
	if status := <-done; status != 200 {
		t.Errorf("the first: %d", status)
	}
}

func TestFramesThatAreNone(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	ada := w.mustWindow(t, "ada")
	for _, text := range []string{"", "hello", "[]", "5", `{"id":"x","do":"hello"}`, `{"id":1`} {
		if err := ada.ws.Write(ada.ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if f := ada.next(func(f object) bool { return f["error"] != nil }); f["code"] != "refused" || f["re"] != 0.0 {
			t.Errorf("%q: %v", text, f)
		}
	}
	ada.send("say", object{"channel": "ops", "text": strings.Repeat("x", int(standard.frame))})
	for range ada.frames { // until it ends
	}
	if code := websocket.CloseStatus(ada.closing); code != websocket.StatusMessageTooBig {
		t.Errorf("a frame that is too large: %v", ada.closing)
	}
	status, out := w.script(t, object{"as": "ada", "do": "say", "channel": "ops", "text": strings.Repeat("x", int(standard.frame))})
	if status != 413 || out["code"] != "refused" {
		t.Errorf("a call that is too large: %d %v", status, out)
	}
}

// A window that does not read keeps little waiting, and is closed; others go on.
func TestAStuckWindow(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{}, func(w *Web) { w.limits.queue, w.limits.write = 50, time.Second })
	grace := w.mustWindow(t, "grace")
	ctx := testContext(t)
	slow := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return c, err
	}}}
	ws, _, err := websocket.Dial(ctx, w.URL()+socketPath, &websocket.DialOptions{HTTPClient: slow})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow() //nolint:errcheck // the other side has closed it
	if err := ws.Write(ctx, websocket.MessageText, []byte(`{"id":1,"do":"hello","as":"ada"}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.Read(ctx); err != nil {
		t.Fatal(err)
	}
	var stuck *socket
	for _, s := range w.web.windows() {
		if s.caller().person.ID == w.ada.ID {
			stuck = s
		}
	}
	long := strings.Repeat("x", 2000)
	await(t, func() bool {
		must(w.grace.Say(w.ops, long))(t)
		stuck.out.mu.Lock()
		defer stuck.out.mu.Unlock()
		if n := len(stuck.out.queue); n > 50 {
			t.Fatalf("%d wait", n)
		}
		return stuck.out.full
	})
	await(t, func() bool { return len(w.web.windows()) == 1 })
	must(w.grace.Say(w.ops, "the end"))(t)
	grace.push("message", messageWith("the end"))
}

// Edits of a message that a window has not seen yet are told once, as it is then.
func TestEditsAreToldOnce(t *testing.T) {
	t.Parallel()
	o := newOutbox(3)
	text := ""
	for i := range 1000 {
		text = fmt.Sprint("line ", i)
		o.put(item{key: "message/1", look: func() any { return text }})
	}
	o.put(item{key: "message/2", look: func() any { return "other" }})
	var got []any
	for {
		next, ok, full := o.take()
		if full {
			t.Fatal("full")
		}
		if !ok {
			break
		}
		got = append(got, next.look())
	}
	if fmt.Sprint(got) != "[line 999 other]" {
		t.Errorf("got %v", got)
	}
	o.put(item{key: "message/1", look: func() any { return text }})
	if _, ok, _ := o.take(); !ok {
		t.Error("an edit after it was sent is not told")
	}
	for range 4 {
		o.put(item{look: func() any { return nil }})
	}
	if _, ok, full := o.take(); ok || !full {
		t.Error("too much waits")
	}
}

// The end of the Sim is told, and does not wait for windows that do not listen.
func TestTheEndIsTold(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	ada := w.mustWindow(t, "ada")
	ada.send("wait", object{"channel": "ops", "contains": "never", "seconds": 60})
	deaf, _, err := websocket.Dial(testContext(t), w.URL()+socketPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.CloseNow() //nolint:errcheck // the other side has closed it
	w.Close()
	if f := ada.push("closing", nil); f["text"] == "" {
		t.Errorf("got %v", f)
	}
	for range ada.frames {
	}
	if code := websocket.CloseStatus(ada.closing); code != closeEnding {
		t.Errorf("closed with %v", ada.closing)
	}
}
