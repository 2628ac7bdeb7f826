package discord

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// writes stores lines of noise, or of the same, which nobody is shown.
func (w *world) writes(runID int64, lines int, text string) {
	w.t.Helper()
	_, err := w.store.Pool().Exec(w.ctx, `insert into run_lines (run_id, seq, end_offset, at, kind, text)
		select $1, n, n, now(), 'info', n || ' ' || `+text+` from generate_series(1, $2::int) n`, runID, lines)
	w.must(err)
}

const (
	sameText = "repeat('vpc.main: Creating... ', 40)"
	noise    = "(select string_agg(encode(sha512((n || '/' || m)::bytea), 'base64'), '') from generate_series(1, 11) m)"
)

// The whole log is attached, packed where it is large, in parts where one file
// cannot hold it: all of it, in order, each part once. What is more than may be
// attached is said to be there.
func TestWholeLog(t *testing.T) {
	t.Parallel()
	small := logLimits{plain: 64 << 10, file: 64 << 10, files: 20}
	for name, c := range map[string]struct {
		limits logLimits
		lines  int
		text   string
		parts  bool
		cut    bool
	}{
		"plain":             {shippedLogLimits, 3, sameText, false, false},
		"packed":            {small, 1000, sameText, false, false},
		"packed as shipped": {shippedLogLimits, 12_000, sameText, false, false},
		"in parts":          {small, 600, noise, true, false},
		"too long":          {logLimits{plain: 64 << 10, file: 64 << 10, files: 2}, 600, noise, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{idle: true, sim: discordsim.Options{NonceMemory: time.Millisecond}})
			w.bot.outbox.logs = c.limits
			w.start(w.bot)
			w.patient()
			run := w.approved(w.planned())
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.settle()
			w.writes(run.ID, c.lines, c.text)
			if c.parts {
				w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{Delay: time.Millisecond}, 2) // the lines, and the first part
				w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{LoseAnswer: true}, 1)
			}
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
			w.until(func() bool { return get(w.store.OwedPosts(w.ctx))(w) == 0 })
			w.sees(thread, "-# plan 1 · end")
			if c.cut {
				w.sees(thread, "The log is longer than what is attached.", "kept in the engine's database")
			}
			if at := w.logged(thread, c.parts); (at == c.lines) == c.cut || at == 0 {
				t.Errorf("%d of %d lines in order", at, c.lines)
			}
		})
	}
}

// Where a part of the log is posted and the next is too large, the result waits for
// its turn as the parts do: nothing that is posted is posted again.
func TestPartOfTheLogTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true, sim: discordsim.Options{NonceMemory: time.Millisecond}})
	w.bot.outbox.logs = logLimits{plain: 64 << 10, file: 64 << 10, files: 20}
	w.start(w.bot)
	w.patient()
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.settle()
	w.writes(run.ID, 600, noise)
	for _, f := range []discordsim.Fault{
		{Delay: time.Millisecond}, {Delay: time.Millisecond}, // the lines, and the first part
		{Status: 413, Code: codeTooLarge}, {Status: 429, RetryAfter: 20 * time.Millisecond}, // the second part, and the result
	} {
		w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", f, 1)
	}
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.sees(thread, "The log could not be attached here.", "-# plan 1 · end")
	w.settle()
	parts := 0
	for _, m := range thread.Messages(w.ada) {
		if strings.Contains(m.Content, "log part 1") {
			parts++
		}
	}
	if left := w.sim.Faults().Left(); parts != 1 || left != 0 {
		t.Errorf("the first part is posted %d times, %d faults did not happen", parts, left)
	}
}

// logged counts the lines that are attached in order, in files with the names that
// they are to have.
func (w *world) logged(thread *discordsim.Channel, parts bool) int {
	w.t.Helper()
	var log strings.Builder
	n := 0
	for _, m := range thread.Messages(w.ada) {
		for _, a := range m.Attachments {
			n++
			if want := fmt.Sprintf("log-%d.txt.gz", n); parts && a.Filename != want {
				w.t.Errorf("attached: %s, want %s", a.Filename, want)
			}
			log.WriteString(unpacked(w.t, a))
		}
	}
	if parts != (n > 1) {
		w.t.Errorf("the log has %d files", n)
	}
	at := 0
	for row := range strings.Lines(log.String()) {
		if _, text, _ := strings.Cut(row, "  "); strings.HasPrefix(text, fmt.Sprintf("%d ", at+1)) {
			at++
		}
	}
	return at
}

func unpacked(t *testing.T, a discordsim.Attachment) string {
	t.Helper()
	if !strings.HasSuffix(a.Filename, ".gz") {
		return string(a.Bytes())
	}
	z, err := gzip.NewReader(bytes.NewReader(a.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
