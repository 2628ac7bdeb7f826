package discordweb

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	dg "github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

type object = map[string]any

// playground is a Sim with the page, a guild, people and a bot's registration.
type playground struct {
	*discordsim.Sim
	web        *Web
	app        *discordsim.Application
	guild      *discordsim.Guild
	ops        *discordsim.Channel
	ada, grace *discordsim.Member
}

var unlimited = discordsim.Options{MessageRate: discordsim.NoLimit, RouteRate: discordsim.NoLimit, GlobalRate: discordsim.NoLimit}

// mustPlace starts a Sim with the page. change may set the page's limits.
func mustPlace(t *testing.T, opts Options, change ...func(*Web)) *playground {
	t.Helper()
	sim := mustSim(t, unlimited)
	w := &playground{Sim: sim, app: sim.NewApplication("Cloud Engine"), guild: sim.NewGuild("Acme")}
	w.guild.AddApplication(w.app, 0)
	w.ops = w.guild.NewTextChannel("ops")
	w.ada = w.guild.NewMember("ada", discordsim.ManageGuild)
	w.grace = w.guild.NewMember("grace")
	w.web = New(sim, opts)
	for _, c := range change {
		c(w.web)
	}
	sim.Mount(w.web)
	return w
}

func mustSim(t *testing.T, opts discordsim.Options) *discordsim.Sim {
	t.Helper()
	opts.OpenAPI = os.Getenv("DISCORD_OPENAPI")
	sim, err := discordsim.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim
}

func (w *playground) assertClean(t *testing.T) {
	t.Helper()
	for _, v := range w.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// mustBot logs a real bot in; handle gets its interactions.
func (w *playground) mustBot(t *testing.T, handle func(*dg.Session, *dg.InteractionCreate)) *dg.Session {
	t.Helper()
	session := must(dg.New("Bot " + w.app.Token))(t)
	session.Client = &http.Client{Transport: w.Transport(), Timeout: 20 * time.Second}
	session.LogLevel = dg.LogError - 1
	session.AddHandler(handle)
	if err := session.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

func (w *playground) mustRegister(t *testing.T, bot *dg.Session, commands ...*dg.ApplicationCommand) {
	t.Helper()
	must(bot.ApplicationCommandBulkOverwrite(w.app.ID, w.guild.ID, commands))(t)
}

// window is a browser's end of a socket.
type window struct {
	t       *testing.T
	ctx     context.Context
	ws      *websocket.Conn
	id      int
	frames  chan object
	aside   []object // pushes that came while something else was awaited
	closing error    // why it ended, once frames is closed
}

// mustWindow opens a window, and says hello as somebody unless as is "-".
func (w *playground) mustWindow(t *testing.T, as string) *window {
	t.Helper()
	ctx := testContext(t)
	ws, _, err := websocket.Dial(ctx, w.URL()+socketPath, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {w.URL()}}})
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(-1)
	b := &window{t: t, ctx: ctx, ws: ws, frames: make(chan object, 10000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(b.frames)
		for {
			_, text, err := ws.Read(context.Background())
			if err != nil {
				b.closing = err
				return
			}
			var f object
			if err := json.Unmarshal(text, &f); err != nil {
				t.Errorf("frame %s: %v", text, err)
			}
			b.frames <- f
		}
	}()
	t.Cleanup(func() {
		ws.CloseNow() //nolint:errcheck // it may be closed already
		<-done
	})
	if as != "-" {
		b.mustDo("hello", object{"as": as})
	}
	return b
}

// send makes a call and does not wait for its answer.
func (b *window) send(do string, args object) int {
	b.t.Helper()
	b.id++
	f := object{"id": b.id, "do": do}
	for k, v := range args {
		f[k] = v
	}
	if err := b.ws.Write(b.ctx, websocket.MessageText, must(json.Marshal(f))(b.t)); err != nil {
		b.t.Fatal(err)
	}
	return b.id
}

// call makes a call and waits for its answer.
func (b *window) call(do string, args object) object {
	b.t.Helper()
	return b.answer(b.send(do, args))
}

func (b *window) answer(id int) object {
	b.t.Helper()
	return b.next(func(f object) bool { return f["re"] == float64(id) })
}

// mustDo makes a call that must succeed, and returns what it answered.
func (b *window) mustDo(do string, args object) object {
	b.t.Helper()
	f := b.call(do, args)
	if f["error"] != nil {
		b.t.Fatalf("%s %v: %v", do, args, f)
	}
	ok, _ := f["ok"].(object)
	return ok
}

// push waits for a push of a kind that fits, sent before or to come.
func (b *window) push(kind string, fits func(object) bool) object {
	b.t.Helper()
	return b.next(func(f object) bool { return f["push"] == kind && (fits == nil || fits(f)) })
}

func (b *window) next(fits func(object) bool) object {
	b.t.Helper()
	for i, f := range b.aside {
		if fits(f) {
			b.aside = slices.Delete(b.aside, i, i+1)
			return f
		}
	}
	for {
		select {
		case f, ok := <-b.frames:
			if !ok {
				b.t.Fatalf("the socket ended: %v", b.closing)
			}
			if fits(f) {
				return f
			}
			b.aside = append(b.aside, f)
		case <-b.ctx.Done():
			b.t.Fatalf("nothing came; aside: %v", b.aside)
		}
	}
}

// script makes a call over HTTP.
func (w *playground) script(t *testing.T, call object) (int, object) {
	t.Helper()
	r := must(http.Post(w.URL()+callPath, "application/json", bytes.NewReader(must(json.Marshal(call))(t))))(t)
	defer r.Body.Close()
	var out object
	if text := must(io.ReadAll(r.Body))(t); json.Unmarshal(text, &out) != nil {
		t.Fatalf("%v: %d %s", call, r.StatusCode, text)
	}
	return r.StatusCode, out
}

// at walks into JSON: keys, and numbers for lists.
func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			o, _ := v.(object)
			v = o[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// find is the element of a list whose key has a value.
func find(list any, key string, value any) object {
	l, _ := list.([]any)
	for _, x := range l {
		if o, _ := x.(object); o[key] == value {
			return o
		}
	}
	return nil
}

// messageWith fits a message push with a text.
func messageWith(part string) func(object) bool {
	return func(f object) bool {
		text, _ := at(f, "message", "content").(string)
		return strings.Contains(text, part)
	}
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
