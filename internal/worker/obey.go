package worker

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// errEnded is the cause with which a plan's driver is told that its run has
// ended without it: a newer generation, or a cancel.
var errEnded = errors.New("the run has ended")

// untilEnded returns a context that ends when the run's row does.
func (w *Worker) untilEnded(ctx context.Context, runID int64) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.onRunChange(ctx, runID, func(run store.Run) bool {
			if run.Status.Ended() {
				cancel(errEnded)
			}
			return true
		})
	}()
	return ctx, func() { cancel(nil); <-done }
}

// onRunChange calls fn with the run's row, now and after each notification about
// it, until ctx ends; and again soon where fn was not done with it.
func (w *Worker) onRunChange(ctx context.Context, runID int64, fn func(store.Run) (done bool)) {
	wake, end := w.Store.Subscribe(store.TopicRun, strconv.FormatInt(runID, 10))
	defer end()
	for {
		run, err := w.Store.Run(ctx, runID)
		var again <-chan time.Time
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.Logger.WarnContext(ctx, "a run could not be looked at and will be again", slog.Int64("run", runID), slog.Any("error", err))
			again = time.After(retryAfter)
		case !fn(run):
			again = time.After(retryAfter)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-again:
		}
	}
}

// obey does what is asked of the run: one interrupt, then, if asked, the end by
// force. Both may be asked of a driver that attached later, and are then done.
func (d *driver) obey(ctx context.Context) error {
	var interrupted, forced bool
	d.onRunChange(ctx, d.task.Run.ID, func(run store.Run) bool {
		if run.CancelRequestedAt != nil && !interrupted {
			interrupted = d.ask(ctx, "interrupt", d.dir.Interrupt)
		}
		if run.ForceRequestedAt != nil && !forced {
			forced = d.ask(ctx, "force stop", func() error { return d.dir.ForceStop(ctx) })
		}
		return (run.CancelRequestedAt == nil || interrupted) && (run.ForceRequestedAt == nil || forced)
	})
	return nil
}

// ask reports whether the supervisor was told, or needs not be any more.
func (d *driver) ask(ctx context.Context, what string, tell func() error) bool {
	err := tell()
	if err == nil || errors.Is(err, terraform.ErrNotRunning) {
		d.Logger.InfoContext(ctx, "told the supervisor", slog.String("what", what), slog.Int64("run", d.task.Run.ID))
		return true
	}
	d.Logger.ErrorContext(ctx, "the supervisor could not be told", slog.String("what", what), slog.Int64("run", d.task.Run.ID), slog.Any("error", err))
	return false
}
