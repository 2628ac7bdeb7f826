package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Recover takes up what this host had under way when it stopped or was killed:
// plans are run again, applies are attached to. It only queues jobs; call it
// before the queue starts.
func (w *Worker) Recover(ctx context.Context) error {
	runs, err := w.Store.RunsOfHost(ctx, w.HostID)
	if err != nil {
		return fmt.Errorf("look for runs of this host: %w", err)
	}
	for _, run := range runs {
		w.Logger.InfoContext(ctx, "taking up a run", slog.Int64("run", run.ID), slog.String("kind", string(run.Kind)))
		if run.Kind == store.RunPlan {
			w.removeLeftover(ctx, run)
			err = w.Orchestrator.PlanLost(ctx, run.ID)
		} else {
			err = w.Orchestrator.Redrive(ctx, run, w.HostID)
		}
		if err != nil && !errors.Is(err, orchestrator.ErrNothingToDo) {
			return fmt.Errorf("take up run %d: %w", run.ID, err)
		}
	}
	return w.Orchestrator.RedriveQueued(ctx, 0)
}

func (w *Worker) removeLeftover(ctx context.Context, run store.Run) {
	dir, err := terraform.OpenDir(w.RunsDir, dirName(run))
	if err == nil {
		w.remove(ctx, dir)
	}
}

// dir is the directory of a run on this host: made anew, unless the run has
// begun in it before.
func (w *Worker) dir(run store.Run, begun bool) (terraform.Dir, error) {
	if begun {
		return terraform.OpenDir(w.RunsDir, dirName(run))
	}
	return terraform.NewDir(w.RunsDir, dirName(run))
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
