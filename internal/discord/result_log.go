package discord

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// logLimits bound the attached log.
type logLimits struct {
	plain int // bytes that are not packed
	file  int // packed bytes of a file, which exceeds it by what gzip still holds
	files int
}

// shippedLogLimits suit every server: Discord takes 10 MiB a file where nothing was
// paid for, and 25 MiB a request. gzip makes about a tenth of a log.
var shippedLogLimits = logLimits{plain: 8 << 20, file: 8 << 20, files: 20}

// logBatch is how many lines are read at once.
const logBatch = 500

// logFile is one file of a run's log.
type logFile struct {
	name string
	data []byte
}

func (f logFile) attached() []*discordgo.File {
	contentType := "application/gzip"
	if strings.HasSuffix(f.name, ".txt") {
		contentType = "text/plain; charset=utf-8"
	}
	return []*discordgo.File{{Name: f.name, ContentType: contentType, Reader: bytes.NewReader(f.data)}}
}

// eachLogFile packs everything that a run said into files, and hands them over one
// after the other, with whether it is the last. Memory holds one of them, however
// long the log is. It reports whether the log was too long for as many as are
// posted; a run that said nothing has none.
func (o *outbox) eachLogFile(ctx context.Context, runID int64, give func(n int, f logFile, last bool) error) (cut bool, err error) {
	p := logPacker{limits: o.logs}
	n := 1
	for from := 1; ; from += logBatch {
		lines, err := o.Store.Lines(ctx, runID, from, from+logBatch-1, logBatch)
		if err != nil {
			return false, fmt.Errorf("read the log: %w", err)
		}
		for _, line := range lines {
			if p.full() {
				if cut = n == o.logs.files; cut {
					break
				}
				f, err := p.file(n, true)
				if err == nil {
					err = give(n, f, false)
				}
				if err != nil {
					return false, err
				}
				n++
			}
			if err := p.add(line); err != nil {
				return false, err
			}
		}
		if len(lines) < logBatch || cut {
			break
		}
	}
	if p.empty() {
		return false, nil
	}
	f, err := p.file(n, n > 1)
	if err != nil {
		return false, err
	}
	return cut, give(n, f, true)
}

// logPacker collects lines for one file, and packs them once they are many.
type logPacker struct {
	limits        logLimits
	plain, packed bytes.Buffer
	z             *gzip.Writer // nil: what is collected is plain
}

func (p *logPacker) empty() bool { return p.z == nil && p.plain.Len() == 0 }
func (p *logPacker) full() bool  { return p.packed.Len() > p.limits.file }

func (p *logPacker) add(l store.Line) error {
	said := fmt.Sprintf("%s  %s\n", l.At.UTC().Format("15:04:05"), strings.ReplaceAll(printable(l.Text), "\n", "\n          "))
	if p.z == nil {
		p.plain.WriteString(said)
		if p.plain.Len() <= p.limits.plain {
			return nil
		}
		said = ""
		if err := p.pack(); err != nil {
			return err
		}
	}
	if _, err := p.z.Write([]byte(said)); err != nil {
		return fmt.Errorf("pack the log: %w", err)
	}
	return nil
}

// pack goes over to packing, with what there is.
func (p *logPacker) pack() error {
	p.z = gzip.NewWriter(&p.packed)
	if _, err := p.z.Write(p.plain.Bytes()); err != nil {
		return fmt.Errorf("pack the log: %w", err)
	}
	p.plain = bytes.Buffer{}
	return nil
}

// file ends a file, one of several or not, and begins the next.
func (p *logPacker) file(n int, several bool) (logFile, error) {
	if p.z == nil && !several {
		return logFile{"log.txt", p.plain.Bytes()}, nil
	}
	if p.z == nil {
		if err := p.pack(); err != nil {
			return logFile{}, err
		}
	}
	if err := p.z.Close(); err != nil {
		return logFile{}, fmt.Errorf("pack the log: %w", err)
	}
	f := logFile{"log.txt.gz", p.packed.Bytes()}
	if several {
		f.name = fmt.Sprintf("log-%d.txt.gz", n)
	}
	*p = logPacker{limits: p.limits}
	return f, nil
}

