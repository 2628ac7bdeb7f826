// Package stream is the output of runs with offsets: a driver appends what it
// reads of Terraform's file, anybody follows. Lines are stored before they are
// shown, numbered without gaps, each once, so that whoever follows may stop and
// go on at any line, in any process.
//
// The package must not know what lines mean or where they are shown.
package stream

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Streams appends to and follows the output of runs.
type Streams struct {
	store *store.Store
	log   *slog.Logger
}

// New returns the streams kept in a store.
func New(s *store.Store, log *slog.Logger) *Streams { return &Streams{store: s, log: log} }

const (
	// maxPending bounds the lines that wait while Postgres is slow; a driver that
	// reads faster then waits, and its file keeps the rest.
	maxPending = 4096
	// followBatch bounds what one read of a follower holds.
	followBatch = 500
	// writeEvery is the least time between two writes.
	writeEvery = 15 * time.Millisecond
	// retryPause is the pause after a failed write. The lines are safe in the
	// run's file meanwhile.
	retryPause = 300 * time.Millisecond
)

// Writer appends a run's lines as they come. While one transaction is under way
// the lines that arrive wait and share the next: a single line is stored at once,
// a flood in few transactions.
type Writer struct {
	streams *Streams
	runID   int64
	fence   int64
	mu      sync.Mutex
	changed *sync.Cond
	pending []store.Line
	closed  bool
	closing chan struct{} // closed with it
	err     error
	done    chan struct{}
}

// NewWriter returns a writer for a run, to the driver that took it up with the
// fence. It ends by Close, or with ctx, when the lines that are not stored are
// dropped: the run's file still has them; and by itself, with store.ErrFenced,
// when another driver has taken the run up.
func (s *Streams) NewWriter(ctx context.Context, runID, fence int64) *Writer {
	w := &Writer{streams: s, runID: runID, fence: fence, closing: make(chan struct{}), done: make(chan struct{})}
	w.changed = sync.NewCond(&w.mu)
	unwatch := context.AfterFunc(ctx, func() { w.stop(context.Cause(ctx)) })
	go func() {
		defer close(w.done)
		defer unwatch()
		w.run(ctx)
	}()
	return w
}

// Add hands a line over. It waits when too many are pending, and returns the
// error that ended the writer.
func (w *Writer) Add(l store.Line) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) >= maxPending && w.err == nil {
		w.changed.Wait()
	}
	if w.err != nil {
		return w.err
	}
	w.pending = append(w.pending, l)
	w.changed.Broadcast()
	return nil
}

// Close waits until every line is stored.
func (w *Writer) Close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.closing)
	}
	w.changed.Broadcast()
	w.mu.Unlock()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *Writer) stop(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = cause
	}
	w.changed.Broadcast()
}

// take waits for lines; none means that the writer is to end.
func (w *Writer) take() []store.Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) == 0 && !w.closed && w.err == nil {
		w.changed.Wait()
	}
	if w.err != nil {
		return nil
	}
	lines := w.pending
	w.pending = nil
	w.changed.Broadcast()
	return lines
}

func (w *Writer) run(ctx context.Context) {
	for lines := w.take(); len(lines) > 0; lines = w.take() {
		began := time.Now()
		for {
			err := w.streams.append(ctx, w.runID, w.fence, lines)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				w.stop(context.Cause(ctx))
				return
			}
			if errors.Is(err, store.ErrFenced) {
				w.stop(err)
				return
			}
			w.streams.log.WarnContext(ctx, "output could not be stored and will be tried again", slog.Int64("run", w.runID), slog.Any("error", err))
			select {
			case <-ctx.Done():
			case <-time.After(retryPause):
			}
		}
		// What comes within a moment shares a transaction: Terraform needs the
		// processor more than the newest line needs to be there.
		select {
		case <-ctx.Done():
		case <-w.closing:
		case <-time.After(writeEvery - time.Since(began)):
		}
	}
}

func (s *Streams) append(ctx context.Context, runID, fence int64, lines []store.Line) error {
	return s.store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.AppendLines(ctx, runID, fence, lines)
		return err
	})
}

// Follow hands a run's lines after one to fn, in order and each once, those
// stored already and those to come, until the run has ended and all were handed
// over. It returns fn's error, the context's, store.ErrNotFound without such a run,
// or nil at the end.
func (s *Streams) Follow(ctx context.Context, runID int64, after int, fn func([]store.Line) error) error {
	// Subscribe first, then read: what comes between is not missed.
	topic := strconv.FormatInt(runID, 10)
	lines, endLines := s.store.Subscribe(store.TopicLines, topic)
	defer endLines()
	ended, endEnded := s.store.Subscribe(store.TopicRun, topic)
	defer endEnded()
	for {
		over, err := s.read(ctx, runID, &after, fn)
		var stop *stopError
		switch {
		case errors.As(err, &stop):
			return stop.cause
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, store.ErrNotFound):
			return err // no such run: waiting does not make one
		case err != nil:
			s.log.WarnContext(ctx, "output could not be read and will be tried again", slog.Int64("run", runID), slog.Any("error", err))
		case over:
			return nil
		}
		var again <-chan time.Time
		if err != nil {
			again = time.After(retryPause)
		}
		select {
		case <-ctx.Done():
		case <-lines:
		case <-ended:
		case <-again:
		}
	}
}

// stopError carries what a follower's own function returned.
type stopError struct{ cause error }

func (e *stopError) Error() string { return e.cause.Error() }

// read hands over what is stored; over: the run had ended before the last read
// found nothing.
func (s *Streams) read(ctx context.Context, runID int64, after *int, fn func([]store.Line) error) (over bool, err error) {
	run, err := s.store.Run(ctx, runID)
	if err != nil {
		return false, err
	}
	for {
		batch, err := s.store.Lines(ctx, runID, *after+1, int(^uint32(0)>>1), followBatch)
		if err != nil {
			return false, err
		}
		if len(batch) == 0 {
			return run.Status.Ended(), nil
		}
		*after = batch[len(batch)-1].Seq
		if err := fn(batch); err != nil {
			return false, &stopError{cause: err}
		}
	}
}
