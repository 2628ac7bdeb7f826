package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// Postgres goes away in the middle of everything and comes back: nothing is lost
// or done twice, and people are told meanwhile.
func TestPostgresIsAway(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		// until leads a lobby with a plan to the moment, and returns its thread.
		until func(w *world, lobby discordsim.Message) *discordsim.Channel
		crash bool // and not only stopped
	}{
		"while an apply creates something": {until: func(w *world, lobby discordsim.Message) *discordsim.Channel {
			return w.creating(lobby, "vpc.main")
		}},
		"while an apply ends": {crash: true, until: func(w *world, lobby discordsim.Message) *discordsim.Channel {
			thread := w.creating(lobby, "compute_vm.web")
			w.awaitCreated(2)
			return thread
		}},
		"while the thread is being written": {until: func(w *world, lobby discordsim.Message) *discordsim.Channel {
			w.sim.Faults().On("POST", "/channels/*/messages", discordsim.Fault{Delay: 500 * time.Millisecond}, 6)
			return w.creating(lobby, "compute_vm.web")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, breakable, slow(1.5), lasting(patience+outage())).start().project()
			lobby := w.planned("2 to add", "vpc", "compute_vm")
			w.click(w.grace, lobby, "Approve & Deploy")
			thread := tc.until(w, lobby)
			w.withoutPostgres(tc.crash)
			result := w.ended(thread)
			w.lobby(lobby, "Applied")
			w.checkThread(thread, result)
			w.createdOnce("vpc.main", "compute_vm.web")
			again := w.deploy(w.grace, nil)
			w.click(w.grace, again, "Refresh")
			w.lobby(again, "Nothing to do") // the state was kept whole
		})
	}
}

func TestPostgresIsAwayWhilePlanning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, breakable, lasting(patience+outage())).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.lobby(lobby, "vpc.main", "Planning")
	w.withoutPostgres(false)
	w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
	w.lobby(lobby, "Applied")
	w.createdOnce("vpc.main")
}

// creating approves a plan and waits until a resource is being created.
func (w *world) creating(lobby discordsim.Message, label string) *discordsim.Channel {
	w.t.Helper()
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, label, discordsim.Containing(label+": Creating"))
	return thread
}

// withoutPostgres takes Postgres away for a while, in which whoever asks is told,
// and says when it is back.
func (w *world) withoutPostgres(crash bool) {
	w.t.Helper()
	if crash {
		w.postgres.Crash()
	} else {
		w.postgres.Stop()
	}
	over := time.After(outage())
	mention(w.t, w.reply(w.grace, "cloud-list", nil), "database cannot be reached", "what runs goes on", "Try again in a minute")
	if status, body := w.readyz(); status != http.StatusServiceUnavailable || !strings.Contains(body, `"status":"degraded"`) {
		w.t.Errorf("readyz: %d %s", status, body)
	}
	<-over
	w.postgres.Start()
	for strings.Contains(w.reply(w.grace, "cloud-list", nil), "cannot be reached") {
		time.Sleep(100 * time.Millisecond) // nothing tells a person either
	}
	if status, body := w.readyz(); status != http.StatusOK || !strings.Contains(body, `"status":"ready"`) {
		w.t.Errorf("readyz afterwards: %d %s", status, body)
	}
	mention(w.t, w.logs.String(), "degraded: the database is away")
}

// readyz is what the bot says of itself.
func (w *world) readyz() (int, string) {
	w.t.Helper()
	resp, err := http.Get(w.app.Web.URL() + "/readyz")
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
