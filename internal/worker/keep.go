package worker

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// errRefused: the stack has a newer state than the run's last, or one of another lineage.
var errRefused = errors.New("its last state was refused")

// discard removes the directory of an apply that has ended and was recorded, unless
// it holds what the database does not: a state that was refused, or that a full disk,
// or a kill in the middle of a write, cut short.
func (w *Worker) discard(ctx context.Context, dir terraform.Dir, known terraform.StateMeta, refused bool) {
	_, _, err := dir.LastState(known)
	if refused {
		err = errRefused
	}
	if err != nil {
		w.keep(ctx, dir, err)
		return
	}
	w.remove(ctx, dir)
}

// keep puts the directory of a run where nothing removes it.
func (w *Worker) keep(ctx context.Context, dir terraform.Dir, why error) {
	if err := dir.Strip(); err != nil {
		w.Logger.ErrorContext(ctx, "credentials may be left in a run directory that is kept", slog.String("dir", dir.Path()), slog.Any("error", err))
	}
	kept := filepath.Join(w.RunsDir, "kept-"+filepath.Base(dir.Path()))
	if err := os.Rename(dir.Path(), kept); err != nil {
		w.Logger.ErrorContext(ctx, "a run directory with a state that nobody else has could not be put aside", slog.String("dir", dir.Path()), slog.Any("why", why), slog.Any("error", err))
		return
	}
	w.Logger.ErrorContext(ctx, "the directory of a run with a state that nobody else has is kept for people to look at", slog.String("dir", kept), slog.Any("why", why))
}

// sayUnreadable adds to a failure that the last state could not be read.
func sayUnreadable(f *session.Failure) {
	f.Detail = strings.TrimPrefix(f.Detail+"\nThe last state that Terraform wrote cannot be read. The one before it is kept, and whoever runs the engine finds the run's directory put aside on its host.", "\n")
}
