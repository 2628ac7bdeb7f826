package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// overQuota lists every limit that the stack would pass with the session's
// resources. What is approved or being applied elsewhere counts as if it were
// there. The project must be locked: of two that fit, but not together, one comes
// first and the other is refused.
func (c *change) overQuota(ctx context.Context) ([]string, error) {
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
	// The stack itself counts as what was last desired of it. What it may hold
	// besides, after an apply that failed, is to go: it makes room for nothing.
	asked := project.Growth(project.UsageOf(c.stack.Resources), project.UsageOf(c.s.Resources))
	deciding := c.stack
	deciding.Cost, asked.Cost = c.costAsked()
	used := heldBy(held, deciding).with(owner)
	return policy.Quota(c.scope.Project.Slug, owner, limits, used, asked), nil
}

// decide locks the project until the transaction's end, and decides from here on
// by what then holds: a permission that was taken, or a freeze that began, while
// the lock was waited for counts.
func (c *change) decide(ctx context.Context) (err error) {
	c.scope, err = lockScope(ctx, c.tx, c.s.ProjectID)
	return err
}

// blocked returns every reason why the session must not be approved or applied
// now, whoever asks.
func (c *change) blocked(ctx context.Context, sess session.Session) ([]string, error) {
	reasons := c.scope.Blocked(sess)
	reasons = append(reasons, c.misplaced(sess.Resources)...)
	reasons = append(reasons, c.scope.Desired(c.stack, sess.Resources, sess.Tags)...)
	locked, err := lockedByLost(ctx, c.tx, c.stack)
	if err != nil {
		return nil, err
	}
	over, err := c.overQuota(ctx)
	return append(append(reasons, locked...), over...), err
}
