package stream

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
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
const patience = 3 * time.Minute

// world is a database with a session, whose runs have output.
type world struct {
	*Streams
	t       *testing.T
	ctx     context.Context
	url     string
	store   *store.Store
	session session.Session
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx}
	w.url = devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), slog.New(slog.DiscardHandler))
	}).URL
	w.store, w.Streams = w.join()
	w.must(w.store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.InsertProject(ctx, project.Project{GuildID: "1", Slug: "dev", Provider: "sandbox", DefaultRegion: "eu-1", CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		st, err := tx.EnsureStack(ctx, project.Stack{GuildID: "1", ProjectID: p.ID, Name: "main", Region: "eu-1"})
		if err != nil {
			return err
		}
		w.session, err = tx.InsertSession(ctx, session.New("s1", p, st, "2", session.Moment{Now: tx.Now, Lives: session.DefaultLives}))
		return err
	}))
	return w
}

// join opens the streams as another process would.
func (w *world) join() (*store.Store, *Streams) {
	w.t.Helper()
	sealer, err := store.NewSealer(bytes.Repeat([]byte{7}, store.KeySize))
	w.must(err)
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(w.ctx, store.Options{URL: w.url, Sealer: sealer, Logger: log, MaxConns: 6})
	w.must(err)
	w.t.Cleanup(s.Close)
	return s, New(s, log)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) newRun() (id int64) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		r, err := tx.InsertRun(w.ctx, store.Run{GuildID: "1", SessionID: w.session.ID, StackID: w.session.StackID, Kind: store.RunPlan})
		id = r.ID
		return err
	}))
	return id
}

// end ends a run, as its driver does when every line is stored.
func (w *world) end(runID int64) {
	w.t.Helper()
	fresh, _ := w.join() // none of its connections was killed
	w.must(fresh.InTx(w.ctx, func(tx *store.Tx) error { return tx.EndRun(w.ctx, runID, store.RunSucceeded, nil) }))
}

// kill ends every connection to the database, also those that listen.
func (w *world) kill() {
	w.t.Helper()
	conn, _ := w.join() // of its own, so that it is not among them
	_, err := conn.Pool().Exec(w.ctx, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
	w.must(err)
}

// line is the nth of a run's output, from 1, at its offset.
func line(n int) store.Line {
	return store.Line{EndOffset: int64(n * 10), Kind: "info", Text: fmt.Sprintf("line %d", n)}
}
