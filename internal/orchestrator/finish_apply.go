package orchestrator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Outcome is how an apply ended.
type Outcome struct {
	ExitCode    *int // nil: nobody saw it end
	Interrupted bool // its host or its supervisor stopped under it
	Lost        bool // interrupted, as far as anybody knows: its host is silent, and may be at work
	Failure     *session.Failure
	Meta        project.StateMeta // of State; zero without one
	State       []byte
	Outputs     []Output
	Progress    Progress
}

// succeeded reports whether Terraform did all of it.
func (out Outcome) succeeded() bool {
	return out.ExitCode != nil && *out.ExitCode == 0 && !out.Interrupted
}

// Finished is what became of an outcome that was recorded.
type Finished struct {
	// StateRefused: the last state is older than the one kept, or of another
	// lineage. It was not kept; the run directory has the only copy.
	StateRefused bool
}

// FinishApply records how an apply ended, for the driver that took it up: with
// the last state, in one transaction with the session's end and the staleness of
// the stack's other sessions.
func (o *Orchestrator) FinishApply(ctx context.Context, taken store.Run, out Outcome) (Finished, error) {
	var done Finished
	err := o.onRun(ctx, taken.ID, func(c *change, run store.Run) error {
		var err error
		if run.Fence != taken.Fence && !run.Status.Ended() {
			return store.ErrFenced
		}
		if run.Status == store.RunLost {
			done.StateRefused, err = c.reported(ctx, run, out)
			return err
		}
		if run.Status != store.RunRunning || c.s.State != session.Applying || c.s.RunID != run.ID {
			if done.StateRefused, err = c.lateState(ctx, run, out); err == nil && !done.StateRefused {
				err = ErrNothingToDo
			}
			return err
		}
		out := out.withProgressOf(run)
		if done.StateRefused, err = c.keepState(ctx, run, out); err != nil {
			return err
		}
		if done.StateRefused {
			out.State = nil // nor are its outputs
		}
		if err := c.record(ctx, run, out); err != nil {
			return err
		}
		return c.staleOthers(ctx)
	})
	if err == nil && done.StateRefused {
		o.log.ErrorContext(ctx, "the last state of an apply was refused: the stack has a newer one, or one of another lineage",
			slog.Int64("run", taken.ID), slog.String("lineage", out.Meta.Lineage), slog.Int64("serial", out.Meta.Serial))
	}
	return done, err
}

// record writes what an apply came to: how far it got, what the stack holds now,
// and the session's end.
func (c *change) record(ctx context.Context, run store.Run, out Outcome) error {
	if err := c.setProgress(ctx, run, out); err != nil {
		return err
	}
	if err := c.saveStack(ctx, out); err != nil {
		return err
	}
	if err := c.end(ctx, run, out); err != nil {
		return err
	}
	return c.alertBudget(ctx)
}

func (c *change) setProgress(ctx context.Context, run store.Run, out Outcome) error {
	progress, err := json.Marshal(out.Progress)
	if err != nil {
		return fmt.Errorf("encode progress: %w", err)
	}
	return c.tx.SetProgress(ctx, run.ID, progress)
}

// keepState keeps an apply's last state, if it was not kept while Terraform ran.
func (c *change) keepState(ctx context.Context, run store.Run, out Outcome) (refused bool, err error) {
	if len(out.State) == 0 {
		return false, nil
	}
	saved, err := c.tx.SaveState(ctx, run, out.Meta, out.State)
	if err != nil || saved || out.Meta == c.stack.State {
		return false, err
	}
	return true, c.audit(ctx, "state.refused", map[string]any{"run": run.ID, "refused": out.Meta, "kept": c.stack.State})
}

// withProgressOf is the outcome of a run of whose end nobody saw anything: what
// its driver reported before still holds, and what it had under way is unfinished.
func (out Outcome) withProgressOf(run store.Run) Outcome {
	if !out.Interrupted || !reflect.DeepEqual(out.Progress, Progress{}) {
		return out
	}
	out.Progress = ProgressOf(run)
	f := reason(out)
	f.Unfinished = slices.Clone(f.Unfinished)
	for _, w := range out.Progress.Working {
		address := cmp.Or(w.Address, w.Label) // a replica of the release before reports no address
		if !slices.Contains(f.Unfinished, address) {
			f.Unfinished = append(f.Unfinished, address)
		}
	}
	out.Progress.Working, out.Failure = nil, &f
	return out
}

