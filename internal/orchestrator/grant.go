package orchestrator

import (
	"context"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// NewGrant is what Grant is asked for.
type NewGrant struct {
	Project string // slug
	UserID  string
	Bot     bool // the user is a bot
	Level   string
	Life    time.Duration // 0: until it is revoked
}

// Grant gives somebody a level in a project, in place of what they had. It may end
// earlier than asked for: with the giver's own. What is returned says when.
func (o *Orchestrator) Grant(ctx context.Context, req Request, in NewGrant) (project.Grant, error) {
	level, err := project.ParseLevel(in.Level)
	if err != nil {
		return project.Grant{}, usererr.New(usererr.Invalid, "There is no level %s. Nothing was changed. Choose `view`, `deploy`, `approve` or `admin`.", quote(in.Level)).Wrap(err)
	}
	if in.Bot {
		return project.Grant{}, usererr.New(usererr.Invalid, "Bots cannot press buttons, so a grant to one does nothing. Nothing was changed. Choose a person.")
	}
	var grant project.Grant
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		// Two who grant at once decide one after the other, each on what then holds.
		if err := tx.LockProject(ctx, scope.Project.ID); err != nil {
			return err
		}
		if scope, err = scopeOf(ctx, tx, scope.Project.ID); err != nil {
			return err
		}
		if err := scope.MayGrant(req.Person, policy.Grantee{Person: policy.Person{UserID: in.UserID}}, level); err != nil {
			return err
		}
		grant = project.Grant{GuildID: req.GuildID, ProjectID: scope.Project.ID, UserID: in.UserID, Level: level, GrantedBy: req.Person.UserID, GrantedAt: tx.Now}
		grant.ExpiresAt = scope.GrantEnd(req.Person, in.Life)
		if grant, err = tx.PutGrant(ctx, grant); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "grant.create", Subject: "project/" + in.Project,
			After: map[string]any{"user": in.UserID, "level": level.String(), "expires_at": grant.ExpiresAt}, InteractionID: req.InteractionID})
	})
	return grant, err
}
