package orchestrator

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const sweepBatch = 500

// Sweep expires sessions whose life is over, writes down which grants are over,
// takes from who left what they had, forgets what is no longer needed, and looks
// whether the database runs short. One thing that goes wrong does not keep the
// others from being done.
func (o *Orchestrator) Sweep(ctx context.Context) (expired int, err error) {
	ids, err := o.store.Expiring(ctx, sweepBatch)
	errs := []error{err}
	for _, id := range ids {
		err := o.expire(ctx, id)
		if err == nil {
			expired++
		} else if !IsFinal(err) {
			errs = append(errs, fmt.Errorf("expire session %s: %w", id, err))
		}
	}
	errs = append(errs,
		o.sweepGrants(ctx),
		o.lookAfterGrantees(ctx),
		o.forget(ctx),
		o.lookAtDatabase(ctx))
	return expired, errors.Join(errs...)
}

// expire ends one session, if that is still right when it is locked.
func (o *Orchestrator) expire(ctx context.Context, id string) error {
	s, err := o.store.Session(ctx, id)
	if err != nil {
		return err
	}
	return o.onSession(ctx, engineRequest(s.GuildID), id, func(c *change) error {
		if c.s.ExpiresAt == nil || c.tx.Now.Before(*c.s.ExpiresAt) {
			return ErrNothingToDo
		}
		wasApproved := c.s.State == session.Approved
		next, err := c.s.Expire(c.at())
		if err != nil {
			return err
		}
		if wasApproved {
			if err := c.dropRun(ctx, store.RunCancelled); err != nil {
				return err
			}
		}
		c.s = next
		return c.save(ctx, "session.expire", nil)
	})
}
