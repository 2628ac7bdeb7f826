package orchestrator

import (
	"context"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Forcing is what confirms a force stop: the stack's name, and why.
type Forcing struct{ Confirm, Reason string }

// ForceStop kills Terraform after a cancel that did not help. The state may miss
// what was being created. Without the stack's name the error is a *ConfirmError,
// without a reason ErrReason. Whoever asked for the deployment is told.
func (o *Orchestrator) ForceStop(ctx context.Context, req Request, id string, seen int, grace time.Duration, f Forcing) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		run, err := c.forcible(ctx, seen, grace)
		if err != nil {
			return err
		}
		switch f.Confirm {
		case "":
			return &ConfirmError{Stack: c.stack.Name}
		case c.stack.Name:
		default:
			return usererr.New(usererr.Invalid, "%s is not the stack's name. Nothing was stopped. Type `%s` to confirm.", quote(f.Confirm), c.stack.Name)
		}
		if c.reason, err = tidyReason(f.Reason); err != nil {
			return err
		}
		return c.force(ctx, run)
	})
}

// forcible is the run that may be stopped by force now.
func (c *change) forcible(ctx context.Context, seen int, grace time.Duration) (store.Run, error) {
	if err := c.scope.Require(c.req.Person, project.Approve); err != nil {
		return store.Run{}, err
	}
	if err := c.sawNewest(seen); err != nil {
		return store.Run{}, err
	}
	if c.s.State != session.Applying {
		return store.Run{}, c.wrongState("stopped by force")
	}
	run, err := c.tx.LockRun(ctx, c.s.RunID)
	switch {
	case err != nil:
		return store.Run{}, err
	case run.CancelRequestedAt == nil || c.tx.Now.Before(run.CancelRequestedAt.Add(grace)):
		return store.Run{}, usererr.New(usererr.Conflict, "Force stop comes %s after **Cancel**, when Terraform has not ended by itself. Nothing was done.", grace)
	case run.ForceRequestedAt != nil:
		return store.Run{}, usererr.New(usererr.Conflict, "<@%s> stopped Terraform by force <t:%d:R>. Nothing more was done. Wait for its end.",
			*run.ForceRequestedBy, run.ForceRequestedAt.Unix())
	}
	return run, nil
}

// force asks for the end by force, says who wants it and why, and tells that to
// whoever asked for the deployment.
func (c *change) force(ctx context.Context, run store.Run) error {
	by := c.req.Person.UserID
	if err := c.tx.RequestForce(ctx, run.ID, by); err != nil {
		return err
	}
	next, err := c.s.StopAsked(session.Note{By: by, Reason: c.reason, At: c.tx.Now}, c.at())
	if err != nil {
		return err
	}
	c.s = next
	if err := c.save(ctx, "session.force_stop", map[string]any{"run": run.ID}); err != nil {
		return err
	}
	if err := c.oweStopping(ctx); err != nil {
		return err
	}
	return c.tellStopped(ctx)
}

// tellStopped owes whoever asked for the deployment that another stopped it.
func (c *change) tellStopped(ctx context.Context) error {
	if c.s.Requester == c.req.Person.UserID {
		return nil
	}
	return c.tx.Owe(ctx, store.Post{GuildID: c.s.GuildID, Lane: store.PersonLane(c.s.Requester), Kind: store.PostStopped, SessionID: c.s.ID, UserID: c.s.Requester})
}
