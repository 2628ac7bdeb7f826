package discordsim_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// last is the newest exchange whose title begins like that.
func (w *world) last(t testing.TB, title string) sim.Exchange {
	t.Helper()
	list := w.Traffic()
	for i := len(list) - 1; i >= 0; i-- {
		if strings.HasPrefix(list[i].Title, title) {
			return list[i]
		}
	}
	t.Fatalf("no exchange %q", title)
	return sim.Exchange{}
}

func TestTrafficOfRequests(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	before := time.Now()
	m := w.mustPost(t, object{"content": "hello"}, "a file")
	x := w.last(t, "POST "+w.messages())
	if x.Kind != sim.ExchangeRequest || x.App != w.app || x.Status != 200 || x.Error != "" || x.At.Before(before) || x.Took <= 0 {
		t.Errorf("exchange = %+v", x)
	}
	if x.Body != `{"content":"hello"}` || fmt.Sprint(x.Files) != "[file0.txt, 6 bytes]" || !strings.Contains(x.Answer, m.ID) {
		t.Errorf("body %s, files %v, answer %s", x.Body, x.Files, x.Answer)
	}
	w.call(t, "GET", w.messages()+"?limit=1000", nil)
	if x := w.last(t, "GET "+w.messages()+"?limit=1000"); x.Status != 400 || !strings.Contains(x.Answer, "NUMBER_TYPE_MAX") {
		t.Errorf("exchange = %+v", x)
	}
	req := must(http.NewRequestWithContext(t.Context(), "GET", w.URL()+"/api/users/@me", nil))(t)
	req.Header.Set("Authorization", "Bot somebody")
	w.do(t, req)
	if x := w.last(t, "GET /users/@me"); x.App != nil || x.Status != 401 {
		t.Errorf("exchange = %+v", x)
	}
}

func TestLogsHaveNoTokens(t *testing.T) {
	t.Parallel()
	var log strings.Builder // the handler writes a line at a time
	opts := unlimited
	opts.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := mustInbox(t, opts)
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "hello"})
	<-done
	b.call(t, "POST", b.hook(i), object{"content": "more"})
	b.call(t, "GET", b.hook(i)+"/messages/@original", nil)
	b.Close()
	if text := log.String(); strings.Contains(text, i.Token) || strings.Contains(text, b.app.Token) || strings.Count(text, "•••") != 3 {
		t.Errorf("the log has tokens, or not three paths without:\n%s", text)
	}
}

func TestTrafficOfFaults(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, test := range map[string]struct {
		fault  sim.Fault
		status int
	}{
		"a fault on demand":      {sim.Fault{Status: 503}, 503},
		"the answer was lost":    {sim.Fault{LoseAnswer: true}, 200},
		"the answer was cut off": {sim.Fault{CutAnswer: true}, 200},
		"the connection was cut": {sim.Fault{Reset: true}, 0},
	} {
		w.Faults().On("GET", "/gateway", test.fault, 1)
		req := must(http.NewRequestWithContext(t.Context(), "GET", w.URL()+"/api/v10/gateway", nil))(t)
		req.Header.Set("Authorization", "Bot "+w.app.Token)
		if resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req); err == nil {
			resp.Body.Close()
		}
		if x := w.last(t, "GET /gateway"); !strings.HasPrefix(x.Error, name) || x.Status != test.status || x.App != w.app {
			t.Errorf("%s: %+v", name, x)
		}
	}
	w.Faults().Offline(true)
	if resp, err := http.Get(w.URL() + "/api/v9/gateway/bot"); err == nil {
		resp.Body.Close()
	}
	if x := w.last(t, "GET /gateway/bot"); x.Error != "offline" || x.Status != 0 {
		t.Errorf("exchange = %+v", x)
	}
}

func TestTrafficOfInteractions(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.InteractionDeadline = 300 * time.Millisecond
	b := mustInbox(t, opts)
	i, done := b.slash(t)
	x := b.last(t, "INTERACTION_CREATE /hello")
	if x.Kind != sim.ExchangeInteraction || x.App != b.app || x.Status != 0 || x.Answer != "" || !strings.Contains(x.Body, i.ID) {
		t.Errorf("sent: %+v", x)
	}
	b.callback(t, i, 5, nil)
	<-done
	y := b.last(t, "INTERACTION_CREATE /hello")
	if y.Seq != x.Seq || y.Status != 200 || y.Answer != "deferred message" || y.Took <= 0 || y.Error != "" {
		t.Errorf("answered: %+v", y)
	}
	if z := b.last(t, "POST /interactions/"+i.ID+"/•••/callback"); z.App != b.app || z.Status != 204 || z.Answer != "" {
		t.Errorf("callback: %+v", z)
	}
	_, done = b.slash(t)
	<-done
	if x := b.last(t, "INTERACTION_CREATE /hello"); x.Status != 0 || x.Error != sim.ErrNoResponse.Error() {
		t.Errorf("too late: %+v", x)
	}
}

