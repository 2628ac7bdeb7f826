package orchestrator

import (
	"context"
	"errors"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// ApproveRequest grants what somebody asked for, beside what they have for longer.
// It may end earlier than asked for: what is returned says when, and why.
func (o *Orchestrator) ApproveRequest(ctx context.Context, req Request, id int64) (Granted, error) {
	former, err := o.whoAsked(ctx, req.GuildID, id)
	if err != nil {
		return Granted{}, err
	}
	var done Granted
	err = o.onRequest(ctx, req, id, func(c *decision) error {
		if err := c.scope.MayDecide(req.Person, c.r, true); err != nil {
			return err
		}
		if former != nil {
			return c.left(ctx)
		}
		done = Granted{}
		return c.approve(ctx, &done)
	})
	if err == nil && former != nil {
		if err := o.memberLeft(ctx, *former); err != nil {
			return done, err
		}
		return done, usererr.New(usererr.Conflict, "<@%s> left the server after asking, so the request is cancelled. Nothing was granted.", former.UserID)
	}
	return done, err
}

// whoAsked reports who asked where they are gone since; nil where they are not, or
// where there is nothing to decide.
func (o *Orchestrator) whoAsked(ctx context.Context, guildID string, id int64) (*formerMember, error) {
	r, err := o.store.Request(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (r.GuildID != guildID || r.State != project.RequestPending) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	former, p, err := o.lookFor(ctx, guildID, r.UserID)
	if err != nil {
		return nil, usererr.New(usererr.Unavailable, "Discord did not say whether <@%s> is still in this server. Nothing was decided. Try again in a minute.", r.UserID).Wrap(err)
	}
	if p != nil && (r.MemberSince == nil || r.MemberSince.Equal(p.JoinedAt)) {
		return nil, nil
	}
	return former, nil
}

// approve grants what was asked for, and tells who asked.
func (c *decision) approve(ctx context.Context, done *Granted) error {
	if err := c.scope.RequireOpen(); err != nil {
		return err
	}
	g := project.Grant{GuildID: c.r.GuildID, ProjectID: c.r.ProjectID, UserID: c.r.UserID, Level: c.r.Level, Reason: c.r.Reason, MemberSince: c.r.MemberSince,
		GrantedBy: c.req.Person.UserID, GrantedAt: c.tx.Now, ChannelID: c.r.AskedIn}
	g.ExpiresAt, done.Limit = c.scope.GrantEnd(c.req.Person, c.r.Life)
	for _, held := range c.scope.GrantsTo(policy.Asker(c.r)) {
		switch active := held.ActiveAt(c.tx.Now); {
		case active && held.Covers(g):
			return usererr.New(usererr.Conflict, "<@%s> has `%s` in `%s` already, %s. Nothing was changed. Decline the request, or let them cancel it.", c.r.UserID, held.Level, c.scope.Project.Slug, policy.Until(held.ExpiresAt))
		case !active || g.Covers(held):
			if err := c.tx.RevokeGrant(ctx, held.ID, c.req.Person.UserID); err != nil {
				return err
			}
			if active {
				done.Before = append(done.Before, held)
			}
		}
	}
	var err error
	if done.Grant, err = c.tx.AddGrant(ctx, g); err != nil {
		return err
	}
	if err := c.o.granted(ctx, c.tx, c.req, c.scope.Project, *done); err != nil {
		return err
	}
	c.r.GrantID = &done.Grant.ID
	if err := c.decide(ctx, project.RequestApproved, ""); err != nil {
		return err
	}
	return c.tell(ctx)
}

// DeclineRequest refuses what somebody asked for. A reason is not needed.
func (o *Orchestrator) DeclineRequest(ctx context.Context, req Request, id int64, reason string) error {
	return o.onRequest(ctx, req, id, func(c *decision) error {
		if err := c.scope.MayDecide(req.Person, c.r, false); err != nil {
			return err
		}
		if err := c.decide(ctx, project.RequestDeclined, reason); err != nil {
			return err
		}
		return c.tell(ctx)
	})
}

// MayDecide refuses whoever may not decline a request, before a form is opened in
// vain.
func (o *Orchestrator) MayDecide(ctx context.Context, req Request, id int64) error {
	req.InteractionID = "" // the form that follows is another
	return o.onRequest(ctx, req, id, func(c *decision) error { return c.scope.MayDecide(req.Person, c.r, false) })
}

// tell owes who asked what became of it.
func (c *decision) tell(ctx context.Context) error {
	return c.tx.Owe(ctx, store.Post{GuildID: c.r.GuildID, Lane: store.PersonLane(c.r.UserID), Kind: store.PostDecided, RequestID: &c.r.ID, UserID: c.r.UserID})
}

// left cancels the request of somebody who is no longer there.
func (c *decision) left(ctx context.Context) error {
	c.req = engineRequest(c.r.GuildID)
	return c.decide(ctx, project.RequestCancelled, leftTheServer)
}
