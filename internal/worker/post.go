package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// reportEvery bounds how often the progress is written down.
const reportEvery = time.Second

// post owes the thread the run's lines: a post for each Lines of them, or when
// the first that is not posted is Interval old. What is left at the end is owed
// together with the result.
func (d *driver) post(ctx context.Context) error {
	lines := make(chan int)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		err := d.Streams.Follow(ctx, d.task.Run.ID, 0, func(batch []store.Line) error {
			select {
			case lines <- batch[len(batch)-1].Seq:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil && ctx.Err() == nil {
			d.Logger.ErrorContext(ctx, "the output cannot be followed", slog.Int64("run", d.task.Run.ID), slog.Any("error", err))
		}
	}()
	defer func() { <-followed }()

	var posted, newest int
	due := time.NewTimer(d.Interval)
	due.Stop()
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-followed:
			return nil
		case seq := <-lines:
			if newest == posted {
				due.Reset(d.Interval)
			}
			newest = seq
			for newest-posted >= d.Lines && d.owe(ctx, posted+d.Lines) {
				posted += d.Lines
				due.Reset(d.Interval)
			}
		case <-due.C:
			if newest > posted && d.owe(ctx, newest) {
				posted = newest
			} else if newest > posted {
				due.Reset(d.Interval)
			}
		}
	}
}

func (d *driver) owe(ctx context.Context, to int) bool {
	err := d.Orchestrator.OweLines(ctx, d.task.Run, to)
	if err != nil && ctx.Err() == nil {
		d.Logger.WarnContext(ctx, "lines could not be owed and will be", slog.Int64("run", d.task.Run.ID), slog.Any("error", err))
	}
	return err == nil
}

// report writes the progress down when it changed, at most once in reportEvery.
func (d *driver) report(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.changed:
		}
		err := d.Orchestrator.Report(ctx, d.task.Run, d.snapshot())
		if err != nil && !errors.Is(err, context.Canceled) {
			d.Logger.WarnContext(ctx, "progress could not be written", slog.Int64("run", d.task.Run.ID), slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(reportEvery):
		}
	}
}
