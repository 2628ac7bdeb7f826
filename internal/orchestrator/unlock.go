package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Lost is an apply whose host is silent, and which therefore holds its stack.
type Lost struct {
	Project, Stack string
	Session        string
	Generation     int
	Host           string
	SeenAt         time.Time
}

// errNotLost tells why a stack need not, or must not, be unlocked.
func errNotLost(stack, why string) error {
	return usererr.New(usererr.Conflict, "`%s` cannot be unlocked: %s Nothing was changed.", stack, why)
}

// LostApply looks whether a stack can be unlocked: it can where the host of its
// apply is silent. It reads once, as a form is the first answer to who asks.
func (o *Orchestrator) LostApply(ctx context.Context, req Request, slug, stack string) (Lost, error) {
	if err := mayUnlock(req); err != nil {
		return Lost{}, err
	}
	h, err := o.store.StackHolder(ctx, req.GuildID, slug, stack)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Lost{}, usererr.New(usererr.NotFound, "There is no stack %s in a project %s. Nothing was changed. Pick both from the lists that open while you type.", quote(stack), quote(slug))
	case err != nil:
		return Lost{}, err
	case h == nil:
		return Lost{}, errNotLost(stack, "nothing holds it. `/cloud-deploy` changes it.")
	case h.RunStatus == store.RunQueued || h.HostID == nil || h.SeenAt == nil:
		return Lost{}, errNotLost(stack, "its deployment `"+h.SessionID+"` has not begun to be applied. `/cloud-admin-cancel` ends it.")
	}
	if err := o.silent(stack, *h.HostID, *h.SeenAt, h.Now); err != nil {
		return Lost{}, err
	}
	return Lost{Project: slug, Stack: stack, Session: h.SessionID, Generation: h.Generation, Host: *h.HostID, SeenAt: *h.SeenAt}, nil
}

func mayUnlock(req Request) error {
	if req.Person.GuildAdmin {
		return nil
	}
	return usererr.New(usererr.Denied, "Stacks are unlocked by admins of this server, as the engine then no longer knows what happens in the cloud. Nothing was changed. Ask one of them to run `/cloud-unlock`.")
}

// silent refuses a host that was heard of within its lease.
func (o *Orchestrator) silent(stack, host string, seenAt, now time.Time) error {
	if now.Sub(seenAt) > o.lease {
		return nil
	}
	return errNotLost(stack, fmt.Sprintf("its host `%s` reported <t:%d:R>, so Terraform is watched. **Cancel** in the lobby asks it to stop. A host counts as lost after %g minutes of silence.",
		host, seenAt.Unix(), o.lease.Minutes()))
}

// Unlock takes a stack from a lost host: the apply counts as interrupted, with the
// state as it was last reported. Terraform may still be at work there; what it
// does from now on is not recorded. The stack's name is typed as confirmation.
func (o *Orchestrator) Unlock(ctx context.Context, req Request, id string, seen int, confirm, reason string) (Lost, error) {
	var lost Lost
	if err := mayUnlock(req); err != nil {
		return lost, err
	}
	err := o.onSession(ctx, req, id, func(c *change) error {
		run, err := c.heldBy(ctx)
		if err != nil {
			return err
		}
		if err := c.sawNewest(seen); err != nil {
			return err
		}
		seenAt, err := c.tx.HostSeenAt(ctx, *run.HostID)
		if err != nil {
			return err
		}
		if err := o.silent(c.stack.Name, *run.HostID, seenAt, c.tx.Now); err != nil {
			return err
		}
		if confirm != c.stack.Name {
			return usererr.New(usererr.Invalid, "%s is not the stack's name. Nothing was unlocked. Run `/cloud-unlock` again and type `%s`.", quote(confirm), c.stack.Name)
		}
		lost = Lost{Project: c.scope.Project.Slug, Stack: c.stack.Name, Session: c.s.ID, Generation: c.s.Generation, Host: *run.HostID, SeenAt: seenAt}
		c.reason = reason
		return c.unlock(ctx, run, lost)
	})
	return lost, err
}

