package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/session"
)

func (w *world) conn(url string) *pgx.Conn {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, url)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close(w.ctx) })
	return conn
}

func TestExamine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, other := w.sealer, mustSealer(t, 9)
	migrated, empty := w.conn(w.url), w.conn(emptyDatabase(t).URL)
	if have, known, err := SchemaVersion(w.ctx, migrated); err != nil || have != known || known < 1 {
		t.Errorf("migrated: %d of %d, %v", have, known, err)
	}
	if have, known, err := SchemaVersion(w.ctx, empty); err != nil || have != 0 || known < 1 {
		t.Errorf("empty: %d of %d, %v", have, known, err)
	}
	for name, conn := range map[string]*pgx.Conn{"migrated": migrated, "empty": empty} {
		if found, err := CheckSealed(w.ctx, conn, other); err != nil || found.Opened != 0 || len(found.Unknown) != 0 {
			t.Errorf("%s, nothing sealed: %+v, %v", name, found, err)
		}
	}
	var s session.Session
	for range 2 { // the newest is looked at, not all
		s = w.planned(w.newSession(w.stack))
	}
	run := w.newRun(s, RunPlan)
	w.saveState(run, "a", 1, "state")
	if found, err := CheckSealed(w.ctx, migrated, mine); err != nil || found.Opened != 3 || len(found.Unknown) != 0 {
		t.Errorf("with the key: %+v, %v", found, err)
	}
	found, err := CheckSealed(w.ctx, migrated, other)
	if keys, values := found.Others(); err != nil || values != 5 || !slices.Equal(keys, []string{mine.KeyID()}) {
		t.Errorf("with another key: %+v, %v", found, err)
	}
	w.exec("update plans set bundle = '', secrets = '' where run_id = $1", s.Plan.RunID)
	if found, err := CheckSealed(w.ctx, migrated, mine); err != nil || found.Opened != 3 {
		t.Errorf("the newest plan's files are forgotten: %+v, %v", found, err)
	}
	// What does not name its key is tried.
	w.exec("delete from plans")
	w.exec("update state_versions set sealed = $1", mine.aead.Seal([]byte{sealNameless}, nil, []byte("state"), binding(sealNameless, sealState, stateRow(w.stack.ID, run.ID))))
	if found, err := CheckSealed(w.ctx, migrated, mine); err != nil || found.Opened != 1 {
		t.Errorf("a nameless value: %+v, %v", found, err)
	}
	if _, err := CheckSealed(w.ctx, migrated, other); !errors.Is(err, ErrSealed) {
		t.Errorf("a nameless value, with another key: %v", err)
	}
}
