package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// warnBefore is how long before its end a grant's end is announced; of a short
// one, when half of it is left.
const warnBefore = 10 * time.Minute

// oweEnding owes the announcement of a grant's end.
func oweEnding(ctx context.Context, tx *store.Tx, g project.Grant) error {
	if g.ExpiresAt == nil {
		return nil
	}
	life := g.ExpiresAt.Sub(tx.Now)
	post := store.Post{GuildID: g.GuildID, Lane: store.EndingLane(g.ID), Kind: store.PostEnding, GrantID: &g.ID, UserID: g.UserID}
	return tx.OweIn(ctx, post, max(life-warnBefore, life/2))
}

// Ending is a grant that is about to end.
type Ending struct {
	project.Grant
	Project project.Project
	// Tell: there is something to tell. Nobody is told of what was revoked, or has
	// something in its place that lasts longer.
	Tell bool
	// Channel is where it is told to those who cannot be written to; empty where no
	// channel is known.
	Channel string
}

// Ending reads a grant for the announcement of its end, as it is now.
func (o *Orchestrator) Ending(ctx context.Context, grantID int64) (Ending, error) {
	var e Ending
	err := o.store.InTx(ctx, func(tx *store.Tx) error {
		g, err := tx.Grant(ctx, grantID)
		if err != nil {
			return err
		}
		scope, err := scopeOf(ctx, tx, g.ProjectID)
		if err != nil {
			return err
		}
		e = Ending{Grant: g, Project: scope.Project, Tell: g.ActiveAt(tx.Now) && g.ExpiresAt != nil && g.WarnedAt == nil && scope.RequireOpen() == nil}
		for _, other := range scope.GrantsTo(policy.Grantee{Person: policy.Person{UserID: g.UserID}, RoleID: g.RoleID}) {
			if other.ID != g.ID && other.ActiveAt(tx.Now) && other.Covers(g) {
				e.Tell = false
			}
		}
		return nil
	})
	if err != nil {
		return Ending{}, err
	}
	guild, err := o.store.Guild(ctx, e.GuildID)
	if err != nil {
		return Ending{}, err
	}
	switch {
	case len(e.Project.Rules.Channels) > 0:
		e.Channel = e.Project.Rules.Channels[0]
	case e.ChannelID != "":
		e.Channel = e.ChannelID
	default:
		e.Channel = guild.RequestsChannel
	}
	return e, nil
}

// AskAgain reads the grant that somebody wants again. It must have been theirs.
func (o *Orchestrator) AskAgain(ctx context.Context, userID string, grantID int64) (Ending, error) {
	e, err := o.Ending(ctx, grantID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Ending{}, fmt.Errorf("read a grant: %w", err)
	}
	if e.UserID == "" || e.UserID != userID {
		return Ending{}, usererr.New(usererr.Denied, "This is about somebody else's access. Nothing was done. `/cloud-request` asks for yours.")
	}
	return e, nil
}

// endGrants writes down that grants are over (of a project; 0: of all), each once.
// Nothing depends on it: what a grant permits is decided by the clock.
func endGrants(ctx context.Context, tx *store.Tx, projectID int64) (ended int, err error) {
	grants, err := tx.EndGrants(ctx, projectID, sweepBatch)
	if err != nil {
		return 0, err
	}
	for _, g := range grants {
		if err := auditGrantEnd(ctx, tx, g, "grant.expire", ""); err != nil {
			return 0, err
		}
	}
	return len(grants), nil
}

// auditGrantEnd says that the engine has seen a grant end.
func auditGrantEnd(ctx context.Context, tx *store.Tx, g project.Grant, action, reason string) error {
	p, err := tx.Project(ctx, g.ProjectID)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, store.Entry{GuildID: g.GuildID, Actor: store.Engine, Action: action, Subject: "project/" + p.Slug, Before: auditedGrant(g), Reason: reason})
}

// sweepGrants writes down every grant that is over.
func (o *Orchestrator) sweepGrants(ctx context.Context) error {
	for {
		var ended int
		err := o.store.InTx(ctx, func(tx *store.Tx) (err error) {
			ended, err = endGrants(ctx, tx, 0)
			return err
		})
		if err != nil || ended < sweepBatch {
			return err
		}
	}
}
