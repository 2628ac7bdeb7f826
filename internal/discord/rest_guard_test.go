package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func answered(status int, headers ...string) *http.Response {
	r := &http.Response{StatusCode: status, Header: http.Header{}}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// What Discord holds against the bot is counted for ten minutes: first somebody is
// told, then nothing is sent, long before Discord shuts the address out.
func TestGuard(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	g := newGuard(slog.New(slog.NewTextHandler(&logged, nil)))
	now := time.Unix(1_000_000, 0)
	g.now = func() time.Time { return now }
	for range invalidStop {
		g.note(answered(http.StatusOK))
		g.note(answered(http.StatusNotFound))
		g.note(answered(http.StatusTooManyRequests, "X-RateLimit-Scope", "shared"))
	}
	if g.stopped() != nil || logged.Len() != 0 {
		t.Errorf("stopped by what does not count: %v, %s", g.stopped(), logged.String())
	}
	for i := range invalidStop {
		if g.stopped() != nil {
			t.Fatalf("stopped after %d", i)
		}
		g.note(answered([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests}[i%3], "Retry-After", "1"))
		now = now.Add(100 * time.Millisecond)
	}
	if n := strings.Count(logged.String(), "level=ERROR"); n != 1 {
		t.Errorf("told %d times: %s", n, logged.String())
	}
	var stopped *errStopped
	if err := g.stopped(); !errors.As(err, &stopped) || stopped.wait > invalidWindow || stopped.wait < invalidWindow/2 {
		t.Fatalf("not stopped: %v", err)
	}
	now = now.Add(stopped.wait)
	if err := g.stopped(); err != nil {
		t.Errorf("still stopped when it was to be over: %v", err)
	}
	g.note(answered(http.StatusForbidden, "Retry-After", "1"))
	if err := g.stopped(); err == nil {
		t.Error("goes on as if nothing had been")
	}
}

// A page that does not say when to try again is waited for longer each time.
func TestPauseOfABan(t *testing.T) {
	t.Parallel()
	g := newGuard(slog.New(slog.DiscardHandler))
	for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if got := g.banned(http.Header{}); got != want {
			t.Errorf("page %d: %s, want %s", i, got, want)
		}
	}
	for range 100 {
		g.banned(http.Header{})
	}
	if got := g.banned(http.Header{}); got != 5*time.Minute {
		t.Errorf("at last: %s", got)
	}
	if got := g.banned(http.Header{"Retry-After": {"3"}}); got != 0 {
		t.Errorf("where Discord says it: %s", got)
	}
	g.note(answered(http.StatusOK))
	if got := g.banned(http.Header{}); got != time.Second {
		t.Errorf("after it was over: %s", got)
	}
}

// While it is stopped nothing is sent but answers to people; what is owed is kept,
// and follows.
func TestStoppedBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.settle()
	guard := w.bot.client.Transport.(*transport).guard
	guard.mu.Lock()
	for range invalidStop {
		guard.invalid = append(guard.invalid, time.Now().Add(2*time.Second-invalidWindow))
	}
	guard.mu.Unlock()
	before := w.sim.Stats().Count("POST /channels/{channel_id}/messages")
	w.prints(run, store.Line{Kind: "info", Text: "later"})
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil))
	if guard.stopped() != nil && w.sim.Stats().Count("POST /channels/{channel_id}/messages") != before {
		t.Error("something was sent meanwhile")
	}
	w.sees(thread, "later")
}

// Where the token is not taken any more, the bot does not ask a thousand times.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.settle()
	w.sim.Faults().RejectToken(w.app, true)
	w.prints(run, store.Line{Kind: "info", Text: "later"})
	w.until(func() bool { return w.bot.outbox.whole.room("") > badTokenPause/2 })
	w.sim.Faults().RejectToken(w.app, false)
}

// The requests of the bot as a whole stay within its limit, whichever channels they
// go to.
func TestLimitOfTheWholeBot(t *testing.T) {
	t.Parallel()
	const perSecond = 10
	w := newWorld(t, setup{
		sim: discordsim.Options{GlobalRate: discordsim.Rate{Limit: perSecond, Window: time.Second}, RouteRate: discordsim.NoLimit},
		bot: func(o *Options) { o.RequestsPerSecond = perSecond - 2 }, // nobody makes room for those with which it begins
	})
	// The first are long on their way, and arrive in the second of those after them.
	w.sim.Faults().On("POST", "/channels/"+w.ops.ID+"/messages", discordsim.Fault{Delay: 400 * time.Millisecond}, perSecond-2)
	w.started()
	for i := range 3*perSecond - 1 {
		get(w.orch.StartSession(w.ctx, orchestrator.Request{GuildID: w.guild.ID, Person: person(w.boss)},
			orchestrator.NewSession{Project: "dev", Stack: fmt.Sprint("s", i), ChannelID: w.ops.ID}))(w)
	}
	w.settle()
	if n := w.sim.Stats().Status(http.StatusTooManyRequests); n > 0 {
		t.Errorf("Discord had to refuse %d requests: %v", n, w.sim.Stats())
	}
	if n := len(w.ops.Messages(w.ada)); n != 3*perSecond {
		t.Errorf("%d lobbies", n)
	}
}

// What Discord's headers say counts: others may send to a channel too.
func TestLearnsFromHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	o := w.bot.outbox
	seen := func(method, path, left string) {
		o.seen(&http.Request{Method: method, URL: &url.URL{Path: path}}, answered(200, "X-RateLimit-Remaining", left, "X-RateLimit-Reset-After", "3.5"))
	}
	seen("POST", "/api/v9/channels/1/messages", "1")
	seen("GET", "/api/v9/channels/1/messages", "0")
	seen("POST", "/api/v9/channels/2/messages/3/threads", "0")
	if o.creates.room("1") != 0 || o.creates.room("2") != 0 || o.edits.room("1") != 0 {
		t.Error("held for nothing")
	}
	seen("POST", "/api/v9/channels/1/messages", "0")
	seen("PATCH", "/api/v9/channels/2/messages/3", "0")
	if wait := o.creates.room("1"); wait < 3*time.Second || wait > 4*time.Second || o.creates.room("2") != 0 {
		t.Errorf("messages of 1 wait %s", wait)
	}
	if wait := o.edits.room("2"); wait < 3*time.Second || o.edits.room("1") != 0 {
		t.Errorf("edits in 2 wait %s", wait)
	}
	if err := o.take(asking{channel: "1", pace: o.creates}); !isPause(err) {
		t.Errorf("taken: %v", err)
	}
	if err := o.ask(context.Background(), store.Post{}, asking{channel: "2", pace: o.creates}, func(context.Context) error { return nil }); err != nil {
		t.Errorf("another channel: %v", err)
	}
}
