package orchestrator

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Lobby is everything that a session's lobby, thread and result show.
type Lobby struct {
	Session session.Session
	Project project.Project
	Stack   project.Stack
	Outputs []Output   // of the stack
	Run     *store.Run // of the session's state, nil without one
	// LastApply is the newest apply for which Terraform ran, or may have; nil when
	// the session has changed nothing. A later plan or end leaves it as it is.
	LastApply *store.Run
	// QueueAhead counts the runs that go first, while Run is queued.
	QueueAhead int
	Needed     int // approvals
	// Approvers are the user ids of those whose approval would count, ApproverRoles
	// the roles whose members' would.
	Approvers     []string
	ApproverRoles []string
	Closed        []string // why nothing is applied in the project, or to the stack, now
	Denied        bool     // policies keep the plan from being approved
	Overridable   bool     // and an admin can let it pass
	Over          []string // limits that the plan would pass
}

// Lobby reads a session for its lobby, as it is now.
func (o *Orchestrator) Lobby(ctx context.Context, id string) (Lobby, error) {
	s, err := o.store.Session(ctx, id)
	if err != nil {
		return Lobby{}, err
	}
	l := Lobby{Session: s}
	err = o.store.InTx(ctx, func(tx *store.Tx) error {
		scope, err := scopeOf(ctx, tx, s.ProjectID)
		if err != nil {
			return err
		}
		l.Project, l.Needed = scope.Project, scope.Needed()
		l.Approvers, l.ApproverRoles = scope.Approvers(s.Requester)
		l.Closed, l.Denied, l.Overridable = scope.Closed(), scope.Denies(s), scope.Overridable(s)
		if l.Stack, err = tx.Stack(ctx, s.StackID); err != nil {
			return err
		}
		locked, err := lockedByLost(ctx, tx, l.Stack)
		if err != nil {
			return err
		}
		l.Closed = append(l.Closed, locked...)
		if s.State == session.PlanReady {
			c := change{o: o, tx: tx, s: s, stack: l.Stack, scope: scope}
			if l.Over, err = c.overQuota(ctx); err != nil {
				return err
			}
		}
		if l.LastApply, err = tx.LastApply(ctx, s.ID); err != nil {
			return err
		}
		raw, err := tx.StackOutputs(ctx, s.StackID)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &l.Outputs)
	})
	if err != nil || s.RunID == 0 {
		return l, err
	}
	run, err := o.store.Run(ctx, s.RunID)
	if err != nil {
		return l, err
	}
	l.Run = &run
	if run.Status == store.RunQueued {
		l.QueueAhead, err = o.store.QueuePosition(ctx, run.ID)
	}
	return l, err
}

// View reads a session for somebody who must be allowed to see it.
func (o *Orchestrator) View(ctx context.Context, req Request, id string, level project.Level) (Lobby, error) {
	l, err := o.Lobby(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && l.Session.GuildID != req.GuildID {
		return Lobby{}, usererr.New(usererr.NotFound, "There is no such deployment here. `/cloud-list` shows yours.")
	}
	if err != nil {
		return Lobby{}, err
	}
	err = o.store.InTx(ctx, func(tx *store.Tx) error {
		scope, err := scopeOf(ctx, tx, l.Project.ID)
		if err != nil {
			return err
		}
		return scope.Require(req.Person, level)
	})
	return l, err
}
