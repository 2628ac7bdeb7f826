package orchestrator

import (
	"context"
	"errors"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// NewRequest is what RequestAccess is asked for.
type NewRequest struct {
	Project   string // slug
	Level     string
	Life      time.Duration // 0: as the project has it
	Reason    string
	ChannelID string // where it is asked
}

// How many of a project's admins are pinged about a request.
const (
	mostPinged      = 5
	mostPingedRoles = 2
)

// pingEvery is how often one person's requests ping the admins of a project: who
// asks and cancels over and over shall not wake them each time.
const pingEvery = 10 * time.Minute

// PendingError: the person asked already, and nobody has decided.
type PendingError struct {
	ID   int64
	said *usererr.Error
}

func (e *PendingError) Error() string { return e.said.Error() }

// Unwrap is what people may read of it.
func (e *PendingError) Unwrap() error { return e.said }

// RequestAccess asks the admins of a project for a level in it. The request is
// posted where they see it.
func (o *Orchestrator) RequestAccess(ctx context.Context, req Request, in NewRequest) (project.AccessRequest, error) {
	level, err := parseLevel(in.Level)
	if err != nil {
		return project.AccessRequest{}, err
	}
	if in.Reason == "" {
		return project.AccessRequest{}, usererr.New(usererr.Invalid, "Say why: those who decide read it. Nothing was asked for.")
	}
	guild, err := o.store.Guild(ctx, req.GuildID)
	if err != nil {
		return project.AccessRequest{}, err
	}
	var r project.AccessRequest
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.lockProject(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		if err := scope.MayRequest(req.Person, level, in.Life); err != nil {
			return err
		}
		if err := noneIsPending(ctx, tx, scope.Project, req.Person.UserID); err != nil {
			return err
		}
		quiet, err := tx.AskedSince(ctx, scope.Project.ID, req.Person.UserID, tx.Now.Add(-pingEvery))
		if err != nil {
			return err
		}
		joined := req.Person.JoinedAt
		r, err = tx.InsertRequest(ctx, project.AccessRequest{
			GuildID: req.GuildID, ProjectID: scope.Project.ID, UserID: req.Person.UserID, MemberSince: &joined, Level: level, Life: in.Life,
			Reason: in.Reason, AskedIn: in.ChannelID, ChannelID: requestsChannel(guild, scope.Project, in.ChannelID),
		})
		if err != nil {
			return err
		}
		if err := auditRequest(ctx, tx, req, scope.Project, r, "request.create", in.Reason); err != nil {
			return err
		}
		if quiet {
			return oweRequest(ctx, tx, r)
		}
		return tx.Owe(ctx, store.Post{GuildID: r.GuildID, Lane: store.RequestLane(r.ID), Kind: store.PostRequest, RequestID: &r.ID,
			MentionUsers: first(scope.Members(project.Admin), mostPinged), MentionRoles: first(scope.Roles(project.Admin), mostPingedRoles)})
	})
	return r, err
}

func first(ids []string, most int) []string { return ids[:min(len(ids), most)] }

// RequestsChannel is where a request would be posted.
func (o *Orchestrator) RequestsChannel(ctx context.Context, req Request, in NewRequest) (string, error) {
	guild, err := o.store.Guild(ctx, req.GuildID)
	if err != nil {
		return "", err
	}
	var where string
	err = o.store.InTx(ctx, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, in.Project)
		where = requestsChannel(guild, scope.Project, in.ChannelID)
		return err
	})
	return where, err
}

// requestsChannel is where a request is posted: where the guild wants it, else
// where the project lives, else where it was asked.
func requestsChannel(guild project.Guild, p project.Project, asked string) string {
	switch {
	case guild.RequestsChannel != "":
		return guild.RequestsChannel
	case len(p.Rules.Channels) > 0:
		return p.Rules.Channels[0]
	}
	return asked
}

