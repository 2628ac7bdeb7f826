package orchestrator

import (
	"context"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Withdraw takes the person's approval of the plan back, until its apply starts.
// Whoever has approved may, with or without the permission by now.
func (o *Orchestrator) Withdraw(ctx context.Context, req Request, id string, seen int) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		if err := c.mayWithdraw(seen); err != nil {
			return err
		}
		if err := c.dropRun(ctx, store.RunSuperseded); err != nil {
			return err
		}
		who := req.Person.UserID
		next, err := c.s.Unapprove(func(a session.Approval) bool { return a.UserID != who }, []string{fmt.Sprintf("<@%s> withdrew their approval.", who)}, c.at())
		if err != nil {
			return err
		}
		c.s = next
		return c.save(ctx, "session.withdraw", map[string]any{"plan": c.s.Plan.SHA256, "approvals": len(c.s.Approvals), "needed": c.scope.Needed()})
	})
}

func (c *change) mayWithdraw(seen int) error {
	approved := c.s.ApprovedBy(c.req.Person.UserID)
	switch c.s.State {
	case session.PlanReady, session.Approved:
	case session.Applying:
		if approved {
			return usererr.New(usererr.Conflict, "It is being applied: your approval cannot be taken back any more. Nothing was changed. **Cancel** asks Terraform to stop.")
		}
	default:
		return c.wrongState("withdrawn from")
	}
	if err := c.sawNewest(seen); err != nil {
		return err
	}
	if approved {
		return nil
	}
	if err := c.scope.Require(c.req.Person, project.View); err != nil {
		return err
	}
	return usererr.New(usererr.Conflict, "You have not approved this plan: there is nothing to withdraw. Nothing was changed.")
}
