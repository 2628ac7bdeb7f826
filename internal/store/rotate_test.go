package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// sealedWorld has n values of each kind that is sealed, some from before values
// named their key.
func sealedWorld(t *testing.T, n int) *world {
	t.Helper()
	w := newWorld(t)
	for i := range n {
		s := w.planned(w.newSession(w.stack))
		run := w.newRun(s, RunPlan)
		w.saveState(run, "a", int64(i+1), "state")
		if i%2 == 0 {
			w.exec("update state_versions set sealed = $2 where run_id = $1", run.ID,
				w.sealer.aead.Seal([]byte{sealNameless}, nil, []byte("state"), binding(sealNameless, sealState, stateRow(w.stack.ID, run.ID))))
		}
	}
	w.exec("update hosts set seen_at = now() - interval '1 minute'")
	return w
}

func (w *world) rotate(ctx context.Context, new *Sealer, progress func(done, of int)) (Rotated, error) {
	return Rotate(ctx, w.url, w.sealer, new, "operator:ann", progress)
}

// opens fails the test unless so many values are there, and all open with the key.
func (w *world) opens(s *Sealer, values int) {
	w.t.Helper()
	for _, c := range sealedColumns {
		type row struct {
			Row    string
			Sealed []byte
		}
		list, err := many[row](w.ctx, w.pool, "select "+c.row+" as row, "+c.column+" as sealed from "+c.table)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, r := range list {
			if _, err := s.Open(c.kind, r.Row, r.Sealed); err != nil {
				w.t.Errorf("%s.%s: %v", c.table, c.column, err)
			}
			values--
		}
	}
	if values != 0 {
		w.t.Errorf("%d values are missing", values)
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	const each = 60 // more than a batch
	w, new := sealedWorld(t, each), mustSealer(t, 8)
	var told []int
	done, err := w.rotate(w.ctx, new, func(n, of int) { told = append(told, n, of) })
	if err != nil || done != (Rotated{Values: 3 * each}) || len(told) != 12 || told[0] != rotateBatch || told[1] != 3*each {
		t.Fatalf("%+v, told %v, %v", done, told, err)
	}
	w.opens(new, 3*each)
	if done, err := w.rotate(w.ctx, new, func(int, int) {}); err != nil || done != (Rotated{Before: 3 * each}) {
		t.Errorf("once more: %+v, %v", done, err)
	}
	var entries int
	w.scan("select count(*) from audit where action = 'key.rotate' and actor = 'operator:ann'", nil, &entries)
	if entries != 2 {
		t.Errorf("%d audit rows", entries)
	}
}

// Ended in the middle, it goes on where it was.
func TestRotateResumes(t *testing.T) {
	t.Parallel()
	const each = 60
	w, new := sealedWorld(t, each), mustSealer(t, 8)
	ctx, cancel := context.WithCancel(w.ctx)
	if _, err := w.rotate(ctx, new, func(int, int) { cancel() }); err == nil {
		t.Fatal("it was not ended")
	}
	found, err := CheckSealed(w.ctx, w.conn(w.url), new)
	if keys, values := found.Others(); values == 0 || len(keys) != 1 || keys[0] != w.sealer.KeyID() {
		t.Errorf("of a rotation that has not ended it says %+v, %v", found, err)
	}
	mustContain(t, w.RequireKey(w.ctx), new.KeyID(), w.sealer.KeyID(), "Nothing was started", "key rotate")
	done, err := w.rotate(w.ctx, new, func(int, int) {})
	if err != nil || done.Before != rotateBatch || done.Values != 3*each-rotateBatch {
		t.Errorf("%+v, %v", done, err)
	}
	w.opens(new, 3*each)
}

// Nothing changes where a bot runs, where somebody else migrates or rotates, and
// with the wrong key.
func TestRotateRefuses(t *testing.T) {
	t.Parallel()
	w, new := sealedWorld(t, 2), mustSealer(t, 8)
	refused := func(parts ...string) {
		t.Helper()
		_, err := w.rotate(w.ctx, new, func(int, int) {})
		mustContain(t, err, parts...)
		w.exec("update state_versions set sealed = sealed")
		if found, err := w.CheckSealed(w.ctx); err != nil || len(found.Unknown) > 0 {
			t.Errorf("something changed: %+v, %v", found, err)
		}
	}
	if err := w.RegisterHost(w.ctx, "h9", "test"); err != nil {
		t.Fatal(err)
	}
	refused("h9", "Stop every bot")
	w.exec("update hosts set seen_at = $1", time.Now().Add(-time.Hour))

	other := w.conn(w.url)
	if _, err := other.Exec(w.ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
		t.Fatal(err)
	}
	refused("another rotation")
	if _, err := other.Exec(w.ctx, "select pg_advisory_unlock($1)", migrationLock); err != nil {
		t.Fatal(err)
	}

	if _, err := Rotate(w.ctx, w.url, mustSealer(t, 5), new, "operator:ann", func(int, int) {}); !errors.Is(err, ErrSealed) {
		t.Errorf("with a key that is not the old one: %v", err)
	}
	w.opens(w.sealer, 6)
	if _, err := w.conn(w.owner).Exec(w.ctx, "update schema_version set version = version - 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.rotate(w.ctx, new, func(int, int) {}); !usererr.Is(err, usererr.Unavailable) {
		t.Errorf("on an old schema: %v", err)
	}
}
