package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Revocation is what Revoke is asked for.
type Revocation struct {
	Project string // slug
	UserID  string // of a member
	RoleID  string // of a role
	Reason  string
}

// Revoked is what Revoke has taken.
type Revoked struct {
	Grants []project.Grant
	// Sessions are the ids of those with an approval that no longer counts.
	Sessions []string
}

// Revoke takes what a member, or a role, was granted in a project. Deployments
// that were approved are left alone: who approved is looked at when one starts.
func (o *Orchestrator) Revoke(ctx context.Context, req Request, in Revocation) (Revoked, error) {
	whose := policy.Grantee{Person: policy.Person{UserID: in.UserID}, RoleID: in.RoleID}
	var done Revoked
	err := o.inTx(ctx, req, func(tx *store.Tx) error {
		done = Revoked{}
		scope, err := o.lockProject(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		if err := scope.MayRevoke(req.Person, whose); err != nil {
			return err
		}
		for _, g := range scope.GrantsTo(whose) {
			if !g.ActiveAt(tx.Now) {
				continue
			}
			if err := tx.RevokeGrant(ctx, g.ID, req.Person.UserID); err != nil {
				return err
			}
			done.Grants = append(done.Grants, g)
		}
		if len(done.Grants) == 0 {
			return usererr.New(usererr.Conflict, "%s has no access to `%s` by a grant to them alone. Nothing was changed.", mentionOf(in.UserID, in.RoleID), scope.Project.Slug)
		}
		if done.Sessions, err = voided(ctx, tx, scope); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "grant.revoke", Subject: "project/" + scope.Project.Slug,
			Before: auditedGrants(done.Grants), Reason: in.Reason, InteractionID: req.InteractionID})
	})
	return done, err
}

// voided are the sessions of the project with an approval that counted before the
// transaction and does not now.
func voided(ctx context.Context, tx *store.Tx, before policy.Scope) ([]string, error) {
	after, err := scopeOf(ctx, tx, before.Project.ID)
	if err != nil {
		return nil, err
	}
	open, err := tx.OpenApprovals(ctx, before.Project.ID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range open {
		approval := []session.Approval{{Person: a.Person}}
		lost := len(before.Standing(approval, a.Requester)) > len(after.Standing(approval, a.Requester))
		if lost && (len(ids) == 0 || ids[len(ids)-1] != a.SessionID) {
			ids = append(ids, a.SessionID)
		}
	}
	return ids, nil
}

func mentionOf(userID, roleID string) string {
	if roleID != "" {
		return "<@&" + roleID + ">"
	}
	return "<@" + userID + ">"
}
