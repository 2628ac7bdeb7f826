package discordsim_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestMessageRateLimit(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.MessageRate = sim.Rate{Limit: 2, Window: time.Hour}
	w := mustWorld(t, opts)
	other := w.guild.NewTextChannel("other")
	post := func(c *sim.Channel) answer {
		return w.call(t, "POST", "/channels/"+c.ID+"/messages", object{"content": "x"})
	}
	for i, left := range []string{"1", "0"} {
		a := post(w.ops)
		if a.status != 200 || a.header.Get("X-RateLimit-Remaining") != left || a.header.Get("X-RateLimit-Limit") != "2" || a.header.Get("X-RateLimit-Bucket") == "" {
			t.Errorf("%d: %d %v", i, a.status, a.header)
		}
	}
	a := post(w.ops)
	after, _ := a.body["retry_after"].(float64)
	if a.status != 429 || after < 3500 || a.body["global"] != false {
		t.Errorf("third: %d %v", a.status, a.body)
	}
	if seconds, _ := strconv.Atoi(a.header.Get("Retry-After")); seconds < 3500 || a.header.Get("X-RateLimit-Scope") != "user" || a.header.Get("Via") == "" {
		t.Errorf("headers = %v", a.header)
	}
	if a := post(other); a.status != 200 {
		t.Errorf("another channel: %d", a.status)
	}
	m := w.ops.Messages(w.ada)[0]
	if a := w.call(t, "PATCH", w.messages()+"/"+m.ID, object{"content": "y"}); a.status != 200 {
		t.Errorf("edits count for themselves: %d", a.status)
	}
	stats := w.Stats()
	if stats.Count("POST /channels/{channel_id}/messages") != 4 || stats.Status(429) != 1 || stats.Total() != 5 {
		t.Errorf("stats = %v", stats)
	}
	w.assertClean(t)
}

// discordgo waits by itself: no message is lost and none refused for good.
func TestDiscordgoObeysTheLimit(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.MessageRate = sim.Rate{Limit: 3, Window: 100 * time.Millisecond}
	w := mustWorld(t, opts)
	session := w.mustSession(t)
	for i := range 10 {
		if _, err := session.ChannelMessageSend(w.ops.ID, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.ops.Messages(w.ada)); n != 10 {
		t.Errorf("%d messages, want 10", n)
	}
}

func TestGlobalRateLimit(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.GlobalRate = sim.Rate{Limit: 3, Window: time.Hour}
	b := mustWorld(t, opts)
	for range 3 {
		b.call(t, "GET", "/users/@me", nil)
	}
	a := b.call(t, "GET", "/channels/"+b.ops.ID, nil)
	if a.status != 429 || a.body["global"] != true || a.header.Get("X-RateLimit-Global") != "true" || a.header.Get("X-RateLimit-Scope") != "global" {
		t.Errorf("answer = %d %v %v", a.status, a.body, a.header)
	}
	if a := b.call(t, "POST", "/interactions/1/x/callback", object{"type": 4}); a.code() != 10062 {
		t.Errorf("interactions are exempt: %v", a.body)
	}
}

func TestEditOfAnOldMessage(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.OldEditRate = sim.Rate{Limit: 1, Window: time.Hour}
	w := mustWorld(t, opts)
	m := w.mustPost(t, object{"content": "x"})
	edit := func() answer { return w.call(t, "PATCH", w.messages()+"/"+m.ID, object{"content": "y"}) }
	for range 3 {
		if a := edit(); a.status != 200 {
			t.Fatalf("young: %v", a.body)
		}
	}
	w.Faults().Age(m, 2*time.Hour)
	if a := edit(); a.status != 200 {
		t.Errorf("old, first: %v", a.body)
	}
	if a := edit(); a.status != 429 || a.code() != 30046 {
		t.Errorf("old, second: %d %v", a.status, a.body)
	}
}

func TestFaultsOnRequests(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	posts := func() int { return len(w.ops.Messages(w.ada)) }
	get := func() (*http.Response, error) {
		req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL()+"/api/v9"+w.messages(), strings.NewReader(`{"content":"x"}`)))(t)
		req.Header.Set("Authorization", w.app.Token)
		return http.DefaultClient.Do(req)
	}
	on := func(f sim.Fault) { w.Faults().On("POST", "/channels/*/messages", f, 1) }

	on(sim.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond, Global: true})
	resp := must(get())(t)
	var body object
	err := json.NewDecoder(resp.Body).Decode(&body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != 429 || body["retry_after"] != 1.5 || body["global"] != true || resp.Header.Get("Retry-After") != "2" || resp.Header.Get("X-RateLimit-Bucket") != "" {
		t.Errorf("429: %v %v", body, resp.Header)
	}
	on(sim.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond})
	resp = must(get())(t)
	resp.Body.Close()
	if h := resp.Header; h.Get("X-RateLimit-Bucket") == "" || h.Get("X-RateLimit-Remaining") != "0" || h.Get("X-RateLimit-Reset-After") != "1.500" {
		t.Errorf("429 of a route: %v", h)
	}
	on(sim.Fault{Status: 429, HTML: true, RetryAfter: time.Second})
	resp = must(get())(t)
	text := must(io.ReadAll(resp.Body))(t)
	resp.Body.Close()
	if resp.StatusCode != 429 || !strings.HasPrefix(string(text), "<html>") {
		t.Errorf("HTML: %d %s", resp.StatusCode, text)
	}
	on(sim.Fault{Status: 502})
	resp = must(get())(t)
	resp.Body.Close()
	if resp.StatusCode != 502 {
		t.Errorf("502: %d", resp.StatusCode)
	}
	on(sim.Fault{Reset: true})
	if _, err := get(); err == nil {
		t.Error("reset: answered")
	}
	if posts() != 0 {
		t.Errorf("%d messages before any request ran", posts())
	}
	on(sim.Fault{LoseAnswer: true})
	if _, err := get(); err == nil {
		t.Error("lost: answered")
	}
	if posts() != 1 {
		t.Errorf("%d messages, want the one whose answer was lost", posts())
	}
	on(sim.Fault{CutAnswer: true})
	resp = must(get())(t)
	_, err = io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || posts() != 2 {
		t.Errorf("cut: %d, %v, %d messages", resp.StatusCode, err, posts())
	}
	on(sim.Fault{Delay: time.Millisecond})
	resp = must(get())(t)
	resp.Body.Close()
	if resp.StatusCode != 200 || posts() != 3 {
		t.Errorf("delayed: %d", resp.StatusCode)
	}
	if w.Faults().Left() != 0 {
		t.Errorf("%d faults left", w.Faults().Left())
	}
	w.Faults().On("", "/users/@me", sim.Fault{Status: 500}, -1)
	for range 2 {
		if a := w.call(t, "GET", "/users/@me", nil); a.status != 500 {
			t.Errorf("all: %d", a.status)
		}
	}
	w.Faults().Clear()
	if a := w.call(t, "GET", "/users/@me", nil); a.status != 200 {
		t.Errorf("cleared: %d", a.status)
	}
	w.assertClean(t)
}

