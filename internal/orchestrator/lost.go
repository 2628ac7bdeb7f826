package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// HostLost takes from a silent host what it had under way. Its plans are queued
// again. Its applies are lost: their sessions fail with what is known, and their
// stacks stay locked, as Terraform may still be at work there. A host that was
// heard of since it was seen keeps everything.
func (o *Orchestrator) HostLost(ctx context.Context, host store.HostAtWork) error {
	var errs []error
	for _, id := range host.Runs {
		if err := o.runLost(ctx, id, host); err != nil && !IsFinal(err) {
			errs = append(errs, fmt.Errorf("take run %d from host %s: %w", id, host.ID, err))
		}
	}
	if len(errs) == 0 {
		errs = append(errs, o.store.DropJobsOf(ctx, host.ID))
	}
	return errors.Join(errs...)
}

func (o *Orchestrator) runLost(ctx context.Context, id int64, host store.HostAtWork) error {
	return o.onRun(ctx, id, func(c *change, run store.Run) error {
		seenAt, err := c.tx.HostSeenAt(ctx, host.ID)
		if err != nil {
			return err
		}
		if run.Status != store.RunRunning || *run.HostID != host.ID || !seenAt.Equal(host.SeenAt) {
			return ErrNothingToDo
		}
		o.log.WarnContext(ctx, "a run is taken from a host that is silent", slog.Int64("run", id), slog.String("kind", string(run.Kind)), slog.String("host", host.ID), slog.Time("seen_at", seenAt))
		if run.Kind == store.RunPlan {
			return c.planLost(ctx, run)
		}
		if err := c.record(ctx, run, lostWith(host.ID, seenAt).withProgressOf(run)); err != nil {
			return err
		}
		return c.staleOthers(ctx)
	})
}

// lostWith is what is known of an apply whose host is silent.
func lostWith(host string, seenAt time.Time) Outcome {
	return Outcome{Interrupted: true, Lost: true, Failure: &session.Failure{Phase: "apply", Interrupted: true,
		Summary: fmt.Sprintf("The engine's host %s was last heard of <t:%d:f>, while Terraform was at work there.", host, seenAt.Unix()),
		Detail: "It may only have lost the database, and be at work still. The stack stays locked until that host reports, or until an admin of the server " +
			"unlocks it. What was done after its last report is not in the state yet.",
	}}
}

// lockedByLost says that a host which is silent may still be changing the stack.
func lockedByLost(ctx context.Context, tx *store.Tx, st project.Stack) ([]string, error) {
	run, err := tx.LostRun(ctx, st.ID)
	if err != nil || run == nil {
		return nil, err
	}
	return []string{fmt.Sprintf("`%s` is locked: deployment `%s` was being applied to it on host %s, which is lost and may still be at work. It is free when that host reports, or when an admin of the server runs `/cloud-unlock`.",
		st.Name, run.SessionID, *run.HostID)}, nil
}

// reported records how a lost apply ended, now that its host says so: the state
// is kept and the stack is free again. The session stays failed, and says what
// came of it.
func (c *change) reported(ctx context.Context, run store.Run, out Outcome) (refused bool, err error) {
	out = out.withProgressOf(run)
	if refused, err = c.keepState(ctx, run, out); err != nil {
		return false, err
	}
	if refused {
		out.State = nil // nor are its outputs
	} else if len(out.State) > 0 {
		c.stack.State = out.Meta
	}
	if err := c.settle(ctx, run, out); err != nil {
		return false, err
	}
	status, failure := store.RunFailed, reason(out)
	switch {
	case out.Interrupted:
		status = store.RunInterrupted
		if before := c.s.Failure; before != nil { // it named what was under way when the host was lost
			failure.Unfinished = unfinishedAfter(before.Unfinished, out)
		}
	case out.succeeded():
		status = store.RunSucceeded
		failure = session.Failure{Phase: "apply", Interrupted: true,
			Summary: "The engine's host was lost for a while, and this deployment counted as failed. The host is back: Terraform had finished all of it.",
			Detail:  "Its state is kept."}
	}
	if err := c.free(ctx, run, status, out.ExitCode, failure); err != nil {
		return false, err
	}
	if err := c.save(ctx, "session.host_reported", map[string]any{"run": run.ID, "status": status, "serial": out.Meta.Serial}); err != nil {
		return false, err
	}
	if err := oweRemainingLines(ctx, c.tx, run); err != nil {
		return false, err
	}
	if err := c.owe(ctx, store.PostResult, run.ID, c.s.Requester); err != nil {
		return false, err
	}
	if c.s.State == session.PlanReady && c.outdated() {
		if err := c.stale(ctx, "the host that was lost has reported"); err != nil {
			return false, err
		}
	}
	return refused, c.staleOthers(ctx)
}

// settle writes how far a lost apply came in the end, and what it left. What the
// stack desires was written when it was lost.
func (c *change) settle(ctx context.Context, run store.Run, out Outcome) error {
	if err := c.setProgress(ctx, run, out); err != nil {
		return err
	}
	succeeded := out.succeeded()
	c.stack.Held = project.HeldAfter(c.stack.Held, c.stack.Resources, succeeded)
	planned, err := c.tx.PlanApplied(ctx, run)
	if err != nil {
		return err
	}
	c.stack.Cost = planned.Cost.Left(succeeded)
	if err := c.saveOutputs(ctx, out); err != nil {
		return err
	}
	return c.alertBudget(ctx)
}

// free ends a lost run, which unlocks its stack. A session that shows it still
// says why; one that went on has another run by now.
func (c *change) free(ctx context.Context, run store.Run, status store.RunStatus, exit *int, why session.Failure) error {
	if _, err := c.tx.RaiseFence(ctx, run.ID); err != nil {
		return err
	}
	if err := c.tx.EndRun(ctx, run.ID, status, exit); err != nil {
		return err
	}
	if c.s.State != session.Failed || c.s.RunID != run.ID {
		return nil
	}
	amended, err := c.s.Amended(why)
	c.s = amended
	return err
}
