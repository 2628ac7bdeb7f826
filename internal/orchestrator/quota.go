package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// QuotaView is what may be held and open in a project, and what is: in all, and of
// one person.
type QuotaView struct {
	Project project.Project
	UserID  string
	Limits  policy.Applicable
	Used    policy.Used
}

// Quota reads the quotas of a project with what is used of them. Who may see the
// project sees their own; those of somebody else are for its admins.
func (o *Orchestrator) Quota(ctx context.Context, req Request, slug, userID string) (QuotaView, error) {
	level := project.View
	if userID == "" {
		userID = req.Person.UserID
	}
	if userID != req.Person.UserID {
		level = project.Admin
	}
	var v QuotaView
	err := o.store.InTx(ctx, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, slug)
		if err != nil {
			return err
		}
		if err := scope.Require(req.Person, level); err != nil {
			return err
		}
		quotas, err := tx.Quotas(ctx, scope.Project.ID)
		if err != nil {
			return err
		}
		u, err := usageIn(ctx, tx, scope.Project.ID)
		v = QuotaView{Project: scope.Project, UserID: userID, Limits: policy.ApplicableTo(userID, quotas), Used: u.with(userID)}
		return err
	})
	return v, err
}

// usage is what a project's stacks hold and how many of its sessions are open: in
// all, and of those who created the stacks and asked for the sessions.
type usage struct {
	all project.Usage
	of  map[string]project.Usage
}

// with is all, and what one person has of it.
func (u usage) with(userID string) policy.Used {
	return policy.Used{Project: u.all, Person: u.of[userID]}
}

func (u *usage) add(userID string, more project.Usage) {
	u.all = u.all.Plus(more)
	u.of[userID] = u.of[userID].Plus(more)
}

// usageIn reads what a project uses.
func usageIn(ctx context.Context, tx *store.Tx, projectID int64) (usage, error) {
	held, err := tx.HeldIn(ctx, projectID)
	if err != nil {
		return usage{}, err
	}
	open, err := tx.OpenIn(ctx, projectID)
	if err != nil {
		return usage{}, err
	}
	u := heldBy(held, project.Stack{})
	for _, s := range open {
		u.add(s.Requester, project.Usage{Sessions: 1})
	}
	return u, nil
}

// heldBy adds up what stacks hold, for those who created them. What is approved or
// being applied counts as if it were there already, beside what it replaces: it may
// fail half way. The stack that is decided on (zero: none) counts as what was last
// desired of it.
func heldBy(held []store.Held, deciding project.Stack) usage {
	u := usage{of: map[string]project.Usage{}}
	for _, h := range held {
		holds := project.HeldAfter(h.Held, h.Coming, false)
		if h.StackID == deciding.ID {
			holds = deciding.Resources
		}
		more := project.UsageOf(holds)
		more.Cost = costHeld(h, deciding, len(holds) > 0)
		u.add(h.CreatedBy, more)
	}
	return u
}
