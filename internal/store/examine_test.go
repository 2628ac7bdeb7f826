package store

import (
	"bytes"
	"errors"
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
		if n, err := CheckSealed(w.ctx, conn, other); err != nil || n != 0 {
			t.Errorf("%s, nothing sealed: %d, %v", name, n, err)
		}
	}
	var s session.Session
	for range 2 { // the newest is looked at, not all
		s = w.planned(w.newSession(w.stack))
	}
	w.saveState(w.newRun(s, RunPlan), "a", 1, "state")
	if n, err := CheckSealed(w.ctx, migrated, mine); err != nil || n != 2 {
		t.Errorf("with the key: %d, %v", n, err)
	}
	if n, err := CheckSealed(w.ctx, migrated, other); !errors.Is(err, ErrSealed) || bytes.Contains([]byte(err.Error()), []byte("the plan file")) {
		t.Errorf("with another key: %d, %v", n, err)
	}
	w.exec("update plans set bundle = '', secrets = '' where run_id = $1", s.Plan.RunID)
	if n, err := CheckSealed(w.ctx, migrated, mine); err != nil || n != 2 {
		t.Errorf("the newest plan's files are forgotten: %d, %v", n, err)
	}
	w.exec("delete from plans")
	if _, err := CheckSealed(w.ctx, migrated, other); !errors.Is(err, ErrSealed) {
		t.Errorf("state alone, with another key: %v", err)
	}
}
