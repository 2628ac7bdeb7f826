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
	Project   string   // slug
	Provider  string   // must be the project's; empty: whatever it is
	Stack     string   // empty: DefaultStack
	Regions   []string // none: the stack's, else the project's default; of a new stack the first is its own
	ChannelID string   // where the lobby opens
	// Tags go over those that the stack has; an empty value takes one away.
	Tags map[string]string
	// Destroy plans the destruction of all that the stack has, which must exist.
	Destroy bool
	// Once refuses with an OpenError where one of the stack is open that does the same:
	// destroys it, whoever opened that one, or changes it, of the same person.
	Once bool
}

// OpenError: a deployment that does the same is open.
type OpenError struct {
	Session session.Session
	said    *usererr.Error
}

func (e *OpenError) Error() string { return e.said.Error() }

// Unwrap is what people may read of it.
func (e *OpenError) Unwrap() error { return e.said }

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
		if err := mayStart(scope, req, in); err != nil {
			return err
		}
		stack, err := o.stackFor(ctx, tx, scope.Project, req, in)
		if err != nil {
			return err
		}
		if in.Once {
			if err := noneIsOpen(ctx, tx, stack, req, in.Destroy); err != nil {
				return err
			}
		}
		if err := o.roomForOne(ctx, tx, req, scope.Project.ID); err != nil {
			return err
		}
		s, err = o.insertSession(ctx, tx, req, scope, stack, in)
		return err
	})
	return s, err
}

// noneIsOpen refuses to open what is open already. The stack is locked, so that of two
// who ask at once one is first.
func noneIsOpen(ctx context.Context, tx *store.Tx, stack project.Stack, req Request, destroy bool) error {
	by := req.Person.UserID
	if destroy {
		by = "" // whoever it was: there is one stack to destroy
	}
	s, err := tx.OpenSessionOf(ctx, stack.ID, destroy, by)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return &OpenError{Session: s, said: usererr.New(usererr.Conflict, "<@%s> has opened this already, as deployment `%s`. Nothing more was started.", s.Requester, s.ID)}
}

// mayStart refuses what the project does not let begin, or not by this person, or
// not here.
func mayStart(scope policy.Scope, req Request, in NewSession) error {
	if err := scope.Require(req.Person, project.Deploy); err != nil {
		return err
	}
	if err := scope.RequireOpen(); err != nil {
		return err
	}
	p := scope.Project
	if in.Provider != "" && in.Provider != p.Provider {
		return usererr.New(usererr.Invalid, "Project `%s` is on provider `%s`, not on %s. Nothing was started. Leave `provider` out, or choose another project.",
			p.Slug, p.Provider, quote(in.Provider))
	}
	if !p.Rules.ChannelAllowed(in.ChannelID) {
		return usererr.New(usererr.Denied, "Deployments of `%s` open in %s only. Nothing was started. Run `/cloud-deploy` there.", p.Slug, channels(p.Rules.Channels))
	}
	return nil
}

// channels names channels for people to read.
func channels(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = "<#" + id + ">"
	}
	return strings.Join(names, ", ")
}

