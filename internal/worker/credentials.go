package worker

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// expiring is how long credentials should live on when an apply starts: what is
// under way when they end fails, and Terraform cannot be given others.
const expiring = 30 * time.Minute

// warnOfExpiry says so in the log where an apply starts with credentials that end soon.
func (w *Worker) warnOfExpiry(ctx context.Context, runID int64, profile string, taken credentials.Taken, now time.Time) {
	left := taken.Expires.Sub(now)
	if taken.Expires.IsZero() || left >= expiring {
		return
	}
	w.Logger.WarnContext(ctx, "an apply starts with credentials that end soon: what still goes on then fails; the profile's command should print some that live longer",
		slog.Int64("run", runID), slog.String("profile", profile), slog.Time("expires", taken.Expires), slog.Duration("left", left.Round(time.Second)))
}

// environment is Terraform's in a run directory, with what was taken of a
// credentials profile, whose files it writes there.
func environment(dir terraform.Dir, taken credentials.Taken) (map[string]string, error) {
	if len(taken.Env)+len(taken.Files) == 0 {
		return terraform.Environment(dir, nil), nil
	}
	env, err := dir.WriteCredentials(taken.Files)
	if err != nil {
		return nil, err
	}
	maps.Copy(env, taken.Env)
	return terraform.Environment(dir, env), nil
}
