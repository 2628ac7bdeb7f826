// Package orchestrator is the engine's use cases, one file each: start a
// session, add a resource, validate, plan, approve, apply, cancel, expire,
// grant. A use case is one transaction that locks the session, fires its event,
// saves it, writes the audit row, owes Discord its posts and queues its jobs.
//
// The package must not know Discord's API or how Terraform is run: it is called
// with who asks, and answers with values or errors that people may read.
package orchestrator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/jobs"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Orchestrator carries out the use cases. Any number of processes may have one
// on the same database.
type Orchestrator struct {
	store    *store.Store
	modules  *catalog.Catalog                // as they were read
	catalog  atomic.Pointer[catalog.Catalog] // the same, with what providers said of their regions
	queue    *river.Client[pgx.Tx]           // inserts only
	members  Members
	policies string
	profiles credentials.Profiles
	lives    session.Lives
	keep     Retention
	lease    time.Duration
	settings map[string]any
	log      *slog.Logger
}

// Options are what New needs.
type Options struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Queue   *river.Client[pgx.Tx]
	Members Members
	// Policies is the hash of the policies that plans are judged by here. A plan that
	// was judged by others is made again.
	Policies string
	// Profiles are the credentials profiles of this host: those of every host are
	// to be the same.
	Profiles credentials.Profiles
	Lives    session.Lives
	Keep     Retention
	// Lease is for how long a host holds its runs without being heard of; 0: the
	// default.
	Lease time.Duration
	// ModuleSettings fill module variables that nobody is asked for.
	ModuleSettings map[string]any
	Logger         *slog.Logger
}

// defaultLease is longer than a restart of the engine takes: whoever says nothing
// for two minutes has not merely been restarted.
const defaultLease = 2 * time.Minute

// New returns an orchestrator.
func New(o Options) *Orchestrator {
	out := &Orchestrator{store: o.Store, modules: o.Catalog, queue: o.Queue, members: o.Members, policies: o.Policies, profiles: o.Profiles, lives: o.Lives, keep: o.Keep, lease: cmp.Or(o.Lease, defaultLease), settings: o.ModuleSettings, log: o.Logger}
	out.catalog.Store(o.Catalog)
	return out
}

// Catalog is what can be deployed, as it is known now.
func (o *Orchestrator) Catalog() *catalog.Catalog { return o.catalog.Load() }

// UsePlaces takes up what providers said of their regions, by provider.
func (o *Orchestrator) UsePlaces(found map[string][]catalog.Place) {
	o.catalog.Store(o.modules.With(found))
}

// Request says who asks, where, and by which interaction.
type Request struct {
	GuildID       string
	Person        policy.Person
	InteractionID string // empty for what did not come from Discord
}

