package orchestrator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Mending is an operator's work on one stack, by hand, at the engine's own machine:
// for the day when somebody must leave, or repair what the engine cannot.
type Mending struct {
	GuildID, Project, Stack string
	Operator                string // the name of who works, on that machine
	Reason                  string // for the audit
}

// stateFile and lockFile are where Terraform looks for a state and for the
// providers that were chosen.
const (
	stateFile = "terraform.tfstate"
	lockFile  = ".terraform.lock.hcl"
)

// mending is a stack in the hands of an operator, locked, in a transaction.
type mending struct {
	Mending
	o     *Orchestrator
	tx    *store.Tx
	scope policy.Scope
	stack project.Stack
}

// onStack locks the stack and runs fn on it.
func (o *Orchestrator) onStack(ctx context.Context, m Mending, fn func(m *mending) error) error {
	m.Reason = strings.TrimSpace(m.Reason)
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(ctx, m.GuildID, m.Project)
		if errors.Is(err, store.ErrNotFound) {
			return usererr.New(usererr.NotFound, "There is no project %s in server %s. Nothing was changed.", quote(m.Project), quote(m.GuildID))
		}
		if err != nil {
			return fmt.Errorf("read project: %w", err)
		}
		stack, err := tx.LockStackNamed(ctx, p.ID, m.Stack)
		if errors.Is(err, store.ErrNotFound) {
			return usererr.New(usererr.NotFound, "There is no stack %s in project `%s`. Nothing was changed.", quote(m.Stack), p.Slug)
		}
		if err != nil {
			return fmt.Errorf("lock stack: %w", err)
		}
		scope, err := scopeOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		return fn(&mending{Mending: m, o: o, tx: tx, scope: scope, stack: stack})
	})
}

func (m *mending) audit(ctx context.Context, action string, before, after any) error {
	if m.Reason == "" {
		return usererr.New(usererr.Invalid, "A reason is needed: it stands in the audit. Nothing was changed.")
	}
	return m.tx.Audit(ctx, store.Entry{GuildID: m.GuildID, Actor: m.actor(), Action: action,
		Subject: "stack/" + m.scope.Project.Slug + "/" + m.stack.Name, Before: before, After: after, Reason: m.Reason})
}

func (m *mending) actor() string { return store.OperatorPrefix + m.Operator }

// ExportStack returns everything with which Terraform can go on without the engine:
// the configuration, the lock of its providers where one is known, and the state.
func (o *Orchestrator) ExportStack(ctx context.Context, in Mending) (map[string][]byte, error) {
	var files map[string][]byte
	err := o.onStack(ctx, in, func(m *mending) error {
		if m.stack.State.Serial == 0 {
			return usererr.New(usererr.NotFound, "`%s` holds nothing: there is no state to export. Past ones are listed by `cloudengine stack state list`.", m.stack.Name)
		}
		composed, err := o.composeStack(m.scope.Project, m.stack, m.stack.Resources, m.stack.Tags, true)
		if err != nil {
			return err
		}
		files = composed.Files
		state, err := m.tx.State(ctx, m.stack.ID)
		if err != nil {
			return err
		}
		files[stateFile] = state
		planned, err := m.tx.NewestFiles(ctx, m.stack.ID)
		if err != nil {
			return err
		}
		if lock := planned[lockFile]; lock != nil {
			files[lockFile] = lock
		}
		return m.audit(ctx, "stack.export", nil, map[string]any{"state": m.stack.State})
	})
	return files, err
}

// PullState returns the stack's state, or a past version of it; 0 is the newest.
func (o *Orchestrator) PullState(ctx context.Context, in Mending, version int64) ([]byte, error) {
	var raw []byte
	err := o.onStack(ctx, in, func(m *mending) (err error) {
		if version == 0 {
			raw, err = m.tx.State(ctx, m.stack.ID)
		} else {
			raw, err = m.tx.PastState(ctx, m.stack.ID, version)
		}
		if err != nil {
			return err
		}
		if raw == nil {
			return usererr.New(usererr.NotFound, "`%s` has no such state. `cloudengine stack state list` shows what is kept.", m.stack.Name)
		}
		return m.audit(ctx, "state.pull", nil, map[string]any{"version": version})
	})
	return raw, err
}

// StateVersions lists what is kept of a stack's states, newest first.
func (o *Orchestrator) StateVersions(ctx context.Context, in Mending) ([]store.StateVersion, error) {
	var list []store.StateVersion
	err := o.onStack(ctx, in, func(m *mending) (err error) {
		list, err = m.tx.StateVersions(ctx, m.stack.ID)
		return err
	})
	return list, err
}

// PushState makes a state the stack's, by Terraform's rules: a state of another
// lineage or an older one takes force. Plans that were made are void, and made
// again. While a session of the stack is approved or applies, nothing is replaced.
// What the state names may exist, also in regions of which nothing else is known.
func (o *Orchestrator) PushState(ctx context.Context, in Mending, meta project.StateMeta, raw []byte, force bool) error {
	return o.onStack(ctx, in, func(m *mending) error {
		if err := m.idle(ctx); err != nil {
			return err
		}
		kept, err := m.tx.State(ctx, m.stack.ID)
		if err != nil {
			return err
		}
		if err := m.pushable(meta, bytes.Equal(kept, raw), force); err != nil {
			return err
		}
		was := m.stack.State
		if err := m.hold(ctx, raw); err != nil {
			return err
		}
		if err := m.tx.PushState(ctx, m.stack, meta, raw, m.Operator); err != nil {
			return err
		}
		if err := m.audit(ctx, "state.push", map[string]any{"state": was}, map[string]any{"state": meta, "forced": force}); err != nil {
			return err
		}
		return m.each(ctx, []session.State{session.Planning, session.PlanReady}, func(c *change) error {
			if c.s.State == session.PlanReady {
				return c.stale(ctx, "an operator replaced the stack's state")
			}
			return c.submit(ctx, "session.stale", c.s.Resources, map[string]any{"why": "an operator replaced the stack's state"})
		})
	})
}