// roomForOne locks the project and refuses one session more than may be open in it,
// in all or of this person, and any where it was archived meanwhile.
func (o *Orchestrator) roomForOne(ctx context.Context, tx *store.Tx, req Request, projectID int64) error {
	if err := tx.LockProject(ctx, projectID); err != nil {
		return err
	}
	scope, err := scopeOf(ctx, tx, projectID)
	if err != nil {
		return err
	}
	if err := scope.RequireOpen(); err != nil {
		return err
	}
	quotas, err := tx.Quotas(ctx, projectID)
	if err != nil || len(quotas) == 0 {
		return err
	}
	used, err := usageIn(ctx, tx, projectID)
	if err != nil {
		return err
	}
	me := req.Person.UserID
	reasons := policy.Quota(scope.Project.Slug, me, policy.ApplicableTo(me, quotas), used.with(me), project.Usage{Sessions: 1})
	if len(reasons) == 0 {
		return nil
	}
	return usererr.New(usererr.Denied, "Nothing was started:\n• %s\nFinish one that is open, or cancel it with `/cloud-cancel`.", strings.Join(reasons, "\n• "))
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

// stackFor finds the stack, or creates it in a region that is allowed.
func (o *Orchestrator) stackFor(ctx context.Context, tx *store.Tx, p project.Project, req Request, in NewSession) (project.Stack, error) {
	if in.Destroy {
		return existing(ctx, tx, p, in)
	}
	if err := o.checkRegions(p, in.Regions); err != nil {
		return project.Stack{}, err
	}
	region := p.DefaultRegion
	if len(in.Regions) > 0 {
		region = in.Regions[0]
	}
	stack, err := tx.EnsureStack(ctx, project.Stack{GuildID: p.GuildID, ProjectID: p.ID, Name: in.Stack, Region: region, CreatedBy: req.Person.UserID})
	if err != nil {
		return project.Stack{}, err
	}
	if stack.Exists() {
		return stack, staysIn(stack, in.Regions)
	}
	if err := o.checkRegion(p, region); err != nil { // the project's default may be gone
		return project.Stack{}, err
	}
	busy, err := tx.OtherSessions(ctx, stack.ID, "", session.Draft, session.Validating, session.Planning, session.PlanReady, session.Approved, session.Applying, session.Failed)
	if err != nil {
		return project.Stack{}, err
	}
	if len(busy) > 0 {
		if staysIn(stack, in.Regions) != nil {
			return project.Stack{}, usererr.New(usererr.Conflict, "Another deployment of `%s` is open in `%s`. Nothing was changed. Finish or cancel it first, leave `regions` out, or name a new stack.", stack.Name, stack.Region)
		}
		return stack, nil
	}
	// Nobody has made anything of it: it is the stack of who takes it up now, and
	// counts as theirs.
	stack.CreatedBy = req.Person.UserID
	if err := tx.GiveStack(ctx, stack.ID, stack.CreatedBy); err != nil || len(in.Regions) == 0 || stack.Region == region {
		return stack, err
	}
	stack.Region, stack.Spread = region, nil
	return stack, tx.SetStackRegion(ctx, stack.ID, region)
}

// existing finds a stack to which something was applied.
func existing(ctx context.Context, tx *store.Tx, p project.Project, in NewSession) (project.Stack, error) {
	stack, err := tx.LockStackNamed(ctx, p.ID, in.Stack)
	if errors.Is(err, store.ErrNotFound) || err == nil && !stack.Exists() {
		return project.Stack{}, usererr.New(usererr.NotFound, "There is no stack `%s` in `%s` to destroy: nothing was ever applied to one of that name. Nothing was started. Pick one from the list that opens while you type.", in.Stack, p.Slug)
	}
	if err != nil {
		return project.Stack{}, err
	}
	if err := staysIn(stack, in.Regions); err != nil {
		return project.Stack{}, err
	}
	return stack, destroysAll(stack, in.Regions)
}

// insertSession stores a new session. One that destroys has all that it needs, and
// is planned at once.
func (o *Orchestrator) insertSession(ctx context.Context, tx *store.Tx, req Request, scope policy.Scope, stack project.Stack, in NewSession) (session.Session, error) {
	s := session.New(usererr.Reference(), scope.Project, stack, req.Person.UserID, o.moment(tx))
	s.RequesterAs, s.ChannelID, s.Tags, s.Destroy = req.Person, in.ChannelID, project.MergeTags(stack.Tags, in.Tags), in.Destroy
	if len(in.Regions) > 0 && !in.Destroy {
		s.Regions = stack.Led(in.Regions)
	}
	inserted, err := tx.InsertSession(ctx, s)
	for errors.Is(err, store.ErrDuplicate) { // short ids are there for people, and meet now and then
		s.ID = usererr.Reference()
		inserted, err = tx.InsertSession(ctx, s)
	}
	if err != nil {
		return session.Session{}, err
	}
	c := &change{o: o, tx: tx, req: req, was: inserted.State, s: inserted, stack: stack, scope: scope}
	if err := c.audit(ctx, "session.start", map[string]any{"project": scope.Project.Slug, "stack": stack.Name, "regions": s.RegionsIn(stack), "tags": s.Tags, "destroy": s.Destroy}); err != nil {
		return session.Session{}, err
	}
	if in.Destroy {
		err = c.submit(ctx, "session.destroy", nil, nil)
	} else {
		err = c.oweLobby(ctx)
	}
	return c.s, err
}
