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

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// ApplyTask is what an apply run works on.
type ApplyTask struct {
	Run     store.Run
	Files   map[string][]byte // configuration, lock file, plan file; none to attach with
	SHA256  string            // of the plan file
	State   []byte
	Meta    project.StateMeta
	Secrets []string
	Total   int // resources that the plan changes
	// Credentials are those of the project, to be taken on the host.
	Credentials credentials.Use
	// Attach: the run began before. Nothing may be started for it.
	Attach bool
	// Sealed: what is secret in the plan cannot be opened any more. Nothing that the
	// run says can be shown.
	Sealed bool
}

// BeginApply starts the apply of an approved plan on the host: everything is
// checked once more, here, where nothing can come between. A run that the host
// began before is to be attached to; any other answer is ErrNothingToDo.
func (o *Orchestrator) BeginApply(ctx context.Context, runID int64, hostID string) (ApplyTask, error) {
	var task ApplyTask
	begun := false
	now, err := o.peopleOfRun(ctx, runID)
	if err != nil {
		return task, err
	}
	err = o.onRun(ctx, runID, func(c *change, run store.Run) (err error) {
		task, begun = ApplyTask{Run: run}, false
		switch {
		case run.Kind != store.RunApply:
			return nil
		case run.Status == store.RunRunning && run.HostID != nil && *run.HostID == hostID,
			run.Status == store.RunLost && run.HostID != nil && *run.HostID == hostID:
			task.Attach = true
			if task.Run.Fence, err = c.tx.RaiseFence(ctx, run.ID); err != nil {
				return err
			}
			err = c.fillAttached(ctx, &task)
		case run.Status == store.RunQueued && c.s.State == session.Approved && c.s.RunID == run.ID:
			ok, err := c.start(ctx, &task, hostID, now)
			if err != nil || !ok {
				return err // what was decided instead is kept
			}
		default:
			return nil
		}
		begun = err == nil
		return err
	})
	if err == nil && !begun {
		err = ErrNothingToDo
	}
	return task, err
}

// peopleOfRun reads those on whose word a queued apply starts; a run that has
// begun needs nobody's any more.
func (o *Orchestrator) peopleOfRun(ctx context.Context, runID int64) (people, error) {
	run, err := o.store.Run(ctx, runID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNothingToDo
	}
	if err != nil || run.Status != store.RunQueued {
		return nil, err
	}
	s, err := o.store.Session(ctx, run.SessionID)
	if err != nil {
		return nil, err
	}
	return o.readPeople(ctx, s)
}

// errOthersNow: the session's people changed while they were asked about.
var errOthersNow = errors.New("somebody else has approved meanwhile")

// start moves the session to APPLYING, or back where it may not be applied.
func (c *change) start(ctx context.Context, task *ApplyTask, hostID string, now people) (bool, error) {
	asked, ok := now.as(c.s)
	if !ok {
		return false, errOthersNow
	}
	c.s = asked
	if err := c.decide(ctx); err != nil {
		return false, err
	}
	blocked, err := c.blocked(ctx, c.s)
	if err != nil {
		return false, err
	}
	if reasons := c.scope.MayStart(c.s); len(reasons)+len(blocked) > 0 {
		if len(blocked) > 0 {
			c.s.Approvals = nil // who still wants it when that is mended says so then
		}
		return false, c.unapprove(ctx, append(reasons, blocked...))
	}
	composed, err := c.compose()
	_, refused := usererr.Of(err) // a kind that was approved is gone, say
	if err != nil && !refused {
		return false, err
	}
	if refused || c.outdated() || composed.Hash != c.s.Plan.ConfigHash {
		return false, c.stale(ctx, "the stack, its configuration or the policies changed after the plan")
	}
	if err := c.fill(ctx, task); errors.Is(err, store.ErrSealed) {
		c.o.log.ErrorContext(ctx, "an approved plan cannot be opened; it is made again", slog.Int64("run", task.Run.ID), slog.Any("error", err))
		return false, c.stale(ctx, "the plan's files cannot be opened any more")
	} else if err != nil {
		return false, err
	}
	next, err := c.s.Start(c.at())
	if err != nil {
		return false, err
	}
	c.s = next
	run := task.Run.ID
	if task.Run.Fence, err = c.tx.StartRun(ctx, run, hostID); err != nil {
		return false, err
	}
	if err := c.save(ctx, "session.start_apply", map[string]any{"run": run, "plan": c.s.Plan.SHA256}); err != nil {
		return false, err
	}
	return true, c.owe(ctx, store.PostThread, run)
}

