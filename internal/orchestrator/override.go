package orchestrator

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// MaxReason is how many characters a reason may have.
const MaxReason = 300

// ErrReason: it may be done, with a reason, and there is none.
var ErrReason = errors.New("a reason is needed")

// Override lets the plan that was seen be approved in spite of the policies that
// deny it, where the project leaves that to its admins. Without a reason the error
// is ErrReason.
func (o *Orchestrator) Override(ctx context.Context, req Request, id string, seen int, reason string) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		if err := c.mayOverride(seen); err != nil {
			return err
		}
		reason, err := tidyReason(reason)
		if err != nil {
			return err
		}
		next, err := c.s.Overridden(session.Note{By: req.Person.UserID, Reason: reason, At: c.tx.Now, As: req.Person}, c.at())
		if err != nil {
			return err
		}
		c.s, c.reason = next, reason
		if err := c.save(ctx, "session.override", map[string]any{"plan": c.s.Plan.SHA256, "denied": c.s.Plan.Denied()}); err != nil {
			return err
		}
		return c.askForApproval(ctx)
	})
}

// tidyReason is a reason in one line; ErrReason where none was given.
func tidyReason(reason string) (string, error) {
	reason = strings.Join(strings.Fields(reason), " ")
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		return "", ErrReason
	case n > MaxReason:
		return "", usererr.New(usererr.Invalid, "A reason has at most %d characters, and this one has %d. Nothing was changed. Say it shorter.", MaxReason, n)
	}
	return reason, nil
}

func (c *change) mayOverride(seen int) error {
	if c.s.State != session.PlanReady {
		if err := c.scope.MayOverride(c.req.Person, c.s); usererr.Is(err, usererr.Denied) {
			return err
		}
		return c.wrongState("let pass")
	}
	if err := c.scope.MayOverride(c.req.Person, c.s); err != nil {
		return err
	}
	if err := c.sawNewest(seen); err != nil {
		return err
	}
	if c.s.Plan.Digest.Empty() {
		return usererr.New(usererr.Conflict, "There is nothing to approve: the infrastructure is as described.")
	}
	return nil
}
