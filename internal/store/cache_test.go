package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// Two processes on one database always see the newest version, whichever of them
// wrote it and whatever each has in memory; and never what was rolled back.
func TestCacheOfTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stores := []*Store{w.Store, mustOpen(t, w.url)}
	rollback := errors.New("rollback")
	rapid.Check(t, func(rt *rapid.T) {
		s := w.newSession(w.stack)
		thread, state := "", s.State // what must be read
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			by := stores[rapid.IntRange(0, 1).Draw(rt, "process")]
			step := rapid.SampledFrom([]string{"read", "thread", "reject", "lock"}).Draw(rt, "step")
			commits := rapid.Bool().Draw(rt, "commits")
			value := fmt.Sprint(i)
			err := by.InTx(w.ctx, func(tx *Tx) error {
				switch step {
				case "thread":
					if err := tx.SetThread(w.ctx, s.ID, value); err != nil {
						return err
					}
				case "reject":
					if err := toggle(w, tx, s.ID); err != nil {
						return err
					}
				}
				// A transaction reads its own writes.
				if _, _, err := tx.LockSession(w.ctx, s.ID); err != nil || commits {
					return err
				}
				return rollback
			})
			if err != nil && !errors.Is(err, rollback) {
				rt.Fatal(err)
			}
			if commits && step == "thread" {
				thread = value
			}
			if commits && step == "reject" {
				state = toggled(state)
			}
			for p, reader := range stores {
				if rapid.Bool().Draw(rt, "reads") {
					continue
				}
				got, err := reader.Session(w.ctx, s.ID)
				if err != nil || got.ThreadID != thread || got.State != state {
					rt.Fatalf("process %d reads thread %q in %s, want %q in %s, %v", p, got.ThreadID, got.State, thread, state, err)
				}
			}
		}
		fresh := mustFresh(rt, w, s.ID)
		for p, reader := range stores {
			if got, err := reader.Session(w.ctx, s.ID); err != nil || cmp.Diff(fresh, got, sameSession) != "" {
				rt.Fatalf("process %d: %v %s", p, err, cmp.Diff(fresh, got, sameSession))
			}
		}
	})
}

// toggle moves a session between DRAFT and VALIDATING.
func toggle(w *world, tx *Tx, id string) error {
	s, st, err := tx.LockSession(w.ctx, id)
	if err != nil {
		return err
	}
	if s.State == session.Draft {
		s, err = s.Submit(append(s.Resources, web), st, at(tx.Now))
	} else {
		s, err = s.Reject([]string{"no"}, at(tx.Now))
	}
	if err != nil {
		return err
	}
	_, err = tx.SaveSession(w.ctx, s)
	return err
}

func toggled(s session.State) session.State {
	if s == session.Draft {
		return session.Validating
	}
	return session.Draft
}

// mustFresh reads a session past every memory.
func mustFresh(t *rapid.T, w *world, id string) session.Session {
	r, err := one[sessionRow](w.ctx, w.pool, sessionQuery+" where s.id = $1", id)
	if err != nil {
		t.Fatal(err)
	}
	return r.value()
}

func TestCacheKeepsTheNewest(t *testing.T) {
	t.Parallel()
	c := newSessionCache()
	c.put(session.Session{ID: "a", State: session.Draft, Version: 2})
	c.put(session.Session{ID: "a", State: session.Draft, Version: 1})
	if _, ok := c.get("a", 1); ok {
		t.Error("an older version took the place of a newer")
	}
	if _, ok := c.get("a", 2); !ok {
		t.Error("the newest version is gone")
	}
	c.put(session.Session{ID: "a", State: session.Applied, Version: 3})
	if _, ok := c.sessions["a"]; ok {
		t.Error("a session that ended is kept")
	}
	for i := range maxCached + 10 {
		c.put(session.Session{ID: fmt.Sprint(i), State: session.Draft, Version: 1})
	}
	if n := len(c.sessions); n != maxCached {
		t.Errorf("%d sessions are kept, want %d", n, maxCached)
	}
}
