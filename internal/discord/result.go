package discord

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// result says how a run ended, in as much detail as a message holds.
func (l lobby) result(users []string) picture {
	var content string
	for _, most := range []int{20, 10, 5, 2} {
		if content = strings.Join(append(l.resultLines(users, most), endMarker(*l.Run)), "\n"); size(content) <= maxContent {
			break
		}
	}
	p := text(content)
	p.Mentions = users
	return p
}

func (l lobby) resultLines(users []string, most int) []string {
	head := l.resultHead()
	if len(users) > 0 {
		head += " · " + mentions(users, 20)
	}
	lines := []string{head}
	p := l.done()
	if l.Run.Status == store.RunCancelled || l.forced() && l.Session.RunID == l.Run.ID {
		lines = append(lines, l.ending()...)
	}
	for _, part := range []struct {
		title  string
		labels []string
	}{{"Created", p.Created}, {"Changed", p.Changed}, {"Destroyed", p.Destroyed}} {
		if n := len(part.labels); n > 0 {
			lines = append(lines, fmt.Sprintf("**%s %d**: %s", part.title, n, codes(part.labels, most)))
		}
	}
	if f := l.Session.Failure; f != nil && l.Session.RunID == l.Run.ID && l.Run.Status != store.RunSucceeded {
		lines = append(lines, failureLines(*f, 60*most)...)
	}
	if l.Run.Status == store.RunSucceeded && l.Session.State == session.Failed {
		lines = append(lines, "The host that was lost is back. This deployment had counted as failed; **Plan again** in the lobby shows whether anything is left.")
	}
	if l.Run.Status == store.RunSucceeded && len(l.Outputs) > 0 {
		lines = append(lines, append([]string{"**Outputs**"}, outputLines(l.Outputs, most)...)...)
	}
	return lines
}

// resultHead is the run's end in a line.
func (l lobby) resultHead() string {
	run := *l.Run
	p := orchestrator.ProgressOf(run)
	switch run.Status {
	case store.RunSucceeded:
		return "🟢 **Applied**" + l.took() + " · " + done(p)
	case store.RunCancelled:
		return "⚪ **Cancelled**" + l.took() + " · " + kept(p)
	case store.RunLost:
		return "🔴 **Host lost** · " + kept(p) + ", as far as is known."
	case store.RunInterrupted:
		head := "🔴 **Interrupted**"
		if l.forced() {
			head = "🔴 **Stopped by force**"
		}
		return head + l.took() + " · " + kept(p) + ". **Plan again** in the lobby shows what is left to do."
	}
	return "🔴 **Failed**" + l.took() + " · " + kept(p) + ". Nothing was undone."
}

// Limits of the attached log. Discord takes 10 MiB a file; gzip makes about a
// tenth of a log.
const (
	mostPlainLog = 8 << 20
	mostLog      = 64 << 20
	logBatch     = 2000
)

// wholeLog is everything that a run said, as a file; none where it said nothing.
func (o *outbox) wholeLog(ctx context.Context, l lobby) ([]*discordgo.File, error) {
	var log bytes.Buffer
	for from := 1; ; from += logBatch {
		lines, err := o.Store.Lines(ctx, l.Run.ID, from, from+logBatch-1, logBatch)
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		for _, line := range lines {
			fmt.Fprintf(&log, "%s  %s\n", line.At.UTC().Format("15:04:05"), strings.ReplaceAll(printable(line.Text), "\n", "\n          "))
		}
		if log.Len() > mostLog {
			log.WriteString("… the rest is too long to attach\n")
			break
		}
		if len(lines) < logBatch {
			break
		}
	}
	if log.Len() == 0 {
		return nil, nil
	}
	return logFile(log.Bytes())
}

// logFile packs a log that would be too large to attach as it is.
func logFile(log []byte) ([]*discordgo.File, error) {
	if len(log) <= mostPlainLog {
		return []*discordgo.File{{Name: "log.txt", ContentType: "text/plain; charset=utf-8", Reader: bytes.NewReader(log)}}, nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(log); err != nil {
		return nil, fmt.Errorf("pack the log: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the log: %w", err)
	}
	if packed.Len() > mostPlainLog { // noise does not pack: its end says most
		return logFile(append([]byte("… the beginning is too long to attach\n"), log[len(log)-mostPlainLog/2:]...))
	}
	return []*discordgo.File{{Name: "log.txt.gz", ContentType: "application/gzip", Reader: &packed}}, nil
}
