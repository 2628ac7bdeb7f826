package discordweb

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The traffic of a bot, followed by one window and listed for another.
func TestTraffic(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	ada := w.mustWindow(t, "ada")
	if list := ada.mustDo("traffic", object{"on": true})["entries"].([]any); len(list) != 0 {
		t.Errorf("before anything: %v", list)
	}
	tool := mustTool(t, w)
	var heard []any // entries come together, as many as there are
	until := func(part string) object {
		t.Helper()
		for {
			for _, e := range heard {
				if strings.Contains(at(e, "title").(string), part) {
					return e.(object)
				}
			}
			heard = append(heard, ada.push("traffic", nil)["entries"].([]any)...)
		}
	}
	until("IDENTIFY")
	ada.mustDo("slash", object{"channel": "ops", "name": "grant list"})
	until("INTERACTION_CREATE /grant list")
	if e := until("/callback"); e["kind"] != "request" || e["app"] != "Cloud Engine" || e["status"] != 204.0 || e["at"].(float64) < 1e12 || !strings.Contains(e["body"].(string), "granted") {
		t.Errorf("entry %v", e)
	}
	list := w.mustWindow(t, "-").mustDo("traffic", object{"on": true})["entries"].([]any)
	if len(list) < 4 || at(list, 0, "seq").(float64) >= at(list, 1, "seq").(float64) {
		t.Errorf("listed later: %v", list)
	}
	ada.mustDo("traffic", object{"on": false})
	ada.aside = nil
	must(tool.s.ChannelMessageSend(w.ops.ID, "unheard"))(t)
	ada.push("message", messageWith("unheard"))
	ada.mustDo("read", object{"channel": "ops"})
	for _, f := range ada.aside {
		if f["push"] == "traffic" {
			t.Errorf("told after it was switched off: %v", f)
		}
	}
	_, out := w.script(t, object{"do": "traffic"})
	last := out["entries"].([]any)
	if e := last[len(last)-1]; !strings.HasPrefix(at(e, "title").(string), "POST /channels/") {
		t.Errorf("the last: %v", e)
	}
	for _, e := range last {
		for _, secret := range []string{w.app.Token} {
			if text := at(e, "body").(string) + at(e, "answer").(string) + at(e, "title").(string); strings.Contains(text, secret) {
				t.Errorf("a token is in %v", e)
			}
		}
	}
}

// A window that is slow keeps the last entries alone.
func TestTrafficOfASlowWindow(t *testing.T) {
	t.Parallel()
	e := &ear{}
	fresh := 0
	for i := range 1000 {
		if e.hear(entry{Seq: i}) {
			fresh++
		}
	}
	got := e.tell().(trafficPush)
	if fresh != 1 || len(got.Entries) != mostEntries || got.Entries[mostEntries-1].Seq != 999 {
		t.Errorf("told %d times, %d entries to %d", fresh, len(got.Entries), got.Entries[len(got.Entries)-1].Seq)
	}
	if !e.hear(entry{}) {
		t.Error("what comes after is not told")
	}
}

