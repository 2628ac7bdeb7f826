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
// cannot hold it: all of it, in order, each part once.
func TestWholeLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines int
		text  string
		files []string
	}{
		"small":  {3, sameText, []string{"log.txt"}},
		"packed": {12_000, sameText, []string{"log.txt.gz"}},
		"parts":  {13_000, noise, []string{"log-1.txt.gz", "log-2.txt.gz"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{sim: discordsim.Options{NonceMemory: time.Millisecond}})
			run := w.approved(w.planned())
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.settle()
			w.patient()
			w.writes(run.ID, c.lines, c.text)
			if len(c.files) > 1 {
				w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{Delay: time.Millisecond}, 1) // the lines
				w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{LoseAnswer: true}, 1)
			}
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
			w.until(func() bool { return get(w.store.OwedPosts(w.ctx))(w) == 0 })
			var names []string
			var log strings.Builder
			for _, m := range thread.Messages(w.ada) {
				for _, a := range m.Attachments {
					names = append(names, a.Filename)
					log.WriteString(unpacked(t, a))
				}
			}
			if fmt.Sprint(names) != fmt.Sprint(c.files) {
				t.Errorf("attached: %v, want %v", names, c.files)
			}
			rows := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
			at := 0
			for _, row := range rows {
				if _, text, _ := strings.Cut(row, "  "); strings.HasPrefix(text, fmt.Sprintf("%d ", at+1)) {
					at++
				}
			}
			if at != c.lines {
				t.Errorf("%d of %d lines in order", at, c.lines)
			}
		})
	}
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
