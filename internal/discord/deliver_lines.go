package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sort"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// How many messages a post of lines may take: several where nothing else is owed to
// the thread, one where lines come faster than messages leave. The newest lines are
// what people wait for; the others are counted, and the log has all of them.
const (
	calmMessages = 4
	busyMessages = 1
	// mostLines bounds what is read to fill them.
	mostLines = 400
)

// sendLines posts lines of the run's output.
func (o *outbox) sendLines(ctx context.Context, post store.Post, l lobby) error {
	if l.Session.ThreadID == "" {
		return errNoThread
	}
	if post.Attempts <= 1 { // later it may be there already, as it was decided then
		var err error
		if post, err = o.fold(ctx, post, l); err != nil {
			return err
		}
	}
	from := *post.FromSeq
	if post.ShownFrom != nil {
		from = *post.ShownFrom
	}
	lines, err := o.Store.Lines(ctx, l.Run.ID, from, *post.ToSeq, *post.ToSeq-from+1)
	if err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	before, err := o.Store.ShownLines(ctx, l.Run.ID, post.ID)
	if err != nil {
		return fmt.Errorf("read what was posted: %w", err)
	}
	batch := lineBatch{marker: linesMarker(*l.Run, from, *post.ToSeq), lines: lines, skipped: from - 1 - before}
	for i, content := range batch.messages() {
		marker := lastLine(content)
		_, err := o.create(ctx, post, outgoing{channelID: l.Session.ThreadID, picture: text(content), part: i, same: func(m message) bool {
			return lastLine(m.Content) == marker
		}})
		if i > 0 && isPause(err) {
			return errors.New("a part of the lines is posted, and the rest must wait") // not an errPause: the post has begun
		}
		if err != nil {
			return err
		}
	}
	return o.sent(ctx, post)
}

// fold lets a post cover all lines that are owed by now, and decides which of them
// are shown.
func (o *outbox) fold(ctx context.Context, post store.Post, l lobby) (store.Post, error) {
	owed, err := o.Store.OwedLines(ctx, l.Run.ID, post.ID)
	if err != nil {
		return post, fmt.Errorf("read what is owed: %w", err)
	}
	to, most := max(owed, *post.ToSeq), calmMessages
	if owed > *post.ToSeq || post.ShownFrom != nil { // it took others in before, while it waited for its turn
		most = busyMessages
	}
	first := max(*post.FromSeq, to-mostLines+1)
	lines, err := o.Store.Lines(ctx, l.Run.ID, first, to, mostLines)
	if err != nil {
		return post, fmt.Errorf("read lines: %w", err)
	}
	shown := first + newest(linesMarker(*l.Run, to, to), lines, most)
	if to == *post.ToSeq && shown == *post.FromSeq {
		return post, nil
	}
	post.ToSeq, post.ShownFrom = &to, &shown
	if skipped := shown - *post.FromSeq; skipped > 0 {
		o.Logger.InfoContext(ctx, "lines come faster than they can be posted", slog.Int64("run", l.Run.ID), slog.Int("skipped", skipped))
	}
	return post, o.Store.InTx(ctx, func(tx *store.Tx) error { return tx.FoldLines(ctx, post) })
}

// newest is where the longest end of the lines begins that fits in so many
// messages; at least the last line is shown, however long it is.
func newest(marker string, lines []store.Line, most int) int {
	const manySkipped = 1_000_000_000 // takes as much room as any number
	at := sort.Search(len(lines), func(i int) bool {
		b := lineBatch{marker: marker, lines: lines[i:], skipped: manySkipped}
		return len(b.messages()) <= most
	})
	return min(at, max(0, len(lines)-1))
}