func TestTrafficOfTheGateway(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	ends := func(title string, code int, trouble string) {
		t.Helper()
		ctx := testContext(t)
		exchanges, stop := w.WatchTraffic()
		defer stop()
		x := sim.Exchange{}
		for known := w.Traffic(); ; {
			if n := len(known); n > 0 && known[n-1].Title == title {
				x = known[n-1]
				break
			}
			select {
			case y := <-exchanges:
				known = append(known, y)
			case <-ctx.Done():
				t.Fatalf("no %s", title)
			}
		}
		if x.Kind != sim.ExchangeGateway || x.Status != code || x.Error != trouble {
			t.Errorf("%s: %+v", title, x)
		}
	}
	s := w.mustSocket(t, "")
	ready := s.identify(w.app.Token)
	if x := w.last(t, "IDENTIFY"); x.App != w.app || x.Error != "" || !strings.Contains(x.Body, `"intents"`) {
		t.Errorf("identify: %+v", x)
	}
	w.Faults().Op7(w.app)
	ends("RECONNECT", 0, "")
	w.Faults().DropGateway(w.app)
	ends("CLOSE", 0, "the connection was cut")

	s = w.mustSocket(t, "")
	w.Faults().Op9OnResume(w.app, 1)
	s.send(6, object{"token": w.app.Token, "session_id": s.sessionID(ready), "seq": 1})
	s.until("op 9")
	if x := w.last(t, "RESUME"); x.App != w.app || x.Error != "invalid session" {
		t.Errorf("resume: %+v", x)
	}
	s.send(2, s.identity("wrong"))
	if code := s.closed(); code != 4004 {
		t.Errorf("closed with %d", code)
	}
	if x := w.last(t, "IDENTIFY"); x.App != nil || x.Status != 4004 || strings.Contains(x.Body, "wrong") {
		t.Errorf("identify: %+v", x)
	}
	ends("CLOSE by Discord", 4004, "Authentication failed.")
	s = w.mustSocket(t, "")
	s.identify(w.app.Token)
	s.ws.Close(1000, "")
	ends("CLOSE by the bot", 1000, "")
}

func TestTrafficIsBounded(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	exchanges, stop := w.WatchTraffic()
	defer stop()
	long := w.mustPost(t, object{"content": "x", "embeds": []object{{"description": strings.Repeat("é", 4000)}}})
	if a := w.call(t, "PATCH", w.messages()+"/"+long.ID, object{"a": strings.Repeat("é", 20000)}); a.status != 200 {
		t.Fatal(a.body)
	}
	if x := w.last(t, "PATCH "); len(x.Body) > 17<<10 || !strings.HasSuffix(x.Body, "é… (40008 bytes in all)") || !utf8.ValidString(x.Body) {
		t.Errorf("%d bytes, ending with %q", len(x.Body), x.Body[len(x.Body)-40:])
	}
	for range 1200 {
		w.call(t, "GET", "/users/@me", nil)
	}
	list := w.Traffic()
	if len(list) != 500 || list[499].Seq != 1202 || list[0].Seq != 703 {
		t.Errorf("%d exchanges, %d to %d", len(list), list[0].Seq, list[len(list)-1].Seq)
	}
	seen, missed := 0, 0
	for x := range exchanges {
		seen, missed = seen+1, missed+x.Missed
		if x.Seq == 1202 {
			break
		}
	}
	if missed == 0 || seen+missed != 1202 || seen > 502 {
		t.Errorf("saw %d, missed %d", seen, missed)
	}
	stop()
	stop()
}

// everyTokenTraffic makes every way that a token can take.
func everyTokenTraffic(t *testing.T) (b *inbox, tokens []string) {
	t.Helper()
	b = mustInbox(t, unlimited)
	i, done := b.slash(t)
	tokens = []string{b.app.Token, i.Token}
	b.callback(t, i, 4, object{"content": "mine are " + b.app.Token + " and " + i.Token, "flags": 64})
	<-done
	b.call(t, "GET", b.hook(i)+"/messages/@original", nil)
	b.call(t, "POST", b.hook(i), object{"content": i.Token + b.app.Token + i.Token})
	b.call(t, "POST", "/webhooks/"+b.app.ID+"/unknown-token", object{"content": "x"})
	b.call(t, "POST", "/interactions/1/unknown-token/callback", object{"type": 4})
	b.call(t, "GET", "/nothing?token="+b.app.Token, nil)
	b.call(t, "POST", b.messages(), object{"token": "unknown-token", "content": "x", "embeds": 7})
	for shift := range 80 { // a token over the place where bodies are cut
		b.mustPost(t, object{"content": "x", "y": strings.Repeat("x", 16<<10-100+shift) + b.app.Token})
	}
	b.mustPost(t, object{"content": "x", "y": strings.Repeat(b.app.Token+" ", 400)})
	b.mustPost(t, object{"content": "x", "y": strings.Repeat("/", 16<<10-40) + i.Token})
	return b, append(tokens, "unknown-token")
}

func TestTrafficShowsNoTokens(t *testing.T) {
	t.Parallel()
	b, tokens := everyTokenTraffic(t)
	shown := 0
	for _, x := range b.Traffic() {
		text := fmt.Sprint(x.Title, "\n", x.Body, "\n", x.Answer, "\n", x.Error)
		shown += strings.Count(text, "•••")
		for _, token := range tokens {
			if i := strings.Index(text, token[:12]); i >= 0 {
				t.Errorf("%s shows %q", x.Title, text[i:min(len(text), i+40)])
			}
		}
	}
	if shown < 250 {
		t.Errorf("only %d tokens are masked: the test looks at nothing", shown)
	}
	for _, v := range b.Violations() {
		for _, token := range tokens {
			if strings.Contains(v.String(), token) {
				t.Errorf("violation %s", v)
			}
		}
	}
}
