package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// How often the host looks for what it should drive and does not, and for
// directories that nobody needs any more.
const (
	reconcileEvery = 10 * time.Second
	tidyEvery      = 5 * time.Minute
)

// Start takes up what this host had under way when it stopped or was killed,
// and goes on to look for runs that lost their driver or their host. Call it
// before the queue starts; Detach ends it.
func (w *Worker) Start(ctx context.Context) error {
	if err := w.Store.DropJobsOf(ctx, w.HostID); err != nil {
		return err
	}
	if err := w.usePlaces(ctx); err != nil {
		return err
	}
	if err := w.reconcile(ctx); err != nil {
		return err
	}
	w.tidy(ctx)
	w.lookAfterHouse(ctx)
	if err := w.Orchestrator.RedriveStranded(ctx); err != nil {
		return fmt.Errorf("take up queued runs: %w", err)
	}
	w.background.Go(w.keepReconciling)
	w.background.Go(w.keepWitness)
	w.background.Go(w.keepPlaces)
	return nil
}

func (w *Worker) keepReconciling() {
	ctx := w.detached
	again, tidy := time.NewTicker(reconcileEvery), time.NewTicker(tidyEvery)
	defer again.Stop()
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tidy.C:
			w.tidy(ctx)
			w.lookAfterHouse(ctx)
			continue
		case <-again.C:
		case <-w.stray: // soon: what kept it from being driven may have passed
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryAfter):
			}
		}
		if err := w.reconcile(ctx); err != nil && ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "runs of this host could not be looked at and will be again", slog.Any("error", err))
		}
	}
}

// reconcile finds the runs that are this host's by their rows and that nobody
// here drives: their job was lost, or failed after they had begun. Plans are run
// again, applies are attached to.
func (w *Worker) reconcile(ctx context.Context) error {
	runs, err := w.Store.RunsOfHost(ctx, w.HostID)
	if err != nil {
		return fmt.Errorf("look for runs of this host: %w", err)
	}
	for _, run := range runs {
		if w.drives(run.ID) || w.gaveUp(run.ID) {
			continue
		}
		w.Logger.InfoContext(ctx, "taking up a run", slog.Int64("run", run.ID), slog.String("kind", string(run.Kind)))
		if run.Kind == store.RunPlan {
			err = w.Orchestrator.PlanLost(ctx, run.ID, w.HostID)
		} else {
			err = w.Orchestrator.Redrive(ctx, run, w.HostID)
		}
		if err != nil && !errors.Is(err, orchestrator.ErrNothingToDo) {
			return fmt.Errorf("take up run %d: %w", run.ID, err)
		}
	}
	return nil
}

// tidy removes the directories of runs that have ended: a crash may have come
// between the last word about a run and the removal. They hold plans and states
// in clear. A directory whose supervisor lives refuses to be removed.
func (w *Worker) tidy(ctx context.Context) {
	entries, err := os.ReadDir(w.RunsDir)
	if err != nil {
		w.Logger.WarnContext(ctx, "the run directories cannot be listed", slog.Any("error", err))
		return
	}
	for _, e := range entries {
		kind, number, _ := strings.Cut(e.Name(), "-")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || w.drives(id) {
			continue
		}
		run, err := w.Store.Run(ctx, id)
		gone := errors.Is(err, store.ErrNotFound)
		if err != nil && !gone || !gone && !run.Status.Ended() {
			continue
		}
		dir, err := terraform.OpenDir(w.RunsDir, e.Name())
		if err != nil || kind == string(store.RunApply) && w.bringsState(ctx, run, dir) {
			continue
		}
		w.remove(ctx, dir)
	}
}

// bringsState reports whether the directory of an apply that has ended has a state
// that nobody else has, and puts it aside for people: one that cannot be read, one
// that was refused, or that of an apply which this host lost and which went on here
// until its end. It is not the stack's any more.
func (w *Worker) bringsState(ctx context.Context, run store.Run, dir terraform.Dir) bool {
	status, err := dir.Status()
	if err != nil || status.Phase == terraform.Running {
		return true // not yet
	}
	state, ok, err := dir.LastState(terraform.StateMeta{})
	if err != nil {
		w.keep(ctx, dir, err)
		return true
	}
	if !ok {
		return false
	}
	finished, err := w.Orchestrator.FinishApply(ctx, run, orchestrator.Outcome{State: state.Raw, Meta: projectMeta(state.StateMeta)})
	switch {
	case finished.StateRefused:
		w.keep(ctx, dir, errRefused)
		return true
	case err == nil, errors.Is(err, orchestrator.ErrNothingToDo):
		return false
	}
	w.Logger.WarnContext(ctx, "a state that came late could not be compared and will be", slog.Int64("run", run.ID), slog.Any("error", err))
	return true
}

func dirName(run store.Run) string {
	return string(run.Kind) + "-" + strconv.FormatInt(run.ID, 10)
}

// remove deletes a run directory whose contents are stored.
func (w *Worker) remove(ctx context.Context, dir terraform.Dir) {
	if err := dir.Remove(); err != nil {
		w.Logger.WarnContext(ctx, "a run directory could not be removed", slog.String("dir", dir.Path()), slog.Any("error", err))
	}
}
