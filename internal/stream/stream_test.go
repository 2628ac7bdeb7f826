package stream

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// wantLines fails unless the run has lines 1 to n, each once, in order.
func (w *world) wantLines(runID int64, n int) {
	w.t.Helper()
	fresh, _ := w.join() // none of its connections was killed
	got, err := fresh.Lines(w.ctx, runID, 1, n+100, n+100)
	w.must(err)
	if len(got) != n {
		w.t.Fatalf("%d lines are stored, want %d", len(got), n)
	}
	for i, l := range got {
		if l.Seq != i+1 || l.Text != line(i+1).Text {
			w.t.Fatalf("line %d is number %d: %q", i+1, l.Seq, l.Text)
		}
	}
}

// A flood is stored in few transactions, and all of it before Close returns.
func TestWriterBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	writer := w.NewWriter(w.ctx, run, 0)
	const lines = 3 * maxPending
	for n := 1; n <= lines; n++ {
		w.must(writer.Add(line(n)))
	}
	w.must(writer.Close())
	w.wantLines(run, lines)
	var transactions int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(distinct xmin::text) from run_lines where run_id = $1", run).Scan(&transactions))
	if transactions > lines/100 {
		t.Errorf("%d lines took %d transactions", lines, transactions)
	}
	w.must(w.NewWriter(w.ctx, run, 0).Close()) // nothing to store
}

// Postgres goes away again and again: every line is stored once all the same.
func TestWriterRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	writer := w.NewWriter(w.ctx, run, 0)
	const rounds, each = 4, 50
	for round := range rounds {
		for n := 1; n <= each; n++ {
			w.must(writer.Add(line(round*each + n)))
		}
		w.kill()
	}
	w.must(writer.Close())
	w.wantLines(run, rounds*each)
}

// A writer that cannot store holds its driver back, and lets go with its context.
func TestWriterLetsGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	blocker, err := w.store.Pool().Begin(w.ctx)
	w.must(err)
	defer func() { _ = blocker.Rollback(w.ctx) }()
	if _, err := blocker.Exec(w.ctx, "select from runs where id = $1 for update", run); err != nil {
		t.Fatal(err)
	}
	stopping := errors.New("stopping")
	ctx, cancel := context.WithCancelCause(w.ctx)
	writer := w.NewWriter(ctx, run, 0)
	added := make(chan error)
	go func() {
		for n := 1; ; n++ { // more than it holds: it waits, until it is told to let go
			if err := writer.Add(line(n)); err != nil {
				added <- err
				return
			}
			if n == maxPending+1 {
				cancel(stopping)
			}
		}
	}()
	select {
	case err := <-added:
		if !errors.Is(err, stopping) {
			t.Errorf("Add: %v", err)
		}
	case <-w.ctx.Done():
		t.Fatal("Add never let go")
	}
	if err := writer.Close(); !errors.Is(err, stopping) {
		t.Errorf("Close: %v", err)
	}
	w.must(blocker.Rollback(w.ctx))
	w.wantLines(run, 0)
}

// A writer whose run another driver has taken up ends by itself.
func TestWriterIsFenced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	writer := w.NewWriter(w.ctx, run, 0)
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { _, err := tx.RaiseFence(w.ctx, run); return err }))
	for err := error(nil); err == nil; err = writer.Add(line(1)) { // until it has noticed
		if w.ctx.Err() != nil {
			t.Fatal("it never ended")
		}
	}
	if err := writer.Close(); !errors.Is(err, store.ErrFenced) {
		t.Errorf("Close: %v", err)
	}
	w.wantLines(run, 0)
}

// Followers that start anywhere, in any process, at any time, get each line once
// and in order, to the end; although connections die on the way.
func TestFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, other := w.join()
	run := w.newRun()
	const lines, followers = 1200, 12
	writer := w.NewWriter(w.ctx, run, 0)
	var following errgroup.Group
	for n := 1; n <= lines; n++ {
		if (n-1)%(lines/followers) == 0 { // one more follower joins
			streams, after := w.Streams, rand.IntN(n+20)
			if n%2 == 0 {
				streams = other
			}
			following.Go(func() error { return follow(w.ctx, streams, run, after, lines) })
		}
		if n == lines/3 || n == lines/2 {
			w.kill()
		}
		w.must(writer.Add(line(n)))
		if rand.IntN(20) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	w.must(writer.Close())
	w.end(run)
	if err := following.Wait(); err != nil {
		t.Error(err)
	}
	// After the end there is nothing to wait for.
	w.must(follow(w.ctx, other, run, 0, lines))
	w.must(follow(w.ctx, w.Streams, run, lines-1, lines))
	w.must(follow(w.ctx, w.Streams, run, lines, lines))
}

// follow returns an error unless it got the lines after one to the last, each
// once and in order.
func follow(ctx context.Context, s *Streams, run int64, after, last int) error {
	next := after + 1
	err := s.Follow(ctx, run, after, func(batch []store.Line) error {
		if len(batch) == 0 || len(batch) > followBatch {
			return fmt.Errorf("a batch of %d lines", len(batch))
		}
		for _, l := range batch {
			if l.Seq != next || l.Text != line(next).Text {
				return fmt.Errorf("the follower after line %d got %q as number %d, want %d", after, l.Text, l.Seq, next)
			}
			next++
		}
		return nil
	})
	if err == nil && next != last+1 {
		return fmt.Errorf("the follower after line %d ended before line %d, want to %d", after, next, last)
	}
	return err
}

// A line reaches a follower who waits at once, not at some next look.
func TestFollowIsWoken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	writer := w.NewWriter(w.ctx, run, 0)
	got := make(chan int)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Follow(w.ctx, run, 0, func(batch []store.Line) error {
			for _, l := range batch {
				got <- l.Seq
			}
			return nil
		})
	}()
	for n := 1; n <= 20; n++ { // each is sent when the one before was seen
		w.must(writer.Add(line(n)))
		select {
		case seq := <-got:
			if seq != n {
				t.Fatalf("got line %d, want %d", seq, n)
			}
		case <-w.ctx.Done():
			t.Fatalf("line %d never came", n)
		}
	}
	w.must(writer.Close())
	w.end(run)
	w.must(<-ended)
}

func TestFollowEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun()
	writer := w.NewWriter(w.ctx, run, 0)
	w.must(writer.Add(line(1)))
	w.must(writer.Close())

	enough := errors.New("enough")
	if err := w.Follow(w.ctx, run, 0, func([]store.Line) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the follower's own error: %v", err)
	}
	ctx, cancel := context.WithCancel(w.ctx)
	err := w.Follow(ctx, run, 0, func([]store.Line) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("its context: %v", err)
	}
	if err := w.Follow(w.ctx, 12345, 0, func([]store.Line) error { return nil }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}
