package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// estimateWithin bounds the reading of the price lists: a plan does not wait for
// what it costs.
const estimateWithin = 30 * time.Second

// estimate says what a plan costs. A plan is not held up by it and does not fail
// with it: what cannot be estimated is not priced, and says why.
func (w *Worker) estimate(ctx context.Context, task orchestrator.PlanTask, planJSON []byte, secrets []string) (out orchestrator.Estimated) {
	failed := func(err error, why string) orchestrator.Estimated {
		w.Logger.ErrorContext(ctx, "a plan could not be estimated", slog.Int64("run", task.Run.ID), slog.String("error", masked(err.Error(), task.State, secrets)))
		return orchestrator.Estimated{Failed: why}
	}
	defer func() {
		if fault := recover(); fault != nil {
			out = failed(fmt.Errorf("panic: %v", fault), "the estimator failed")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, estimateWithin)
	defer cancel()
	book, err := w.Store.PriceBook(ctx)
	if err != nil {
		return failed(err, "the price lists could not be read")
	}
	now, err := w.Store.Now(ctx)
	if err != nil {
		return failed(err, "the price lists could not be read")
	}
	e, err := cost.FromPlan(planJSON, estimateOptions(task, book, now))
	if err != nil {
		return failed(err, "the plan could not be read")
	}
	hideIn(&e, mask.New(secrets))
	return orchestrator.Estimated{Estimate: &e}
}

// estimateOptions are those of a deployment: where its plan names no region it is the
// stack's.
func estimateOptions(task orchestrator.PlanTask, book *cost.Book, now time.Time) cost.Options {
	return cost.Options{Book: book, Region: task.Session.Region, Usage: task.Usage, Now: now}
}

// hideIn masks what an estimate repeats of a plan.
func hideIn(e *cost.Estimate, masker mask.Masker) {
	for i := range e.Resources {
		r := &e.Resources[i]
		r.Address, r.Region = masker.Address(r.Address), masker.Mask(r.Region)
		for j := range r.Components {
			c := &r.Components[j]
			c.Label, c.Reason = masker.Mask(c.Label), masker.Mask(c.Reason)
		}
		for j := range r.Assumptions {
			r.Assumptions[j] = masker.Mask(r.Assumptions[j])
		}
	}
}
