package orchestrator

import (
	"context"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// AdminCancel ends somebody's session, or asks its apply to stop, for a reason
// that its requester is told. It takes an admin of the project.
func (o *Orchestrator) AdminCancel(ctx context.Context, req Request, id, reason string) (Cancelled, error) {
	var done Cancelled
	if reason = strings.TrimSpace(reason); reason == "" {
		return done, usererr.New(usererr.Invalid, "A reason is needed: it is told to whoever asked for the deployment. Nothing was cancelled.")
	}
	err := o.onSession(ctx, req, id, func(c *change) error {
		if err := c.scope.Require(req.Person, project.Admin); err != nil {
			return err
		}
		if err := c.cancellable(); err != nil {
			return err
		}
		done.Stopping = c.s.State == session.Applying
		c.reason = reason
		if err := c.cancel(ctx, "session.admin_cancel", &session.Note{By: req.Person.UserID, Reason: reason, At: c.tx.Now}); err != nil {
			return err
		}
		return c.tellStopped(ctx)
	})
	return done, err
}