// hold adds what a state names to what the stack may hold.
func (m *mending) hold(ctx context.Context, raw []byte) error {
	modules, err := plan.Modules(raw)
	if err != nil {
		return usererr.New(usererr.Invalid, "The state cannot be read. Nothing was changed.").Wrap(err)
	}
	for _, address := range modules {
		if label, region := plan.ResourceOf(address); label != "" {
			kind, name, _ := strings.Cut(label, ".")
			m.stack = m.stack.Found(kind, name, region)
		}
	}
	return m.tx.SaveStack(ctx, m.stack, nil)
}

// pushable refuses a state that is not a later one of the stack's own. One that
// cannot be told from the kept one is refused in any case: plans name the state
// that they are for by lineage and serial.
func (m *mending) pushable(meta project.StateMeta, same, force bool) error {
	kept := m.stack.State
	switch {
	case meta.Lineage == "" || meta.Serial < 1:
		return usererr.New(usererr.Invalid, "The state has no lineage, or a serial below 1. Nothing was changed.")
	case kept == meta && same:
		return usererr.New(usererr.Conflict, "This is the state that is kept already (serial %d). Nothing was changed.", meta.Serial)
	case kept == meta:
		return usererr.New(usererr.Conflict, "The state that is kept has the same serial %d and another content. Nothing was changed. If yours is right, raise its serial to %d.", meta.Serial, meta.Serial+1)
	case force || m.stack.State.Serial == 0:
		return nil
	case kept.Lineage != meta.Lineage:
		return usererr.New(usererr.Conflict, "The state is of another lineage (%s) than the one that is kept (%s): it is another stack's, as it seems. Nothing was changed. `--force` replaces it all the same.", quote(meta.Lineage), quote(kept.Lineage))
	case kept.Serial > meta.Serial:
		return usererr.New(usererr.Conflict, "The state has serial %d, and the one that is kept is newer: %d. Nothing was changed. `--force` replaces it all the same.", meta.Serial, kept.Serial)
	}
	return nil
}

// ForgetStack takes a stack out of the engine's hands: what it holds stays in the
// cloud, and nobody here will change or destroy it. Its sessions that are open end.
// Its states are kept as past versions. The stack's name is typed as confirmation.
func (o *Orchestrator) ForgetStack(ctx context.Context, in Mending, confirm string) error {
	return o.onStack(ctx, in, func(m *mending) error {
		if confirm != m.stack.Name {
			return usererr.New(usererr.Invalid, "%s is not the stack's name. Nothing was forgotten. Confirm with `%s`.", quote(confirm), m.stack.Name)
		}
		if err := m.idle(ctx); err != nil {
			return err
		}
		if err := m.audit(ctx, "stack.forget", map[string]any{"state": m.stack.State, "resources": len(m.stack.Held)}, nil); err != nil {
			return err
		}
		open := []session.State{session.Draft, session.Validating, session.Planning, session.PlanReady, session.Failed}
		err := m.each(ctx, open, func(c *change) error {
			return c.cancel(ctx, "session.admin_cancel", &session.Note{By: m.actor(), Reason: "The stack was taken out of management: " + m.Reason, At: m.tx.Now})
		})
		if err != nil {
			return err
		}
		return m.tx.ForgetStack(ctx, m.stack.ID)
	})
}

// idle refuses while somebody may write to the stack's state.
func (m *mending) idle(ctx context.Context) error {
	if lost, err := m.tx.LostRun(ctx, m.stack.ID); err != nil {
		return err
	} else if lost != nil {
		return usererr.New(usererr.Conflict, "`%s` is locked: host %s is lost, and may still be applying deployment `%s` to it. Nothing was changed. Make sure that the host is off, then `/cloud-unlock` in Discord.", m.stack.Name, *lost.HostID, lost.SessionID)
	}
	writers, err := m.tx.OtherSessions(ctx, m.stack.ID, "", session.Approved, session.Applying)
	if err != nil || len(writers) == 0 {
		return err
	}
	return usererr.New(usererr.Conflict, "Deployment `%s` of `%s` is approved or being applied, and writes to its state. Nothing was changed. Wait for its end, or cancel it in Discord (`/cloud-admin-cancel`; `/cloud-unlock` where its host is lost).", writers[0], m.stack.Name)
}

// each runs fn on the stack's sessions in the states.
func (m *mending) each(ctx context.Context, states []session.State, fn func(c *change) error) error {
	ids, err := m.tx.OtherSessions(ctx, m.stack.ID, "", states...)
	if err != nil {
		return err
	}
	req := Request{GuildID: m.GuildID, Person: policy.Person{UserID: m.actor()}}
	for _, id := range ids {
		c, err := m.o.lock(ctx, m.tx, req, id)
		if err != nil {
			return err
		}
		c.reason = m.Reason
		if err := fn(c); err != nil {
			return fmt.Errorf("session %s: %w", id, err)
		}
	}
	return nil
}