// unapprove sends the session back to PLAN_READY because approvals are missing.
func (c *change) unapprove(ctx context.Context, reasons []string) error {
	if err := c.dropRun(ctx, store.RunSuperseded); err != nil {
		return err
	}
	standing := map[string]bool{}
	for _, a := range c.scope.Standing(c.s.Approvals, c.s.Requester) {
		standing[a.UserID] = true
	}
	// With the requester's own permission gone nobody's approval is of use.
	gone := c.scope.Require(c.s.RequesterAs, project.Deploy) != nil
	next, err := c.s.Unapprove(func(a session.Approval) bool { return standing[a.UserID] && !gone }, reasons, c.at())
	if err != nil {
		return err
	}
	c.s = next
	return c.save(ctx, "session.unapprove", map[string]any{"reasons": reasons})
}

// fill adds what the run needs of the plan and the state.
func (c *change) fill(ctx context.Context, task *ApplyTask) error {
	planned, err := c.tx.PlanApplied(ctx, task.Run)
	if err != nil {
		return err
	}
	files, secrets, err := c.tx.PlanFiles(ctx, planned.RunID)
	if err != nil {
		return err
	}
	state, err := c.tx.State(ctx, c.stack.ID)
	if err != nil {
		return err
	}
	task.Files, task.Secrets, task.State, task.Meta, task.SHA256 = files, secrets, state, c.stack.State, planned.SHA256
	task.Total, task.Credentials = planned.Digest.Resources(), profileOf(c.scope.Project)
	return nil
}

// fillAttached adds what a run needs that has begun: its directory has the files. A
// session whose apply was lost may have another plan by now. A run whose plan cannot
// be opened any more is followed to its end all the same, as only its host knows it.
func (c *change) fillAttached(ctx context.Context, task *ApplyTask) error {
	planned, err := c.tx.PlanApplied(ctx, task.Run)
	if err != nil {
		return err
	}
	secrets, unknown := c.tx.PlanSecrets(ctx, planned.RunID)
	if unknown != nil && !errors.Is(unknown, store.ErrSealed) {
		return unknown
	}
	state, lost := c.tx.State(ctx, c.stack.ID)
	if lost != nil && !errors.Is(lost, store.ErrSealed) {
		return lost
	}
	if err := errors.Join(unknown, lost); err != nil {
		c.o.log.ErrorContext(ctx, "of a run that has begun not all can be opened", slog.Int64("run", task.Run.ID), slog.Any("error", err))
	}
	task.Secrets, task.Sealed, task.State, task.Meta, task.SHA256 = secrets, unknown != nil, state, c.stack.State, planned.SHA256
	task.Total, task.Credentials = planned.Digest.Resources(), profileOf(c.scope.Project)
	return nil
}

// owe adds a post about a run to the session's thread.
func (c *change) owe(ctx context.Context, kind store.PostKind, runID int64, mention ...string) error {
	return c.tx.Owe(ctx, store.Post{GuildID: c.s.GuildID, Lane: store.ThreadLane(c.s.ID), Kind: kind, SessionID: c.s.ID, RunID: &runID, MentionUsers: mention})
}

// SaveState keeps a state that Terraform wrote while it runs. That of a run which
// has ended is not kept: the stack has another writer by now, or had.
func (o *Orchestrator) SaveState(ctx context.Context, run store.Run, meta project.StateMeta, raw []byte) error {
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockStack(ctx, run.StackID); err != nil {
			return err
		}
		locked, err := tx.LockRunAs(ctx, run)
		if err != nil {
			return err
		}
		if locked.Status.Ended() {
			o.log.WarnContext(ctx, "a state of a run that has ended was not kept", slog.Int64("run", run.ID), slog.Int64("serial", meta.Serial))
			return nil
		}
		_, err = tx.SaveState(ctx, run, meta, raw)
		return err
	})
}

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
	succeeded := out.ExitCode != nil && *out.ExitCode == 0 && !out.Interrupted
	c.stack.Held = project.HeldAfter(c.stack.Held, c.s.Resources, succeeded)
	c.stack.Cost = c.s.Plan.Cost.Left(succeeded)
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
		kind, _ := c.o.catalog.Kind(c.scope.Project.Provider, kindName)
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
	case out.ExitCode != nil && *out.ExitCode == 0 && !out.Interrupted:
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