// inTx is a use case's transaction: an interaction is handled in it, once.
func (o *Orchestrator) inTx(ctx context.Context, req Request, fn func(tx *store.Tx) error) error {
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		if req.InteractionID != "" {
			if err := tx.HandleOnce(ctx, req.InteractionID, req.GuildID); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// change is one session being changed in a transaction.
type change struct {
	o     *Orchestrator
	tx    *store.Tx
	req   Request
	was   session.State
	s     session.Session
	stack project.Stack
	scope policy.Scope
	// reason is what the person said about it, for the audit.
	reason string
}

// onSession locks a session of the guild and runs fn on it, in a transaction.
func (o *Orchestrator) onSession(ctx context.Context, req Request, id string, fn func(c *change) error) error {
	return o.inTx(ctx, req, func(tx *store.Tx) error {
		c, err := o.lock(ctx, tx, req, id)
		if err != nil {
			return err
		}
		return fn(c)
	})
}

func (o *Orchestrator) lock(ctx context.Context, tx *store.Tx, req Request, id string) (*change, error) {
	s, stack, err := tx.LockSession(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.GuildID != req.GuildID {
		return nil, usererr.New(usererr.NotFound, "There is no deployment %s here. `/cloud-list` shows yours.", quote(id))
	}
	if err != nil {
		return nil, err
	}
	scope, err := scopeOf(ctx, tx, s.ProjectID)
	if err != nil {
		return nil, err
	}
	return &change{o: o, tx: tx, req: req, was: s.State, s: s, stack: stack, scope: scope}, nil
}

// engineRequest is how the engine itself acts in a guild.
func engineRequest(guildID string) Request {
	return Request{GuildID: guildID, Person: policy.Person{UserID: store.Engine}}
}

func scopeOf(ctx context.Context, tx *store.Tx, projectID int64) (policy.Scope, error) {
	p, err := tx.Project(ctx, projectID)
	if err != nil {
		return policy.Scope{}, fmt.Errorf("read project: %w", err)
	}
	grants, err := tx.GrantsOf(ctx, projectID)
	if err != nil {
		return policy.Scope{}, err
	}
	return policy.Scope{Project: p, Grants: grants, Now: tx.Now}, nil
}

func (o *Orchestrator) moment(tx *store.Tx) session.Moment {
	return session.Moment{Now: tx.Now, Lives: o.lives}
}

func (c *change) at() session.Moment { return c.o.moment(c.tx) }

// save writes the session, its audit row and the lobby that is owed.
func (c *change) save(ctx context.Context, action string, detail any) error {
	if c.req.Person.UserID == c.s.Requester {
		c.s.RequesterAs = c.req.Person
	}
	saved, err := c.tx.SaveSession(ctx, c.s)
	if err != nil {
		return err
	}
	c.s = saved
	if err := c.audit(ctx, action, detail); err != nil {
		return err
	}
	return c.oweLobby(ctx)
}

func (c *change) audit(ctx context.Context, action string, detail any) error {
	return c.tx.Audit(ctx, store.Entry{
		GuildID: c.s.GuildID, Actor: c.req.Person.UserID, Action: action, Subject: "session/" + c.s.ID,
		Before:        map[string]any{"state": c.was},
		After:         map[string]any{"state": c.s.State, "generation": c.s.Generation, "detail": detail},
		InteractionID: c.req.InteractionID, Reason: c.reason,
	})
}

func (c *change) oweLobby(ctx context.Context) error {
	return c.tx.Owe(ctx, store.Post{GuildID: c.s.GuildID, Lane: store.LobbyLane(c.s.ID), Kind: store.PostLobby, SessionID: c.s.ID})
}

// queueRun inserts a run of the session and the job that drives it.
func (c *change) queueRun(ctx context.Context, kind store.RunKind) (store.Run, error) {
	run, err := c.tx.InsertRun(ctx, store.Run{GuildID: c.s.GuildID, SessionID: c.s.ID, StackID: c.s.StackID, Kind: kind, Generation: c.s.Generation})
	if err != nil {
		return store.Run{}, err
	}
	return run, c.o.drive(ctx, c.tx, run, jobs.QueueRuns)
}

// drive queues the job that drives a run.
func (o *Orchestrator) drive(ctx context.Context, tx *store.Tx, run store.Run, queue string) error {
	var args river.JobArgs = jobs.Plan{RunID: run.ID}
	if run.Kind == store.RunApply {
		args = jobs.Apply{RunID: run.ID}
	}
	if _, err := o.queue.InsertTx(ctx, tx.Tx, args, &river.InsertOpts{Queue: queue}); err != nil {
		return fmt.Errorf("queue run %d: %w", run.ID, err)
	}
	return nil
}

// dropRun ends a run whose session has gone on without it.
func (c *change) dropRun(ctx context.Context, status store.RunStatus) error {
	if c.s.RunID == 0 {
		return nil
	}
	run, err := c.tx.LockRun(ctx, c.s.RunID)
	if err != nil {
		return fmt.Errorf("lock run: %w", err)
	}
	// A lost apply is not the session's to end: its host may be at work.
	if run.Status.Ended() || run.Status == store.RunLost {
		return nil
	}
	return c.tx.EndRun(ctx, run.ID, status, nil)
}

// sawNewest refuses a click on an older picture of the plan.
func (c *change) sawNewest(seen int) error {
	if seen == c.s.Generation {
		return nil
	}
	return usererr.New(usererr.Stale, "The plan changed since you looked at it. Nothing was done. Look at the lobby again, then decide.")
}

// wrongState says why an event does not fit the session as it is now.
func (c *change) wrongState(verb string) error {
	var why string
	switch c.s.State {
	case session.Applied:
		why = "it was applied already. Start a new one with `/cloud-deploy`."
	case session.Cancelled:
		why = "it was cancelled. Start a new one with `/cloud-deploy`."
	case session.Expired:
		why = "it expired. Start a new one with `/cloud-deploy`."
	case session.Applying:
		why = "it is being applied. Wait for its end, or cancel it."
	case session.Approved:
		why = "it is approved and about to be applied. Cancel it first."
	case session.Validating, session.Planning:
		why = "its plan is being made. Wait for it."
	case session.Failed:
		why = "it failed. Press **Plan again** first."
	default:
		why = "there is no plan yet. Add a resource first."
	}
	return usererr.New(usererr.Conflict, "This deployment cannot be %s: %s Nothing was changed.", verb, why)
}
