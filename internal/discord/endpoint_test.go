package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/internal/web"
)

const callbackRoute = "POST /interactions/{interaction_id}/{interaction_token}/callback"

// key is the application's, as the developer portal shows it.
func (w *world) key() ed25519.PublicKey {
	w.t.Helper()
	return get(hex.DecodeString(w.app.PublicKey))(w)
}

// replica is a bot of its own process with an endpoint, which keeps what it was
// posted last.
type replica struct {
	*Bot
	url  string
	mu   sync.Mutex
	last *http.Request
	body []byte
}

func (w *world) newReplica(name string) *replica {
	w.t.Helper()
	r := &replica{Bot: w.newBot(func(o *Options) { o.HostID, o.PublicKey = name, w.key() })}
	handler := web.Handler(web.Options{Logger: w.log(), Interactions: &web.Interactions{Key: w.key(), Take: r.Take, Logger: w.log()}})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		r.last, r.body = q.Clone(context.Background()), body
		r.mu.Unlock()
		q.Body = io.NopCloser(bytes.NewReader(body))
		handler.ServeHTTP(rw, q)
	}))
	w.t.Cleanup(server.Close)
	r.url = server.URL + "/interactions"
	return r
}

// replay posts to a URL, byte for byte, what the replica was posted last, and waits
// until Discord has heard what the bot there has to say.
func (w *world) replay(from *replica, to string) {
	w.t.Helper()
	from.mu.Lock()
	q := get(http.NewRequestWithContext(w.ctx, http.MethodPost, to, bytes.NewReader(from.body)))(w)
	q.Header = from.last.Header.Clone()
	from.mu.Unlock()
	before := w.sim.Stats().Count(callbackRoute)
	resp := get(http.DefaultClient.Do(q))(w)
	w.must(resp.Body.Close())
	if resp.StatusCode != http.StatusAccepted {
		w.t.Fatalf("the replay is answered with %d", resp.StatusCode)
	}
	w.until(func() bool { return w.sim.Stats().Count(callbackRoute) > before })
}

// until waits for what nothing tells.
func (w *world) until(cond func() bool) {
	w.t.Helper()
	for !cond() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.ctx.Done():
			w.t.Fatal("it does not come about")
		}
	}
}

// Two replicas share what people do, whichever of them holds the gateway; what
// comes to both is done once.
func TestEndpointOfReplicas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	holder, other := w.newReplica("holder"), w.newReplica("other")
	w.start(holder.Bot)
	w.must(w.app.SaveInteractionsEndpoint(w.ctx, holder.url))
	w.start(other.Bot)
	w.must(w.app.SaveInteractionsEndpoint(w.ctx, other.url))
	if n := w.app.Sessions(); n != 1 || holder.State()["gateway"] != "held" || other.State()["gateway"] != "held by another process" {
		t.Errorf("%d gateway sessions; the first says %v, the second %v", n, holder.State(), other.State())
	}

	w.project() // through the one that stands by
	lobby := w.deploy()
	w.app.SetInteractionsEndpoint(holder.url)
	if c := get(w.ada.Complete(w.ctx, w.ops, "cloud-deploy", nil, "project", "d"))(w); len(c) != 1 || c[0].Value != "dev" {
		t.Errorf("a completion: %v", c)
	}
	form := get(w.ada.Choose(w.ctx, *lobby, "Add resource", "vpc"))(w).Modal()
	w.app.SetInteractionsEndpoint(other.url)
	get(w.ada.Submit(w.ctx, form, discordsim.Fields{"name": "main"}))(w)
	w.replay(other, holder.url)
	w.replay(other, other.url)
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	ready := w.lobby("Plan ready")
	if s := w.session(); s.Generation != 1 {
		t.Errorf("one submit, twice replayed, makes generation %d", s.Generation)
	}
	get(w.ada.Click(w.ctx, *ready, "Approve & Deploy"))(w)
	w.lobby("Approved")
	w.replay(other, holder.url)
	var approvals, recorded int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*), (select count(*) from audit where action like '%approve%') from approvals").Scan(&approvals, &recorded))
	if approvals != 1 || recorded != 1 {
		t.Errorf("%d approvals, %d recorded", approvals, recorded)
	}
	w.must(w.app.CheckInteractionsEndpoint(w.ctx))
}

