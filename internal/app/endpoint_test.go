package app_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// overHTTP gives the bot the application's key, and with it an endpoint.
func overHTTP(t *testing.T) option {
	return func(w *world) {
		key, err := hex.DecodeString(w.bot.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		w.conf.PublicKey = key
	}
}

// balancer hands each request to the next replica, and to the one after it where
// that one does not answer or takes none.
type balancer struct {
	replicas []string
	next     atomic.Int64
	served   []atomic.Int64 // by each replica
}

// balance starts a balancer, and makes it the application's endpoint.
func (w *world) balance(replicas ...string) *balancer {
	w.t.Helper()
	b := &balancer{replicas: replicas, served: make([]atomic.Int64, len(replicas))}
	server := httptest.NewServer(b)
	w.t.Cleanup(server.Close)
	if err := w.bot.SaveInteractionsEndpoint(w.ctx, server.URL+"/interactions"); err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (b *balancer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	for range b.replicas {
		i := int(b.next.Add(1)) % len(b.replicas)
		q, err := http.NewRequestWithContext(r.Context(), r.Method, b.replicas[i]+r.URL.Path, bytes.NewReader(body))
		if err != nil {
			break
		}
		q.Header = r.Header.Clone()
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			continue
		}
		answer, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
			continue
		}
		b.served[i].Add(1)
		rw.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		rw.WriteHeader(resp.StatusCode)
		_, _ = rw.Write(answer)
		return
	}
	rw.WriteHeader(http.StatusBadGateway)
}

// Two replicas behind a load balancer, of which one is killed while it may be the
// one that applies: people notice nothing, and nothing is done twice.
func TestReplicaIsKilledBehindABalancer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP(t))
	first, second := w.launch(), w.launchIn(t.TempDir())
	b := w.balance(first.url, second.url)
	w.project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.add(w.grace, lobby, "database", discordsim.Fields{"name": "db"})
	w.ready(lobby, "3 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	if b.served[0].Load() == 0 || b.served[1].Load() == 0 {
		t.Fatalf("served by the first and the second: %v", b.served)
	}
	first.kill() // it held the gateway

	// The other answers all, and takes the gateway over.
	for range 4 {
		mention(t, w.reply(w.grace, "cloud-list", nil), "dev")
	}
	if err := w.sim.AwaitSessions(w.ctx, w.bot, 1); err != nil {
		t.Fatal(err)
	}
	w.awaitCreated(3)
	w.launch() // back, on its data directory
	w.readStore = w.openStore()
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	if diff := cmp.Diff(map[string]int{"vpc.main": 1, "compute_vm.web": 1, "database.db": 1}, w.created()); diff != "" {
		t.Errorf("created: %s", diff)
	}
	if s := w.session(); s.State != session.Applied {
		t.Errorf("the session is %s", s.State)
	}
	w.checkThread(thread, result)
}

// A replica says what it is; one that stops is not ready before it is gone.
func TestReplicasSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP(t)).start()
	conf := w.conf
	conf.DataDir = t.TempDir()
	other := w.replica(conf)
	ready := func(url string) (int, string) {
		t.Helper()
		resp, err := http.Get(url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, strings.TrimSpace(string(body))
	}
	for url, gateway := range map[string]string{w.app.Web.URL(): "held", other.Web.URL(): "held by another process"} {
		want := `{"discord":"ok","endpoint":"on","gateway":"` + gateway + `","postgres":"ok","status":"ready"}`
		if status, body := ready(url); status != http.StatusOK || body != want {
			t.Errorf("%d %s, not %s", status, body, want)
		}
	}
	if err := other.Bot.Stop(w.ctx); err != nil {
		t.Fatal(err)
	}
	if status, body := ready(other.Web.URL()); status != http.StatusServiceUnavailable || !strings.Contains(body, `"discord":"not ready"`) {
		t.Errorf("while it stops: %d %s", status, body)
	}
	b := w.balance(other.Web.URL(), w.app.Web.URL())
	w.project()
	if b.served[1].Load() < 2 || b.served[0].Load() > 1 { // the PING and the bad signature
		t.Errorf("who stops serves still: %v", b.served)
	}
}