func TestLimitsAndViolations(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	sim := mustSim(t, discordsim.Options{})
	limited := &playground{Sim: sim, app: sim.NewApplication("Cloud Engine"), guild: sim.NewGuild("Acme")}
	limited.guild.AddApplication(limited.app, 0)
	limited.ops = limited.guild.NewTextChannel("ops")
	sim.Mount(New(sim, Options{}))
	bot := limited.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	must(bot.ChannelMessageSend(limited.ops.ID, "x"))(t)
	ada := limited.mustWindow(t, "-")
	out := ada.mustDo("limits", nil)
	global := at(out, "global", 0)
	if at(global, "app") != "Cloud Engine" || at(global, "limit") != 50.0 {
		t.Errorf("global %v", out["global"])
	}
	b := find(out["buckets"], "route", "POST /channels/"+limited.ops.ID+"/messages")
	if b["app"] != "Cloud Engine" || b["limit"] != 5.0 || b["left"] != 4.0 || b["reset_ms"].(float64) <= 0 || b["reset_ms"].(float64) > 5000 {
		t.Errorf("bucket %v of %v", b, out["buckets"])
	}

	quiet := w.mustWindow(t, "ada")
	if list := quiet.mustDo("violations", nil)["violations"].([]any); len(list) != 0 {
		t.Errorf("violations %v", list)
	}
	other := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	if _, err := other.ChannelMessageSend(w.ops.ID, strings.Repeat("x", 2001)); err == nil {
		t.Fatal("a message of 2001 characters was taken")
	}
	v := at(quiet.mustDo("violations", nil), "violations", 0)
	if at(v, "method") != "POST" || !strings.HasSuffix(at(v, "path").(string), "/messages") || !strings.Contains(at(v, "message").(string), "2000") || !strings.Contains(at(v, "body").(string), "xxx") {
		t.Errorf("violation %v", v)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	var restarts []string
	restart := func(context.Context) error {
		restarts = append(restarts, "once")
		return map[bool]error{true: errors.New("no bot")}[len(restarts) > 1]
	}
	w := mustPlace(t, Options{Faults: true, Restart: restart})
	ada, grace := w.mustWindow(t, "ada"), w.mustWindow(t, "grace")
	ready := ada.mustDo("hello", object{"as": "ada"})
	if got := ready["faults"].([]any); len(got) != 9 || got[8] != "restart" || ready["canReset"] != false {
		t.Errorf("faults %v", got)
	}
	session := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	session.ShouldRetryOnRateLimit, session.MaxRestRetries = false, 0
	session.ShouldReconnectOnError = false
	post := func() error {
		_, err := session.ChannelMessageSend(w.ops.ID, "x")
		return err
	}
	status := func(err error) int {
		var limit *dg.RateLimitError
		switch {
		case errors.As(err, &limit):
			return http.StatusTooManyRequests
		case err != nil && strings.Contains(err.Error(), "HTTP 503"): // discordgo has no type for it
			return http.StatusServiceUnavailable
		case err != nil:
			return -1
		}
		return 200
	}
	for _, c := range []struct {
		what   string
		status int
	}{{"limit", 429}, {"error", 503}, {"lose", -1}, {"offline", -1}, {"slow", 200}, {"silence", 200}} {
		ada.mustDo("fault", object{"what": c.what, "on": true, "ms": 20})
		grace.push("world", func(f object) bool { return slices.Contains(at(f, "ready", "faultsOn").([]any), any(c.what)) })
		if got := status(post()); got != c.status {
			t.Errorf("%s: %d", c.what, got)
		}
		if r, _ := ask(t, "GET", w.URL()+"/", "", nil, ""); r.StatusCode != 200 {
			t.Errorf("%s: the page answers with %d", c.what, r.StatusCode)
		}
		grace.mustDo("say", object{"channel": "ops", "text": "during " + c.what})
		ada.push("message", messageWith("during "+c.what))
		ada.mustDo("fault", object{"what": c.what, "on": false})
		if got := status(post()); got != 200 {
			t.Errorf("after %s: %d", c.what, got)
		}
	}
	if f := ada.call("fault", object{"what": "slow", "on": true, "ms": 60001}); f["code"] != "refused" {
		t.Errorf("a minute and more: %v", f)
	}
	ada.mustDo("fault", object{"what": "restart"})
	if f := ada.call("fault", object{"what": "restart"}); f["code"] != "internal" || len(restarts) != 2 {
		t.Errorf("a restart that fails: %v after %v", f, restarts)
	}
}

// The gateway asks the bot to come back, or is cut. The bot is a bare socket:
// discordgo waits for its own lock now and then when it is told to reconnect.
func TestGatewayFaults(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{Faults: true})
	ada := w.mustWindow(t, "ada")
	ctx := testContext(t)
	gateway, _, err := websocket.Dial(ctx, w.URL()+"/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer gateway.CloseNow() //nolint:errcheck // it is cut
	gateway.SetReadLimit(-1)
	identify := object{"op": 2, "d": object{"token": w.app.Token, "intents": 1, "properties": object{}}}
	if err := gateway.Write(ctx, websocket.MessageText, must(json.Marshal(identify))(t)); err != nil {
		t.Fatal(err)
	}
	until := func(op float64) error {
		for {
			_, text, err := gateway.Read(ctx)
			if err != nil {
				return err
			}
			var f object
			if err := json.Unmarshal(text, &f); err != nil {
				t.Fatal(err)
			}
			if f["op"] == op {
				return nil
			}
		}
	}
	if err := until(0); err != nil { // READY
		t.Fatal(err)
	}
	ada.mustDo("fault", object{"what": "reconnect"})
	if err := until(7); err != nil {
		t.Errorf("it is not asked to reconnect: %v", err)
	}
	ada.mustDo("fault", object{"what": "drop"})
	if err := until(-1); err == nil || ctx.Err() != nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("it is not cut without a word: %v", err)
	}
}
