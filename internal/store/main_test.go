package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/migrations"
)

// The test server lives for the whole process, in goroutines of its own.
func TestMain(m *testing.M) {
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// newDatabase returns a migrated database of the test's own.
func newDatabase(t *testing.T) devpg.Database {
	t.Helper()
	return devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return Migrate(ctx, Access(db), slog.New(slog.DiscardHandler))
	})
}

// emptyDatabase returns one without a schema.
func emptyDatabase(t *testing.T) devpg.Database {
	t.Helper()
	return devpg.CloneDatabase(t, "empty", func(context.Context, devpg.Database) error { return nil })
}

// mustOpen opens a store as a process of its own would.
func mustOpen(t *testing.T, url string) *Store {
	t.Helper()
	sealer, err := NewSealer(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(testContext(t), Options{URL: url, Sealer: sealer, Logger: slog.New(slog.DiscardHandler), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// world is a store with a project, a stack and the means to make more.
type world struct {
	t *testing.T
	*Store
	ctx     context.Context
	url     string // as the role that serves
	owner   string // as the role that owns the schema
	project project.Project
	stack   project.Stack
}

const guild = "100"

func newWorld(t *testing.T) *world {
	t.Helper()
	db := newDatabase(t)
	w := &world{t: t, Store: mustOpen(t, db.URL), ctx: testContext(t), url: db.URL, owner: db.Owner}
	w.tx(func(tx *Tx) (err error) {
		w.project, err = tx.InsertProject(w.ctx, project.Project{GuildID: guild, Slug: "dev", Provider: "sandbox", DefaultRegion: "eu-1", CreatedBy: "1", CreatedAt: tx.Now})
		return err
	})
	w.stack = w.newStack("main")
	return w
}

// tx runs fn in a transaction that must commit.
func (w *world) tx(fn func(tx *Tx) error) {
	w.t.Helper()
	if err := w.InTx(w.ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) newStack(name string) (st project.Stack) {
	w.t.Helper()
	w.tx(func(tx *Tx) (err error) {
		st, err = tx.EnsureStack(w.ctx, project.Stack{GuildID: guild, ProjectID: w.project.ID, Name: name, Region: "eu-1", CreatedBy: "1"})
		return err
	})
	return st
}

var ids atomic.Int64

// newSession inserts a session of the stack in DRAFT.
func (w *world) newSession(st project.Stack) (s session.Session) {
	w.t.Helper()
	w.tx(func(tx *Tx) (err error) {
		s, err = tx.InsertSession(w.ctx, session.New(fmt.Sprintf("s%d", ids.Add(1)), w.project, st, "1", session.Moment{Now: tx.Now, Lives: session.DefaultLives}))
		return err
	})
	return s
}

func (w *world) newRun(s session.Session, kind RunKind) (r Run) {
	w.t.Helper()
	w.tx(func(tx *Tx) (err error) {
		r, err = tx.InsertRun(w.ctx, Run{GuildID: guild, SessionID: s.ID, StackID: s.StackID, Kind: kind, Generation: s.Generation})
		return err
	})
	return r
}

// running returns a run that a host has begun.
func (w *world) running(s session.Session, kind RunKind, host string) Run {
	w.t.Helper()
	r := w.newRun(s, kind)
	if err := w.RegisterHost(w.ctx, host, "test"); err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *Tx) error { _, err := tx.StartRun(w.ctx, r.ID, host); return err })
	r, err := w.Run(w.ctx, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// exec runs SQL behind the engine's back.
func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.ctx, sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// scan reads one row behind the engine's back.
func (w *world) scan(sql string, args []any, into ...any) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.ctx, sql, args...).Scan(into...); err != nil {
		w.t.Fatal(err)
	}
}

// await fails the test if nothing comes in time.
func await[T any](t testing.TB, ch <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(patience):
		t.Fatalf("no %s within %s", what, patience)
	}
	return v
}

// mustContain fails unless the error's text has every part.
func mustContain(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q lacks %q", err, p)
		}
	}
}
