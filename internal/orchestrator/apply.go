package orchestrator

import (
	"context"
	"errors"
	"log/slog"

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
