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

// Discord tells a bot of its kind about those who leave only with an intent that
// few installations have. So the engine looks: each grantee every lookEvery, at
// most looks of them in one sweep, as each is a question to Discord.
const (
	lookEvery = time.Hour
	looks     = 50
)

// leftTheServer is the reason in the audit.
const leftTheServer = "left the server"

// formerMember is somebody who is not in a guild any more, or is in it anew.
type formerMember struct {
	GuildID string
	UserID  string
	At      time.Time  // when Discord was asked: what they got since stays
	Back    *time.Time // when they joined anew; nil where they are away
}

// lookFor asks who somebody is in a guild now. Nil for the person: they are not in
// it. What they had as another member than they are now is that of the former one.
func (o *Orchestrator) lookFor(ctx context.Context, guildID, userID string) (*formerMember, *project.Person, error) {
	at, err := o.store.Now(ctx)
	if err != nil {
		return nil, nil, err
	}
	guild, err := o.store.Guild(ctx, guildID)
	if err != nil {
		return nil, nil, err
	}
	former := &formerMember{GuildID: guildID, UserID: userID, At: at}
	p, err := o.members.Member(ctx, guild, userID)
	switch {
	case errors.Is(err, ErrNotMember):
		return former, nil, nil
	case err != nil:
		return nil, nil, fmt.Errorf("ask who %s is in the guild now: %w", userID, err)
	}
	former.Back = &p.JoinedAt
	return former, &p, nil
}

// Person says who somebody is in a guild now.
func (o *Orchestrator) Person(ctx context.Context, guildID, userID string) (policy.Person, error) {
	former, p, err := o.lookFor(ctx, guildID, userID)
	switch {
	case err != nil:
		return policy.Person{}, usererr.New(usererr.Unavailable, "Discord did not say whether you are in the server. Nothing was done. Try again in a minute.").Wrap(err)
	case p == nil:
		denied := usererr.New(usererr.Denied, "You are not in that server any more. Nothing was done.")
		return policy.Person{}, denied.Wrap(o.memberLeft(ctx, *former))
	}
	return *p, nil
}

// memberLeft takes from somebody who left a guild what they had there: requests
// that are not decided, and grants. It locks them in the order of who decides.
func (o *Orchestrator) memberLeft(ctx context.Context, who formerMember) error {
	err := o.store.InTx(ctx, func(tx *store.Tx) error {
		requests, err := tx.CancelRequestsOf(ctx, who.GuildID, who.UserID, store.Engine, leftTheServer, who.At, who.Back)
		if err != nil {
			return err
		}
		for _, r := range requests {
			p, err := tx.Project(ctx, r.ProjectID)
			if err != nil {
				return err
			}
			if err := auditRequest(ctx, tx, engineRequest(who.GuildID), p, r, "request.cancel", leftTheServer); err != nil {
				return err
			}
			if err := oweRequest(ctx, tx, r); err != nil {
				return err
			}
		}
		grants, err := tx.RevokeGrantsOf(ctx, who.GuildID, who.UserID, store.Engine, who.At, who.Back)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if err := auditGrantEnd(ctx, tx, g, "grant.revoke", leftTheServer); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take what a former member had: %w", err)
	}
	return nil
}

// lookAfterGrantees takes from those who left their guild what they had there. One
// whom Discord cannot be asked about does not keep the others from being looked at.
func (o *Orchestrator) lookAfterGrantees(ctx context.Context) error {
	due, err := o.store.LookAtGrantees(ctx, lookEvery, looks)
	errs := []error{err}
	for _, who := range due {
		former, _, err := o.lookFor(ctx, who.GuildID, who.UserID)
		if err == nil {
			err = o.memberLeft(ctx, *former)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
