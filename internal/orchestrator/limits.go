package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// overQuota lists every limit that the stack would pass with the session's
// resources. What is approved or being applied elsewhere counts as if it were
// there. The project stays locked until the transaction's end: of two that fit,
// but not together, one comes first and the other is refused.
func (c *change) overQuota(ctx context.Context) ([]string, error) {
	if err := c.tx.LockProject(ctx, c.s.ProjectID); err != nil {
		return nil, err
	}
	quotas, err := c.tx.Quotas(ctx, c.s.ProjectID)
	if err != nil || len(quotas) == 0 {
		return nil, err
	}
	held, err := c.tx.HeldIn(ctx, c.s.ProjectID)
	if err != nil {
		return nil, err
	}
	owner := c.stack.CreatedBy
	limits := policy.ApplicableTo(owner, quotas)
	asked := project.Growth(project.UsageOf(c.stack.Held), project.UsageOf(c.s.Resources))
	return policy.Quota(c.scope.Project.Slug, owner, limits, usedNow(held, c.stack.ID, owner), asked), nil
}

// usedNow adds up what the stacks of a project hold, in all and those that the
// person has created. Of the stack that is asked about, what it holds without the
// session that is decided on.
func usedNow(held []store.Held, stackID int64, owner string) policy.Used {
	var used policy.Used
	for _, h := range held {
		holds := h.Held
		if h.StackID != stackID {
			holds = project.HeldAfter(h.Held, h.Coming, false)
		}
		u := project.UsageOf(holds)
		used.Project = used.Project.Plus(u)
		if h.CreatedBy == owner {
			used.Person = used.Person.Plus(u)
		}
	}
	return used
}

// blocked returns every reason why the session must not be approved or applied
// now, whoever asks.
func (c *change) blocked(ctx context.Context, sess session.Session) ([]string, error) {
	reasons := c.scope.Blocked(sess)
	if err := c.o.checkRegion(c.scope.Project, c.stack.Region); err != nil {
		reasons = append(reasons, usererr.Text(err, ""))
	}
	reasons = append(reasons, c.scope.Desired(c.stack, sess.Resources, sess.Tags)...)
	over, err := c.overQuota(ctx)
	return append(reasons, over...), err
}
