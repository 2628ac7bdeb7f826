package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/cloud-engine/cloudengine/internal/jobs"
)

// pricesJob brings price lists up to date that are due, one provider after the other.
// It looks far more often than they are: a list is due by its age, whatever restarts.
type pricesJob struct {
	river.WorkerDefaults[jobs.Prices]
	worker *Worker
}

func (j *pricesJob) Timeout(*river.Job[jobs.Prices]) time.Duration { return noTimeout }

func (j *pricesJob) Work(ctx context.Context, _ *river.Job[jobs.Prices]) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(j.worker.detached, func() { cancel(errDetached) })()
	err := j.worker.refreshPrices(ctx)
	if ctx.Err() != nil {
		return nil // what was read is kept, and the next job goes on
	}
	return err
}

func (w *Worker) refreshPrices(ctx context.Context) error {
	if w.Prices == nil {
		return nil
	}
	due, err := w.Prices.Due(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, provider := range due {
		errs = append(errs, w.refresh(ctx, provider))
	}
	return errors.Join(errs...)
}

func (w *Worker) refresh(ctx context.Context, provider string) error {
	res, err := w.Prices.Refresh(ctx, provider)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		// The next job tries again, in an hour; nothing depends on it.
		w.Logger.ErrorContext(ctx, "a price list could not be brought up to date", slog.String("provider", provider), slog.Any("error", err))
		return nil
	case len(res.Refused) > 0:
		return w.Orchestrator.Alarm(ctx, "prices/"+provider, fmt.Sprintf(
			"The new list prices of %s were refused, and those before stay in use: %s. Whoever runs the engine should look whether the provider's list is sound; it is read again tomorrow.",
			provider, strings.Join(res.Refused, "; ")))
	}
	w.Logger.InfoContext(ctx, "list prices are up to date", slog.String("provider", provider), slog.Int("prices", res.Prices), slog.Bool("resumed", res.Resumed))
	return nil
}
