package discord

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A 403 or 404 of what stands before Discord says nothing about a channel: nothing
// is given up, no channel is shut, nobody is told so; everything waits for a while
// and arrives.
func TestPageInsteadOfDiscord(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"blocked": http.StatusForbidden, "not found": http.StatusNotFound} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			lobby := w.planned()
			run := w.approved(lobby)
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.settle()
			began := time.Now()
			w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{Status: status, HTML: true}, 1)
			w.prints(run, store.Line{Kind: "info", Text: "line 1"})
			w.sees(thread, "line 1")
			if d := time.Since(began); d < 900*time.Millisecond {
				t.Errorf("all was to wait, and did for %s", d)
			}
			w.sim.Faults().On("PATCH", "/channels/"+w.ops.ID+"/messages/"+lobby.ID, discordsim.Fault{Status: status, HTML: true}, 1)
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
			w.sees(thread, "-# plan 1 · end")
			w.lobby("Applied")
			w.settle()
			var lost int
			w.must(w.store.Pool().QueryRow(w.ctx, "select (select count(*) from outbox where dead_at is not null or kind in ('shut', 'alarm')) + (select count(*) from shut_channels)").Scan(&lost))
			if left := w.sim.Faults().Left(); lost != 0 || left != 0 {
				t.Errorf("%d posts or channels are given up, %d faults did not happen", lost, left)
			}
		})
	}
}

// What is Discord's own answer is known by its body.
func TestUnmaskPage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		page bool
	}{
		"missing access": {`{"message": "Missing Access", "code": 50001}`, false},
		"without a code": {`{"message": "404: Not Found", "code": 0}`, false},
		"html":           {"<html>Sorry, you have been blocked</html>", true},
		"another's json": {`{"error": "forbidden"}`, true},
		"null":           {"null", true},
		"nothing":        {"", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var held time.Duration
			tr := &transport{refused: func(d time.Duration) { held = d }, guard: newGuard(slog.New(slog.DiscardHandler))}
			resp := answered(http.StatusForbidden)
			resp.Body = io.NopCloser(strings.NewReader(c.body))
			resp, err := tr.unmaskPage(resp)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if page := resp.StatusCode == http.StatusServiceUnavailable; err != nil || page != c.page || (held > 0) != c.page || string(body) != c.body {
				t.Errorf("status %d, held for %s, body %q, %v", resp.StatusCode, held, body, err)
			}
		})
	}
}