func TestOffline(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustSocket(t, "")
	id := s.sessionID(s.identify(w.app.Token))
	w.Faults().Offline(true)
	s.closed()
	if resp, err := http.Get(w.URL() + "/api/v10/gateway"); err == nil {
		resp.Body.Close()
		t.Errorf("answered %d", resp.StatusCode)
	}
	w.Faults().Offline(false)
	if a := w.call(t, "GET", "/gateway", nil); a.status != 200 {
		t.Errorf("back: %d", a.status)
	}
	again := w.mustSocket(t, "")
	again.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
	again.until("RESUMED")
}

// An application may take interactions over HTTP, signed.
func TestInteractionsEndpoint(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	public := ed25519.PublicKey(must(hex.DecodeString(w.app.PublicKey))(t))
	status, reply := 200, `{"type":4,"data":{"content":"over HTTP","flags":64}}`
	endpoint := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !dg.VerifyInteraction(r, public) {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		fmt.Fprint(rw, reply)
	}))
	defer endpoint.Close()
	w.call(t, "POST", "/applications/"+w.app.ID+"/commands", object{"name": "hello", "description": "d"})
	if err := w.app.SaveInteractionsEndpoint(ctx, endpoint.URL); !errors.Is(err, sim.ErrEndpoint) {
		t.Errorf("it answers a PING with a message: %v", err)
	}
	w.app.SetInteractionsEndpoint(endpoint.URL)

	in := must(w.ada.Slash(ctx, w.ops, "hello", nil))(t)
	if r := must(in.Reply(ctx))(t); r.Content != "over HTTP" || !r.Ephemeral() {
		t.Errorf("reply = %+v", r)
	}
	w.assertClean(t)

	body := []byte(`{"type":1}`)
	stale := must(http.NewRequestWithContext(ctx, http.MethodPost, endpoint.URL, strings.NewReader(string(body))))(t)
	w.app.Sign(stale.Header, time.Now(), append(body, ' '))
	resp := must(http.DefaultClient.Do(stale))(t)
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong signature: %d", resp.StatusCode)
	}
}

func TestInteractionsEndpointFails(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.InteractionDeadline = 100 * time.Millisecond
	w, ctx := mustWorld(t, opts), testContext(t)
	w.call(t, "POST", "/applications/"+w.app.ID+"/commands", object{"name": "hello", "description": "d"})
	for name, answer := range map[string]string{"malformed": `{"type":4,"data":{}}`, "nothing": ""} {
		endpoint := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, answer) }))
		w.app.SetInteractionsEndpoint(endpoint.URL)
		if _, err := w.ada.Slash(ctx, w.ops, "hello", nil); !errors.Is(err, sim.ErrNoResponse) {
			t.Errorf("%s: %v", name, err)
		}
		endpoint.Close()
	}
	if len(w.Violations()) != 1 {
		t.Errorf("violations = %v", w.Violations())
	}
	w.app.SetInteractionsEndpoint("http://127.0.0.1:1")
	if _, err := w.ada.Slash(ctx, w.ops, "hello", nil); !errors.Is(err, sim.ErrNoResponse) {
		t.Errorf("unreachable: %v", err)
	}
}
