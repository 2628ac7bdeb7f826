package orchestrator

import (
	"context"
	"maps"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// NewLimit is what SetQuota is asked for.
type NewLimit struct {
	Project string // slug
	Subject string // empty: the project; project.EachPerson; else a user id
	What    string // project.LimitStacks, LimitResources, LimitSessions, LimitBudget, or a kind
	Limit   *int   // nil: none any more
	Reason  string
}

// LimitSet says what became of a limit, and what is there.
type LimitSet struct {
	Before *int
	Used   int          // by the project, or by the person
	Cost   project.Cost // likewise, by list prices
	Above  []string     // those who have more than each person may from now on
}

// SetQuota sets or takes away one limit. A budget that is used up to where it is told is
// told where admins read requests; without such a channel, who sets it reads it here. Only admins of the server may: quotas bind
// the admins of a project as they do everybody in it. What is there stays.
func (o *Orchestrator) SetQuota(ctx context.Context, req Request, in NewLimit) (LimitSet, error) {
	if !req.Person.GuildAdmin {
		return LimitSet{}, usererr.New(usererr.Denied, "Quotas are set by admins of this server: they bind the admins of a project too. Nothing was changed. `/cloud-quota` shows them.")
	}
	guild, err := o.store.Guild(ctx, req.GuildID)
	if err != nil {
		return LimitSet{}, err
	}
	var set LimitSet
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		if err := o.checkThing(scope.Project, in); err != nil {
			return err
		}
		if err := tx.LockProject(ctx, scope.Project.ID); err != nil {
			return err
		}
		quotas, err := tx.Quotas(ctx, scope.Project.ID)
		if err != nil {
			return err
		}
		q := project.Quota{GuildID: req.GuildID, ProjectID: scope.Project.ID, Subject: in.Subject}
		if i := slices.IndexFunc(quotas, func(q project.Quota) bool { return q.Subject == in.Subject }); i >= 0 {
			q = quotas[i]
		}
		used, err := usageIn(ctx, tx, scope.Project.ID)
		if err != nil {
			return err
		}
		set = LimitSet{Before: q.Limits.Of(in.What), Used: usedBy(used, in).Of(in.What), Cost: usedBy(used, in).Cost, Above: above(used, quotas, in)}
		q.Limits = q.Limits.With(in.What, in.Limit)
		if err := tx.PutQuota(ctx, q, req.Person.UserID); err != nil {
			return err
		}
		if in.What == project.LimitBudget && guild.RequestsChannel != "" {
			if err := alertBudgets(ctx, tx, scope.Project, "", boundBy(in.Subject, used)...); err != nil {
				return err
			}
		}
		limit := func(n *int) map[string]any { return map[string]any{"of": in.Subject, "limit": in.What, "value": n} }
		return tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "quota.set", Subject: "project/" + scope.Project.Slug,
			Before: limit(set.Before), After: limit(in.Limit), InteractionID: req.InteractionID, Reason: in.Reason})
	})
	return set, err
}

// boundBy are those whose budgets a limit of the subject may be.
func boundBy(subject string, used usage) []string {
	if subject != project.EachPerson {
		return []string{subject}
	}
	return slices.Sorted(maps.Keys(used.of))
}

// checkThing refuses a limit on what cannot be there. Taking one away is always
// possible: a kind may be gone.
func (o *Orchestrator) checkThing(p project.Project, in NewLimit) error {
	switch in.What {
	case project.LimitStacks, project.LimitResources, project.LimitSessions, project.LimitBudget:
		return nil
	}
	if _, ok := o.Catalog().Kind(p.Provider, in.What); ok || in.Limit == nil {
		return nil
	}
	return usererr.New(usererr.NotFound, "There is no kind %s on `%s`. Nothing was changed. Choose one of: %s.", quote(in.What), p.Provider, o.kindNames(p.Provider))
}

// kindNames are a provider's kinds, for people to read.
func (o *Orchestrator) kindNames(provider string) string {
	var names []string
	for _, k := range o.Catalog().Kinds(provider) {
		names = append(names, k.Name)
	}
	return quoted(names)
}

func usedBy(u usage, in NewLimit) project.Usage {
	if in.Subject == "" {
		return u.all
	}
	return u.of[in.Subject]
}

// above are those who have more than a new limit of each person lets them, sorted.
// Who has a limit of their own is not meant.
func above(u usage, quotas []project.Quota, in NewLimit) []string {
	if in.Subject != project.EachPerson || in.Limit == nil {
		return nil
	}
	owns := slices.DeleteFunc(slices.Clone(quotas), func(q project.Quota) bool { return q.Subject == project.EachPerson })
	var ids []string
	for id, has := range u.of {
		own := policy.ApplicableTo(id, owns).Person.Of(in.What)
		if own == nil && has.Of(in.What) > *in.Limit {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
