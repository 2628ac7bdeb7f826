package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// ConfirmError: the plan destroys something, and the stack's name must be typed.
type ConfirmError struct{ Stack string }

func (e *ConfirmError) Error() string {
	return fmt.Sprintf("the plan destroys resources of %s and must be confirmed", e.Stack)
}

// Approve adds the person's approval of the plan they saw; the last one needed
// queues the apply. A plan that destroys takes the stack's name as confirmation:
// without it the error is a *ConfirmError.
func (o *Orchestrator) Approve(ctx context.Context, req Request, id string, seen int, confirm string) error {
	err := o.onSession(ctx, req, id, func(c *change) error {
		if err := c.decide(ctx); err != nil {
			return err
		}
		if err := c.mayApprove(seen); err != nil {
			return err
		}
		if reasons, err := c.blocked(ctx, c.s); err != nil {
			return err
		} else if len(reasons) > 0 {
			return usererr.New(usererr.Denied, "Nothing was approved:\n• %s", strings.Join(reasons, "\n• "))
		}
		if c.s.Plan.Digest.Destructive() && confirm != c.stack.Name {
			if confirm == "" {
				return &ConfirmError{Stack: c.stack.Name}
			}
			return usererr.New(usererr.Invalid, "%s is not the stack's name. Nothing was approved. Type `%s` to confirm that resources are destroyed.", quote(confirm), c.stack.Name)
		}
		return c.approve(ctx)
	})
	if errors.Is(err, store.ErrOneWriter) {
		return usererr.New(usererr.Conflict, "Another deployment of this stack is approved or being applied. Nothing was approved. Wait for its end: this plan is then made again.").Wrap(err)
	}
	return err
}

func (c *change) mayApprove(seen int) error {
	if err := c.scope.MayApprove(c.req.Person, c.s.Requester); err != nil {
		return err
	}
	switch c.s.State {
	case session.PlanReady:
		if err := c.sawNewest(seen); err != nil {
			return err
		}
	case session.Approved, session.Applying, session.Applied:
		if n := len(c.s.Approvals); n > 0 {
			last := c.s.Approvals[n-1]
			return usererr.New(usererr.Conflict, "Already approved by <@%s> <t:%d:R>: it is applied once. Nothing more was done.", last.UserID, last.At.Unix())
		}
		return c.wrongState("approved")
	default:
		return c.wrongState("approved")
	}
	if c.s.Plan.Digest.Empty() {
		return usererr.New(usererr.Conflict, "There is nothing to approve: the infrastructure is as described.")
	}
	// Where there are enough, who approved before presses once more to start it:
	// something kept the apply from starting, or fewer are needed by now.
	missing := c.scope.Needed() - len(c.scope.Standing(c.s.Approvals, c.s.Requester))
	if c.s.ApprovedBy(c.req.Person.UserID) && missing > 0 {
		return usererr.New(usererr.Conflict, "You approved this plan already. It waits for %d more.", missing)
	}
	return nil
}

// approve adds the approval; the last one comes with the apply's run.
func (c *change) approve(ctx context.Context) error {
	// Approvals that no longer count must not help to reach the number.
	c.s.Approvals = slices.DeleteFunc(c.scope.Standing(c.s.Approvals, c.s.Requester), func(a session.Approval) bool { return a.UserID == c.req.Person.UserID })
	var runID int64
	if len(c.s.Approvals)+1 >= c.scope.Needed() {
		run, err := c.queueRun(ctx, store.RunApply)
		if err != nil {
			return err
		}
		runID = run.ID
	}
	a := session.Approval{Person: c.req.Person, At: c.tx.Now}
	next, err := c.s.Approve(a, c.scope.Needed(), runID, c.at())
	if err != nil {
		return err
	}
	c.s = next
	return c.save(ctx, "session.approve", map[string]any{"plan": c.s.Plan.SHA256, "approvals": len(c.s.Approvals), "needed": c.scope.Needed()})
}
