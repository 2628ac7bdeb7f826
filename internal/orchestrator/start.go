package orchestrator

import (
	"context"
	"errors"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// DefaultStack is the stack of a project when none is named.
const DefaultStack = "main"

// NewSession is what StartSession is asked for.
type NewSession struct {
	Project   string // slug
	Provider  string // must be the project's; empty: whatever it is
	Stack     string // empty: DefaultStack
	Region    string // empty: the stack's, else the project's default
	ChannelID string // where the lobby opens
}

// StartSession opens a deployment of a stack, which need not exist yet. Its
// lobby is owed to the channel.
func (o *Orchestrator) StartSession(ctx context.Context, req Request, in NewSession) (session.Session, error) {
	if in.Stack == "" {
		in.Stack = DefaultStack
	}
	if !project.ValidSlug(in.Stack) {
		return session.Session{}, usererr.New(usererr.Invalid, "A stack cannot be called %s: expected %s. Nothing was started.", quote(in.Stack), project.SlugRule)
	}
	var s session.Session
	err := o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, in.Project)
		if err != nil {
			return err
		}
		if err := scope.Require(req.Person, project.Deploy); err != nil {
			return err
		}
		if in.Provider != "" && in.Provider != scope.Project.Provider {
			return usererr.New(usererr.Invalid, "Project `%s` is on provider `%s`, not on %s. Nothing was started. Leave `provider` out, or choose another project.",
				in.Project, scope.Project.Provider, quote(in.Provider))
		}
		stack, err := o.stackFor(ctx, tx, scope.Project, req, in)
		if err != nil {
			return err
		}
		s, err = o.insertSession(ctx, tx, req, scope.Project, stack, in.ChannelID)
		return err
	})
	return s, err
}

// projectScope finds a guild's project by its slug and what decides in it.
func (o *Orchestrator) projectScope(ctx context.Context, tx *store.Tx, req Request, slug string) (policy.Scope, error) {
	p, err := tx.ProjectBySlug(ctx, req.GuildID, strings.TrimSpace(slug))
	if errors.Is(err, store.ErrNotFound) {
		return policy.Scope{}, usererr.New(usererr.NotFound, "There is no project %s in this server. Nothing was changed. Pick one from the list that opens while you type, or ask somebody with Manage Server to run `/cloud-create-project`.", quote(slug))
	}
	if err != nil {
		return policy.Scope{}, err
	}
	return scopeOf(ctx, tx, p.ID)
}

// stackFor finds or creates the stack, in a region that is allowed.
func (o *Orchestrator) stackFor(ctx context.Context, tx *store.Tx, p project.Project, req Request, in NewSession) (project.Stack, error) {
	region := in.Region
	if region == "" {
		region = p.DefaultRegion
	}
	if err := o.checkRegion(p, region); err != nil {
		return project.Stack{}, err
	}
	stack, err := tx.EnsureStack(ctx, project.Stack{GuildID: p.GuildID, ProjectID: p.ID, Name: in.Stack, Region: region, CreatedBy: req.Person.UserID})
	if err != nil {
		return project.Stack{}, err
	}
	if in.Region == "" || stack.Region == in.Region {
		return stack, nil
	}
	if stack.Exists() {
		return project.Stack{}, usererr.New(usererr.Conflict, "Stack `%s` stands in `%s`: it cannot move to `%s`. Nothing was changed. Leave `region` out, or name a new stack.", stack.Name, stack.Region, in.Region)
	}
	busy, err := tx.OtherSessions(ctx, stack.ID, "", session.Draft, session.Validating, session.Planning, session.PlanReady, session.Approved, session.Applying, session.Failed)
	if err != nil {
		return project.Stack{}, err
	}
	if len(busy) > 0 {
		return project.Stack{}, usererr.New(usererr.Conflict, "Another deployment of `%s` is open in `%s`. Nothing was changed. Finish or cancel it first, leave `region` out, or name a new stack.", stack.Name, stack.Region)
	}
	stack.Region = in.Region
	return stack, tx.SetStackRegion(ctx, stack.ID, in.Region)
}

func (o *Orchestrator) insertSession(ctx context.Context, tx *store.Tx, req Request, p project.Project, stack project.Stack, channelID string) (session.Session, error) {
	s := session.New(usererr.Reference(), p, stack, req.Person.UserID, o.moment(tx))
	s.RequesterAs, s.ChannelID = req.Person, channelID
	inserted, err := tx.InsertSession(ctx, s)
	for errors.Is(err, store.ErrDuplicate) { // short ids are there for people, and meet now and then
		s.ID = usererr.Reference()
		inserted, err = tx.InsertSession(ctx, s)
	}
	if err != nil {
		return session.Session{}, err
	}
	s = inserted
	c := &change{o: o, tx: tx, req: req, s: s, stack: stack}
	if err := c.audit(ctx, "session.start", map[string]any{"project": p.Slug, "stack": stack.Name, "region": stack.Region}); err != nil {
		return session.Session{}, err
	}
	return s, c.oweLobby(ctx)
}