// Joining a server is told through the gateway alone, whatever way interactions
// come.
func TestEndpointRegistersWhenInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.guild.RemoveApplication(w.app)
	holder, other := w.newReplica("holder"), w.newReplica("other")
	w.start(holder.Bot)
	w.start(other.Bot)
	w.must(w.app.SaveInteractionsEndpoint(w.ctx, other.url))
	w.guild.AddApplication(w.app, discordsim.Permissions(Permissions()))
	w.must(w.sim.AwaitCommands(w.ctx, w.app, w.guild, "cloud-deploy", "cloud-list"))
	w.answers()
}

// A replica without the gateway, because it is broken, goes on with what is posted.
func TestEndpointWithoutGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true, sim: discordsim.Options{HeartbeatInterval: 200 * time.Millisecond}})
	r := w.newReplica("only")
	r.WatchdogAfter = watchdog
	w.start(r.Bot)
	w.must(w.app.SaveInteractionsEndpoint(w.ctx, r.url))
	w.sim.Faults().NoHeartbeatAck(w.app, true)
	w.until(func() bool { return !r.Connected() })
	w.answers()
	w.must(r.Ready())
}

// Before it knows who it is, and once it stops, a replica leaves interactions to
// the others; what is not meant for it is refused for good.
func TestTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	b := w.newReplica("only").Bot
	theirs := `{"type":2,"id":"1","token":"t","application_id":"2","data":{}}`
	ours := strings.Replace(theirs, `"2","data"`, `"`+w.app.ID+`","data"`, 1)
	busy := func(when string) {
		t.Helper()
		if err := b.Take([]byte(ours)); !usererr.Is(err, usererr.Unavailable) {
			t.Errorf("%s: %v", when, err)
		}
		if b.Ready() == nil {
			t.Errorf("%s it says that it is ready", when)
		}
	}
	busy("before the start")
	w.must(b.Start(w.ctx))
	w.must(b.Ready())
	for _, body := range []string{"", "{", "null", "[]", `{"type":2,"data":[]}`, `{"type":3,"application_id":"` + w.app.ID + `"}`, theirs, strings.Replace(ours, `"t"`, `"../t"`, 1), strings.Replace(ours, `"id":"1"`, `"id":""`, 1)} {
		if err := b.Take([]byte(body)); err == nil || usererr.Is(err, usererr.Unavailable) {
			t.Errorf("%s: %v", body, err)
		}
	}
	w.must(b.Stop(w.ctx))
	busy("after the stop")
}

// What does not fit the developer portal is found at the start.
func TestEndpointOfThePortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	another := w.sim.NewApplication("Another")
	wrong := w.newBot(func(o *Options) { o.PublicKey = get(hex.DecodeString(another.PublicKey))(w) })
	if err := wrong.Start(w.ctx); !usererr.Is(err, usererr.Invalid) || !strings.Contains(err.Error(), "DISCORD_PUBLIC_KEY") {
		t.Errorf("the key of another application: %v", err)
	}
	w.must(wrong.Stop(w.ctx))

	var said lockedBuffer
	logged := func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&said, nil)) }
	w.app.SetInteractionsEndpoint("https://me:hunter2@elsewhere.example/in")
	w.start(w.newBot(logged))
	if got := said.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "DISCORD_PUBLIC_KEY is not set") || strings.Contains(got, "hunter2") {
		t.Errorf("without a key it says: %s", got)
	}
	w.app.SetInteractionsEndpoint("")
	w.start(w.newBot(func(o *Options) { logged(o); o.PublicKey = w.key() }))
	if !strings.Contains(said.String(), "come through the gateway until Interactions Endpoint URL is set") {
		t.Errorf("without a URL it says: %s", said.String())
	}
}

// lockedBuffer is what a bot logs.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