// heldBy is the session's apply that holds the stack: one that runs, or is lost.
func (c *change) heldBy(ctx context.Context) (store.Run, error) {
	lost, err := c.tx.LostRun(ctx, c.stack.ID)
	switch {
	case err != nil:
		return store.Run{}, err
	case lost != nil && lost.SessionID == c.s.ID:
		return *lost, nil
	case c.s.State != session.Applying:
		return store.Run{}, errNotLost(c.stack.Name, "the apply that held it has ended meanwhile. Its lobby says how.")
	}
	return c.tx.LockRun(ctx, c.s.RunID)
}

// unlock ends the apply as its host would have reported an interruption: with what
// is known of it. Whatever the host still says of it comes too late.
func (c *change) unlock(ctx context.Context, run store.Run, lost Lost) error {
	out := Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Interrupted: true,
		Summary: fmt.Sprintf("The engine's host %s was silent since <t:%d:f>, and <@%s> unlocked the stack.", lost.Host, lost.SeenAt.Unix(), c.req.Person.UserID),
		Detail:  "Terraform may have gone on there. What it did after the host's last report is not in the state: look in the cloud before you plan again.",
	}}.withProgressOf(run)
	if run.Status == store.RunLost { // what it had under way then was written down when it was lost
		out.Failure.Unfinished = unfinishedAfter(c.stack.Unfinished, out)
	}
	was := c.s.State
	if err := c.endUnlocked(ctx, run, out); err != nil {
		return err
	}
	err := c.tx.Audit(ctx, store.Entry{
		GuildID: c.s.GuildID, Actor: c.req.Person.UserID, Action: "stack.unlock", Subject: "stack/" + lost.Project + "/" + lost.Stack,
		Before:        map[string]any{"session": c.s.ID, "state": was, "run": run.ID, "host": lost.Host, "seen_at": lost.SeenAt},
		After:         map[string]any{"session": c.s.ID, "state": c.s.State, "unfinished": out.Failure.Unfinished, "serial": c.stack.State.Serial},
		InteractionID: c.req.InteractionID, Reason: c.reason,
	})
	if err != nil {
		return err
	}
	return c.staleOthers(ctx)
}

// endUnlocked ends the run. Of one that was lost the session has failed before.
func (c *change) endUnlocked(ctx context.Context, run store.Run, out Outcome) error {
	if run.Status != store.RunLost {
		if _, err := c.tx.RaiseFence(ctx, run.ID); err != nil {
			return err
		}
		return c.record(ctx, run, out)
	}
	if err := c.settle(ctx, run, out); err != nil {
		return err
	}
	if err := c.free(ctx, run, store.RunInterrupted, nil, *out.Failure); err != nil {
		return err
	}
	return c.save(ctx, "session.unlocked", map[string]any{"run": run.ID})
}

// lateState reports whether the host of an apply that has ended brings a state that
// nobody has: its stack was taken from it, or the state was refused and the host was
// stopped before it had put it aside. It must not be thrown away, and cannot be the
// stack's any more. What the apply started from is not new.
func (c *change) lateState(ctx context.Context, run store.Run, out Outcome) (bool, error) {
	if run.Kind != store.RunApply || len(out.State) == 0 {
		return false, nil
	}
	kept, err := c.tx.StateOfRun(ctx, run)
	if err != nil || kept == out.Meta {
		return false, err
	}
	planned, err := c.tx.PlanApplied(ctx, run)
	if err != nil || out.Meta == (project.StateMeta{Lineage: planned.StateLineage, Serial: planned.StateSerial}) {
		return false, err
	}
	return true, c.audit(ctx, "state.refused", map[string]any{"run": run.ID, "refused": out.Meta, "kept": kept})
}
