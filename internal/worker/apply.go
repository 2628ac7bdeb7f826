package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// apply drives an apply run: it starts Terraform's supervisor, or attaches to
// the one that was started, follows it to its end, and reports.
func (w *Worker) apply(ctx context.Context, runID int64) error {
	task, err := w.Orchestrator.BeginApply(ctx, runID, w.HostID)
	if err != nil {
		return err
	}
	dir, err := w.dir(task.Run, task.Attach)
	switch {
	case err != nil:
		return w.failStart(ctx, task.Run, err)
	case task.Attach && !dir.Exists():
		return w.finish(ctx, runID, lost())
	case !task.Attach:
		if err := w.start(dir, task); err != nil {
			return w.failStart(ctx, task.Run, err)
		}
	}
	d := w.newDriver(dir, task)
	if err := d.follow(ctx); err != nil {
		return err
	}
	outcome, err := d.outcome(ctx)
	if err != nil {
		return err
	}
	if err := w.finish(ctx, runID, outcome); err != nil {
		return err
	}
	w.remove(ctx, dir)
	return nil
}

// start writes the run directory and starts the supervisor on it.
func (w *Worker) start(dir terraform.Dir, task orchestrator.ApplyTask) error {
	files := maps.Clone(task.Files)
	planFile, lockFile := files[terraform.PlanFile], files[terraform.LockFile]
	delete(files, terraform.PlanFile)
	delete(files, terraform.LockFile)
	if err := dir.Write(files, task.State); err != nil {
		return err
	}
	if err := dir.WritePlan(planFile, lockFile); err != nil {
		return err
	}
	return dir.StartApply(terraform.Spec{
		Binary: w.Binary.Path, Version: w.Binary.Version, Env: terraform.Environment(dir, nil), PlanSHA256: task.SHA256, User: w.User,
	})
}

// failStart ends a session whose Terraform never started. If that is not
// certain, it is not said: the run is attached to instead.
func (w *Worker) failStart(ctx context.Context, run store.Run, cause error) error {
	if errors.Is(cause, terraform.ErrRunning) || errors.Is(cause, terraform.ErrEnded) {
		return fmt.Errorf("start: %w", cause)
	}
	ref := usererr.Reference()
	w.Logger.ErrorContext(ctx, "an apply could not be started", slog.Int64("run", run.ID), slog.String("reference", ref), slog.Any("error", cause))
	f := session.Failure{Phase: "start", Reference: ref,
		Summary: "Terraform could not be started. Nothing was changed.",
		Detail:  "Plan again to try once more; if it happens again, tell an admin the reference."}
	return w.finish(ctx, run.ID, orchestrator.Outcome{Failure: &f})
}

// lost is the outcome of a run that had begun and whose directory is gone: what
// was copied of its state is all that is known.
func lost() orchestrator.Outcome {
	return orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true,
		Summary: "The directory of this run is gone, and with it everything Terraform wrote after the last copy of its state.",
		Detail:  "Resources may exist in the cloud that the state does not know. Look there before you plan again."}}
}

// finish reports an outcome, for as long as that takes: it is all that is left
// of the run.
func (w *Worker) finish(ctx context.Context, runID int64, outcome orchestrator.Outcome) error {
	for {
		err := w.Orchestrator.FinishApply(ctx, runID, outcome)
		if err == nil || orchestrator.IsFinal(err) || ctx.Err() != nil {
			return err
		}
		w.Logger.ErrorContext(ctx, "an outcome could not be recorded and will be tried again", slog.Int64("run", runID), slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}
