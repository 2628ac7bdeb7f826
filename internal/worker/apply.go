package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
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
	dir, existed, err := w.applyDir(ctx, runID)
	if err != nil {
		return err
	}
	task, err := w.Orchestrator.BeginApply(ctx, runID, w.HostID)
	if err != nil {
		if !existed && orchestrator.IsFinal(err) { // else it may have begun all the same
			w.remove(ctx, dir)
		}
		return err
	}
	outcome, err := w.applied(ctx, dir, existed, task)
	if err != nil {
		return err
	}
	finished, err := w.finish(ctx, task.Run, outcome)
	if err != nil {
		return err
	}
	w.discard(ctx, dir, terraformMeta(task.Meta), finished.StateRefused)
	return nil
}

// applyDir makes the run's directory before the run begins: where one that has
// begun has none, it was lost.
func (w *Worker) applyDir(ctx context.Context, runID int64) (dir terraform.Dir, existed bool, err error) {
	run, err := w.Store.Run(ctx, runID)
	if err != nil {
		return dir, false, fmt.Errorf("read run %d: %w", runID, err)
	}
	name := dirName(run)
	if dir, err = terraform.OpenDir(w.RunsDir, name); err != nil {
		return dir, false, err
	}
	if existed, err = dir.Exists(); err != nil || existed || run.StartedAt != nil {
		return dir, existed, err
	}
	dir, err = terraform.NewDir(w.RunsDir, name)
	return dir, false, err
}

// applied starts or attaches, and follows Terraform to its end.
func (w *Worker) applied(ctx context.Context, dir terraform.Dir, existed bool, task orchestrator.ApplyTask) (orchestrator.Outcome, error) {
	switch {
	case task.Attach && !existed:
		return lost(), dir.EndStrays(ctx)
	case !task.Attach:
		err := w.start(ctx, dir, task)
		switch {
		case errors.Is(err, errCancelled):
			return orchestrator.Outcome{}, nil
		case errors.Is(err, store.ErrFenced):
			w.remove(ctx, dir)
			return orchestrator.Outcome{}, err
		case err != nil:
			return w.notStarted(ctx, task.Run, err)
		}
	}
	secrets, err := dir.Secrets()
	if err != nil {
		return orchestrator.Outcome{}, err
	}
	task.Secrets = append(slices.Clone(task.Secrets), secrets...)
	d := w.newDriver(dir, task)
	if err := d.follow(ctx); err != nil {
		return orchestrator.Outcome{}, err
	}
	return d.outcome(ctx)
}

// start writes the run directory and starts the supervisor on it.
func (w *Worker) start(ctx context.Context, dir terraform.Dir, task orchestrator.ApplyTask) error {
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
	if err := w.useLocked(ctx, dir, lockFile); err != nil {
		return err
	}
	taken, err := w.Credentials.Take(ctx, task.Credentials)
	if err != nil {
		return err
	}
	env, err := environment(dir, taken)
	if err != nil {
		return err
	}
	if err := w.stillMine(ctx, task.Run); err != nil {
		return err
	}
	w.warnOfExpiry(ctx, task.Run.ID, task.Credentials.Profile, taken, time.Now())
	return dir.StartApply(terraform.Spec{
		Binary: w.Binary.Path, Version: w.Binary.Version, Env: env, Secrets: taken.Secrets, PlanSHA256: task.SHA256, User: w.User,
	})
}

// errCancelled: somebody wanted the apply to stop before Terraform had started.
var errCancelled = errors.New("the apply was cancelled before it started")

// stillMine asks once more, at the last moment, whether the run is to be started
// here: getting the credentials may have taken minutes, and a machine may stand
// still for as long.
func (w *Worker) stillMine(ctx context.Context, taken store.Run) error {
	run, err := w.Store.Run(ctx, taken.ID)
	for ; err != nil; run, err = w.Store.Run(ctx, taken.ID) { // a database that is away is waited for
		select {
		case <-ctx.Done():
			return fmt.Errorf("read run %d: %w", taken.ID, err)
		case <-time.After(retryAfter):
		}
	}
	switch {
	case run.Status != store.RunRunning || run.Fence != taken.Fence:
		return store.ErrFenced
	case run.CancelRequestedAt != nil:
		return errCancelled
	}
	return nil
}

// notStarted is the outcome of an apply whose Terraform never ran. If that is
// not certain, it is not said: the run is attached to instead.
func (w *Worker) notStarted(ctx context.Context, run store.Run, cause error) (orchestrator.Outcome, error) {
	if errors.Is(cause, terraform.ErrRunning) || errors.Is(cause, terraform.ErrEnded) {
		return orchestrator.Outcome{}, fmt.Errorf("start: %w", cause)
	}
	ref := usererr.Reference()
	w.Logger.ErrorContext(ctx, "an apply could not be started", slog.Int64("run", run.ID), slog.String("reference", ref), slog.Any("error", cause))
	f := session.Failure{Phase: "start", Reference: ref}
	refusal, refused := usererr.Of(cause)
	full := w.diskFull(cause)
	switch {
	case refused:
		f.Summary = refusal.Public
	case !full:
		f.Summary, f.Detail = "Terraform could not be started. Nothing was changed.", "Plan again to try once more; if it happens again, tell an admin the reference."
	}
	if full {
		blameDisk(&f)
	}
	return orchestrator.Outcome{Failure: &f}, nil
}

// lost is the outcome of a run that had begun and whose directory is gone, and of
// which nothing runs here any more: what was copied of its state is all that is
// known.
func lost() orchestrator.Outcome {
	return orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true,
		Summary: "The directory of this run is gone, and with it everything Terraform wrote after the last copy of its state.",
		Detail:  "Resources may exist in the cloud that the state does not know. Look there before you plan again."}}
}

// refusedOften is after how many refusals of one outcome less of it is recorded.
const refusedOften = 5

// finish reports an outcome, for as long as that takes: it is all that is left
// of the run. A database that is away is waited for; one that refuses what is to
// be recorded gets less of it, as a session must not apply for ever.
func (w *Worker) finish(ctx context.Context, run store.Run, outcome orchestrator.Outcome) (orchestrator.Finished, error) {
	for refused := 0; ; {
		finished, err := w.Orchestrator.FinishApply(ctx, run, outcome)
		if err == nil || orchestrator.IsFinal(err) || ctx.Err() != nil {
			return finished, err
		}
		ref := usererr.Reference()
		w.Logger.ErrorContext(ctx, "an outcome could not be recorded and will be tried again",
			slog.Int64("run", run.ID), slog.String("reference", ref), slog.Any("error", err))
		if !usererr.Is(err, usererr.Unavailable) {
			refused++
		}
		if refused == refusedOften {
			outcome = bare(outcome, ref)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

// bare is an outcome without what people wrote or clouds said.
func bare(out orchestrator.Outcome, ref string) orchestrator.Outcome {
	out.Outputs, out.Progress = nil, orchestrator.Progress{}
	if out.Failure != nil {
		out.Failure = &session.Failure{Phase: out.Failure.Phase, Interrupted: out.Failure.Interrupted, Reference: ref,
			Summary: "Terraform ended with an error that could not be recorded. Its log has it."}
	}
	return out
}