// postResult posts the result to where it belongs, with the whole log: what of it
// does not fit in one message is posted before. A log that cannot be posted stops
// no result, which says then where it is.
func (o *outbox) postResult(ctx context.Context, post store.Post, l lobby, to outgoing) error {
	to.same = func(m message) bool { return lastLine(m.Content) == endMarker(*l.Run) }
	posted := 0 // files of the log
	cut, err := o.eachLogFile(ctx, l.Run.ID, func(n int, f logFile, last bool) error {
		if !last {
			if err := o.postLogFile(ctx, post, l, to, n, f); err != nil {
				return err
			}
			posted = n
			return nil
		}
		to.picture = l.result(post.MentionUsers, n)
		to.picture.Files = f.attached()
		if err := o.soon(ctx, post, to, n > 1); err != nil {
			return err
		}
		posted = n
		return nil
	})
	switch {
	case isTooMuch(err):
		to.picture = l.result(post.MentionUsers, noLog)
		return o.soon(ctx, post, to, posted > 0)
	case err == nil && cut:
		return o.postLogCut(ctx, post, l, to)
	case err == nil && posted == 0:
		to.picture = l.result(post.MentionUsers, 0)
		return o.soon(ctx, post, to, false)
	}
	return err
}

// postLogFile posts one file of a log that has several.
func (o *outbox) postLogFile(ctx context.Context, post store.Post, l lobby, to outgoing, n int, f logFile) error {
	p := text(fmt.Sprintf("The log, part %d; the last comes with the result.\n%s", n, logMarker(*l.Run, n)))
	p.Files = f.attached()
	return o.soon(ctx, post, outgoing{channelID: to.channelID, picture: p, part: to.part + n, same: func(m message) bool {
		return lastLine(m.Content) == logMarker(*l.Run, n)
	}}, n > 1)
}

// postLogCut says that there is more of a log than was attached.
func (o *outbox) postLogCut(ctx context.Context, post store.Post, l lobby, to outgoing) error {
	marker := logMarker(*l.Run, o.logs.files+1)
	p := text(l.keptLog("The log is longer than what is attached.") + "\n" + marker)
	return o.soon(ctx, post, outgoing{channelID: to.channelID, picture: p, part: to.part + o.logs.files + 1, same: func(m message) bool {
		return lastLine(m.Content) == marker
	}}, true)
}

// soon posts a message of several. Once the first is there, the others wait here
// for their turn, as long as the post may take.
func (o *outbox) soon(ctx context.Context, post store.Post, out outgoing, begun bool) error {
	for {
		_, err := o.create(ctx, post, out)
		var later *errPause
		if !begun || !errors.As(err, &later) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a part of the log is posted, and the rest must wait: %s", later.why) // not an errPause: the post has begun
		case <-time.After(later.after):
		}
	}
}

// isTooMuch reports whether Discord refused a message for what is attached to it.
func isTooMuch(err error) bool {
	status, code := statusOf(err), codeOf(err)
	return status == http.StatusRequestEntityTooLarge || code == codeTooLarge || code == discordgo.ErrCodeMissingPermissions
}

// noLog stands for the number of the log's parts where none could be attached.
const noLog = -1

// logLines say where the log is, if it is not in the one file below.
func (l lobby) logLines(parts int) []string {
	switch {
	case parts == noLog:
		return []string{l.keptLog("The log could not be attached here.")}
	case parts > 1:
		return []string{fmt.Sprintf("The log has %d parts: those before are above, the last is attached.", parts)}
	}
	return nil
}

// keptLog says where the rest of a log is.
func (l lobby) keptLog(why string) string {
	return fmt.Sprintf("%s All of it is kept in the engine's database, as the lines of run %d: whoever runs the engine can read it there.", why, l.Run.ID)
}
