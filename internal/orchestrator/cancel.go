package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Cancelled says what a cancel came to.
type Cancelled struct {
	// Stopping: Terraform was asked to stop; its exit decides how it ends.
	Stopping bool
}

// Cancel ends a session whose picture the person saw. While it applies it is a
// request on the run.
func (o *Orchestrator) Cancel(ctx context.Context, req Request, id string, seen int) (Cancelled, error) {
	return o.cancel(ctx, req, id, func(c *change) error { return c.sawNewest(seen) })
}

// CancelUnseen is Cancel for those who name a session without its picture before
// them: whatever became of it is what they mean.
func (o *Orchestrator) CancelUnseen(ctx context.Context, req Request, id string) (Cancelled, error) {
	return o.cancel(ctx, req, id, func(*change) error { return nil })
}

func (o *Orchestrator) cancel(ctx context.Context, req Request, id string, saw func(*change) error) (Cancelled, error) {
	var done Cancelled
	err := o.onSession(ctx, req, id, func(c *change) error {
		if err := c.scope.MayCancel(req.Person, c.s); err != nil {
			return err
		}
		if err := c.cancellable(); err != nil {
			return err
		}
		if err := saw(c); err != nil {
			return err
		}
		done.Stopping = c.s.State == session.Applying
		return c.cancel(ctx, "session.cancel", nil)
	})
	return done, err
}

func (c *change) cancellable() error {
	if c.s.State != session.Applying && !c.s.State.Can(session.EventCancel) {
		return c.wrongState("cancelled")
	}
	return nil
}

// cancel ends the session, or asks its apply to stop. The note says why, where
// that is to be told.
func (c *change) cancel(ctx context.Context, action string, note *session.Note) error {
	if c.s.State == session.Applying {
		return c.requestCancel(ctx, note)
	}
	if err := c.dropRun(ctx, store.RunCancelled); err != nil {
		return err
	}
	next, err := c.s.Cancel(note, c.at())
	if err != nil {
		return err
	}
	c.s = next
	return c.save(ctx, action, nil)
}

// requestCancel asks for one interrupt; asking again changes nothing.
func (c *change) requestCancel(ctx context.Context, note *session.Note) error {
	run, err := c.tx.LockRun(ctx, c.s.RunID)
	if err != nil {
		return err
	}
	if run.CancelRequestedAt != nil {
		return usererr.New(usererr.Conflict, "<@%s> asked Terraform to stop <t:%d:R>: it finishes what it has begun. If it does not end, **Force stop** appears in the lobby.",
			*run.CancelRequestedBy, run.CancelRequestedAt.Unix())
	}
	if err := c.tx.RequestCancel(ctx, c.s.RunID, c.req.Person.UserID); err != nil {
		return err
	}
	if note == nil {
		if err := c.audit(ctx, "session.request_cancel", nil); err != nil {
			return err
		}
		return c.oweStopping(ctx)
	}
	next, err := c.s.StopAsked(*note, c.at())
	if err != nil {
		return err
	}
	c.s = next
	if err := c.save(ctx, "session.request_cancel", nil); err != nil {
		return err
	}
	return c.oweStopping(ctx)
}

// oweStopping owes lobby and thread what the apply still waits for.
func (c *change) oweStopping(ctx context.Context) error {
	if err := c.owe(ctx, store.PostProgress, c.s.RunID); err != nil {
		return err
	}
	return c.oweLobby(ctx)
}
