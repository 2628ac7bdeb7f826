package orchestrator

import (
	"context"
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// NewGrant is what Grant is asked for: something for a member, or for whoever has
// a role.
type NewGrant struct {
	Project string // slug
	UserID  string
	RoleID  string
	// MemberSince is when the member joined the guild; nil where that is not known.
	MemberSince *time.Time
	Bot         bool // the user is a bot, or the role one that Discord gives and takes by itself
	Absent      bool // the user is not in the guild
	Level       string
	Life        time.Duration // 0: as the project has it
	Reason      string
	ChannelID   string // where it is given
}

// Granted is what Grant has given.
type Granted struct {
	project.Grant
	Limit  policy.Limit    // what decided its end
	Before []project.Grant // in the place of which it is
}

// Grant gives somebody, or whoever has a role, a level in a project, in place of
// what they had. It may end earlier than asked for: what is returned says when,
// and why.
func (o *Orchestrator) Grant(ctx context.Context, req Request, in NewGrant) (Granted, error) {
	level, err := parseLevel(in.Level)
	if err != nil {
		return Granted{}, err
	}
	if err := mayReceive(req.GuildID, in); err != nil {
		return Granted{}, err
	}
	to := policy.Grantee{Person: policy.Person{UserID: in.UserID}, RoleID: in.RoleID}
	var done Granted
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.lockProject(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		if err := scope.MayGrant(req.Person, to, level); err != nil {
			return err
		}
		done = Granted{Before: slices.DeleteFunc(scope.GrantsTo(to), func(g project.Grant) bool { return !g.ActiveAt(tx.Now) })}
		g := project.Grant{GuildID: req.GuildID, ProjectID: scope.Project.ID, UserID: in.UserID, RoleID: in.RoleID, Level: level, Reason: in.Reason,
			MemberSince: in.MemberSince, GrantedBy: req.Person.UserID, GrantedAt: tx.Now, ChannelID: in.ChannelID}
		g.ExpiresAt, done.Limit = scope.GrantEnd(req.Person, in.Life)
		if done.Grant, err = tx.PutGrant(ctx, g); err != nil {
			return err
		}
		return o.granted(ctx, tx, req, scope.Project, done)
	})
	return done, err
}

// granted writes the audit row of a new grant, and owes the announcement of its
// end.
func (o *Orchestrator) granted(ctx context.Context, tx *store.Tx, req Request, p project.Project, done Granted) error {
	err := tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "grant.create", Subject: "project/" + p.Slug,
		Before: auditedGrants(done.Before), After: auditedGrant(done.Grant), Reason: done.Reason, InteractionID: req.InteractionID})
	if err != nil {
		return err
	}
	return oweEnding(ctx, tx, done.Grant)
}

// auditedGrant is a grant as the audit shows it.
func auditedGrant(g project.Grant) map[string]any {
	v := map[string]any{"level": g.Level.String(), "expires_at": g.ExpiresAt}
	if g.RoleID != "" {
		v["role"] = g.RoleID
	} else {
		v["user"] = g.UserID
	}
	return v
}

func auditedGrants(grants []project.Grant) any {
	if len(grants) == 0 {
		return nil
	}
	var list []map[string]any
	for _, g := range grants {
		list = append(list, auditedGrant(g))
	}
	return list
}

func parseLevel(name string) (project.Level, error) {
	level, err := project.ParseLevel(name)
	if err != nil {
		return level, usererr.New(usererr.Invalid, "There is no level %s. Nothing was changed. Choose `view`, `deploy`, `approve` or `admin`.", quote(name)).Wrap(err)
	}
	return level, nil
}

// mayReceive refuses whom nothing can be granted to.
func mayReceive(guildID string, in NewGrant) error {
	switch {
	case in.UserID == "" && in.RoleID == "":
		return usererr.New(usererr.Invalid, "Nobody was chosen. Nothing was changed. Pick somebody of this server, or a role.")
	case in.RoleID == guildID: // Discord's id of @everyone
		return usererr.New(usererr.Invalid, "A grant to @everyone would be to whoever joins the server. Nothing was changed. Choose a role that somebody gives, or a person.")
	case in.RoleID != "" && in.Bot:
		return usererr.New(usererr.Invalid, "<@&%s> is given and taken by Discord or by a bot, not by people. Nothing was changed. Choose another role.", in.RoleID)
	case in.Bot:
		return usererr.New(usererr.Invalid, "Bots cannot press buttons, so a grant to one does nothing. Nothing was changed. Choose a person.")
	case in.Absent:
		return usererr.New(usererr.Invalid, "<@%s> is not in this server. Nothing was changed. Choose somebody who is.", in.UserID)
	}
	return nil
}

// lockProject finds a guild's project and locks it, so that two who decide about
// access do so one after the other, each on what then holds. Grants whose time is
// over are ended first, by the engine.
func (o *Orchestrator) lockProject(ctx context.Context, tx *store.Tx, req Request, slug string) (policy.Scope, error) {
	found, err := o.projectScope(ctx, tx, req, slug)
	if err != nil {
		return policy.Scope{}, err
	}
	return lockScope(ctx, tx, found.Project.ID)
}

func lockScope(ctx context.Context, tx *store.Tx, projectID int64) (policy.Scope, error) {
	if err := tx.LockProject(ctx, projectID); err != nil {
		return policy.Scope{}, err
	}
	if _, err := endGrants(ctx, tx, projectID); err != nil {
		return policy.Scope{}, err
	}
	return scopeOf(ctx, tx, projectID)
}