func noneIsPending(ctx context.Context, tx *store.Tx, p project.Project, userID string) error {
	pending, err := tx.PendingRequest(ctx, p.ID, userID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return &PendingError{ID: pending.ID, said: usererr.New(usererr.Conflict, "You asked for `%s` in `%s` <t:%d:R>, and nobody has decided yet. Nothing more was asked for. Cancel that request to ask for something else.",
		pending.Level, p.Slug, pending.CreatedAt.Unix())}
}

func auditRequest(ctx context.Context, tx *store.Tx, req Request, p project.Project, r project.AccessRequest, action, reason string) error {
	after := map[string]any{"request": r.ID, "user": r.UserID, "level": r.Level.String(), "state": r.State}
	if r.Life > 0 {
		after["for"] = r.Life.String()
	}
	return tx.Audit(ctx, store.Entry{GuildID: r.GuildID, Actor: req.Person.UserID, Action: action, Subject: "project/" + p.Slug,
		After: after, Reason: reason, InteractionID: req.InteractionID})
}

// CancelRequest takes back what the person asked for.
func (o *Orchestrator) CancelRequest(ctx context.Context, req Request, id int64) error {
	return o.onRequest(ctx, req, id, func(c *decision) error {
		if req.Person.UserID != c.r.UserID {
			return usererr.New(usererr.Denied, "<@%s> asked for this. Nothing was changed. Decline it if it is not to be granted.", c.r.UserID)
		}
		return c.decide(ctx, project.RequestCancelled, "")
	})
}

// AccessRequest is a request with all that its message shows.
type AccessRequest struct {
	project.AccessRequest
	Project project.Project
	Grant   *project.Grant // what came of it, once it is approved
}

// AccessRequest reads a request for its message, as it is now.
func (o *Orchestrator) AccessRequest(ctx context.Context, id int64) (AccessRequest, error) {
	var v AccessRequest
	err := o.store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		v = AccessRequest{AccessRequest: r}
		if v.Project, err = tx.Project(ctx, r.ProjectID); err != nil || r.GrantID == nil {
			return err
		}
		g, err := tx.Grant(ctx, *r.GrantID)
		v.Grant = &g
		return err
	})
	return v, err
}

// decision is one request being decided on in a transaction.
type decision struct {
	o     *Orchestrator
	tx    *store.Tx
	req   Request
	r     project.AccessRequest
	scope policy.Scope
}

// onRequest locks a request of the guild that is not decided, and runs fn on it in
// a transaction.
func (o *Orchestrator) onRequest(ctx context.Context, req Request, id int64, fn func(c *decision) error) error {
	seen, err := o.store.Request(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && seen.GuildID != req.GuildID {
		return usererr.New(usererr.NotFound, "There is no such request here. Nothing was changed.")
	}
	if err != nil {
		return err
	}
	return o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := lockScope(ctx, tx, seen.ProjectID)
		if err != nil {
			return err
		}
		r, err := tx.LockRequest(ctx, id)
		if err != nil {
			return err
		}
		if r.State != project.RequestPending {
			return decidedAlready(r)
		}
		return fn(&decision{o: o, tx: tx, req: req, r: r, scope: scope})
	})
}

// decidedAlready says who was first.
func decidedAlready(r project.AccessRequest) error {
	verb := map[project.RequestState]string{project.RequestApproved: "approved", project.RequestDeclined: "declined", project.RequestCancelled: "cancelled"}[r.State]
	who := "<@" + *r.DecidedBy + ">"
	if *r.DecidedBy == store.Engine {
		who = "the engine, as <@" + r.UserID + "> left the server"
	}
	return usererr.New(usererr.Conflict, "This request was %s <t:%d:R> by %s. Nothing more was done.", verb, r.DecidedAt.Unix(), who)
}

// decide ends the request, and owes its message anew.
func (c *decision) decide(ctx context.Context, state project.RequestState, said string) error {
	c.r.State, c.r.DecidedBy, c.r.DecidedAt, c.r.Decision = state, &c.req.Person.UserID, &c.tx.Now, said
	if err := c.tx.DecideRequest(ctx, c.r); err != nil {
		return err
	}
	action := map[project.RequestState]string{project.RequestApproved: "request.approve", project.RequestDeclined: "request.decline", project.RequestCancelled: "request.cancel"}[state]
	if err := auditRequest(ctx, c.tx, c.req, c.scope.Project, c.r, action, said); err != nil {
		return err
	}
	return oweRequest(ctx, c.tx, c.r)
}

// oweRequest posts or redraws a request's message, and pings nobody.
func oweRequest(ctx context.Context, tx *store.Tx, r project.AccessRequest) error {
	return tx.Owe(ctx, store.Post{GuildID: r.GuildID, Lane: store.RequestLane(r.ID), Kind: store.PostRequest, RequestID: &r.ID})
}