// saveStack makes what was applied, even in part, what the stack desires. The
// next plan is made from there: only what is missing will be created. What never
// ran leaves the stack as it was; without a state its outputs stay.
func (c *change) saveStack(ctx context.Context, out Outcome) error {
	if out.ExitCode == nil && !out.Interrupted {
		return nil
	}
	succeeded := out.succeeded()
	c.stack.Held = project.HeldAfter(c.stack.Held, c.s.Resources, succeeded)
	c.stack.Cost = c.s.Plan.Cost.Left(succeeded)
	if c.stack.Spread = c.s.RegionsIn(c.stack); c.s.Destroy {
		c.stack.Spread = nil // the next deployment begins anew
	}
	c.stack.Resources, c.stack.Tags = c.s.Resources, c.s.Tags
	c.s = c.s.TakenUp()
	return c.saveOutputs(ctx, out)
}

// saveOutputs writes the stack, with the outputs of its state where there is one.
func (c *change) saveOutputs(ctx context.Context, out Outcome) error {
	c.stack.Unfinished = unfinishedAfter(c.stack.Unfinished, out)
	if len(out.State) == 0 {
		return c.tx.SaveStack(ctx, c.stack, nil)
	}
	outputs, err := json.Marshal(c.visible(out.Outputs))
	if err != nil {
		return fmt.Errorf("encode outputs: %w", err)
	}
	return c.tx.SaveStack(ctx, c.stack, outputs)
}

// visible leaves out the outputs that only wire resources to each other.
func (c *change) visible(all []Output) []Output {
	visible := []Output{}
	for _, out := range all {
		kindName, _, _ := strings.Cut(out.Label, ".")
		kind, _ := c.o.Catalog().Kind(c.scope.Project.Provider, kindName)
		if o, ok := kind.Output(out.Name); !ok || !o.Wired {
			visible = append(visible, out)
		}
	}
	return visible
}

// end fires the event that Terraform's exit decides.
func (c *change) end(ctx context.Context, run store.Run, out Outcome) error {
	status, action := store.RunSucceeded, "session.applied"
	var next session.Session
	var err error
	switch {
	case out.succeeded():
		next, err = c.s.Applied(c.at())
	case run.CancelRequestedAt != nil && !out.Interrupted:
		status, action = store.RunCancelled, "session.stopped"
		next, err = c.s.Stopped(out.Failure, c.at())
	default:
		status, action = store.RunFailed, "session.apply_failed"
		if out.Interrupted {
			status = store.RunInterrupted
		}
		next, err = c.s.Fail(reason(out), c.at())
	}
	if err != nil {
		return err
	}
	c.s = next
	if out.Lost {
		action = "session.host_lost"
		err = c.tx.LoseRun(ctx, run.ID)
	} else {
		err = c.tx.EndRun(ctx, run.ID, status, out.ExitCode)
	}
	if err != nil {
		return err
	}
	if err := c.save(ctx, action, map[string]any{"run": run.ID, "serial": out.Meta.Serial}); err != nil {
		return err
	}
	if err := oweRemainingLines(ctx, c.tx, run); err != nil {
		return err
	}
	return c.owe(ctx, store.PostResult, run.ID, c.s.Requester)
}

// reason is why an apply failed; there is always one to show.
func reason(out Outcome) session.Failure {
	if out.Failure != nil {
		return *out.Failure
	}
	return session.Failure{Phase: "apply", Interrupted: out.Interrupted, Summary: "Terraform ended without saying why. What was created is kept.",
		Detail: "Plan again to see what is left; the thread has its whole output."}
}

// staleOthers plans the stack's other sessions again.
func (c *change) staleOthers(ctx context.Context) error {
	ids, err := c.tx.OtherSessions(ctx, c.stack.ID, c.s.ID, session.PlanReady, session.Approved)
	if err != nil {
		return err
	}
	for _, id := range ids {
		other, err := c.o.lock(ctx, c.tx, engineRequest(c.s.GuildID), id)
		if err != nil {
			return err
		}
		if !other.outdated() {
			continue
		}
		if err := other.stale(ctx, "another deployment changed the stack"); err != nil {
			return err
		}
	}
	return nil
}

// IsFinal reports whether trying again cannot help a driver.
func IsFinal(err error) bool {
	var te *session.TransitionError
	return errors.Is(err, ErrNothingToDo) || errors.As(err, &te) || errors.Is(err, store.ErrSealed) || errors.Is(err, store.ErrFenced)
}
