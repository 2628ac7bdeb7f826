package prices

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

// The test server lives for the whole process, in goroutines of its own.
func TestMain(m *testing.M) {
	if database := os.Getenv(doomedDatabase); database != "" {
		os.Exit(importUntilKilled(database, os.Getenv(doomedLists)))
	}
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// today is when lists are read that do not come with a database.
var today = time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)

var discard = slog.New(slog.DiscardHandler)

// world is a price book of its own, and an importer that reads from a fake of the
// providers' lists.
type world struct {
	t   *testing.T
	ctx context.Context
	*store.Store
	*Importer
	lists *fake
	db    devpg.Database

	mu    sync.Mutex
	waits []time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	db := devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), discard)
	})
	s, err := open(ctx, db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{t: t, ctx: ctx, Store: s, lists: newFake(t), db: db}
	w.Importer = w.replica(s)
	return w
}

func open(ctx context.Context, database string) (*store.Store, error) {
	sealer, err := store.NewSealer(bytes.Repeat([]byte{7}, store.KeySize))
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{URL: database, Sealer: sealer, Logger: discard, MaxConns: 4})
}

// replica returns an importer as another process would have it.
func (w *world) replica(s *store.Store) *Importer {
	i := New(Options{
		Store: s, AWS: w.lists.URL, Azure: w.lists.URL, GCP: w.lists.URL, GCPKey: "secret-key", Logger: discard,
		Wait: func(_ context.Context, d time.Duration) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.waits = append(w.waits, d)
			return nil
		},
	})
	w.t.Cleanup(i.Close)
	return i
}

// exec does something to the database as its owner, behind the store's back.
func (w *world) exec(sql string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, w.db.Owner)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close(w.ctx) }()
	if _, err := conn.Exec(w.ctx, sql); err != nil {
		w.t.Fatal(err)
	}
}

// mustImport imports, and the list must be switched to.
func (w *world) mustImport(provider string, regions ...string) Result {
	w.t.Helper()
	res, err := w.Import(w.ctx, provider, regions, func() {})
	if err != nil || len(res.Refused) > 0 {
		w.t.Fatalf("import %s: %+v, %v", provider, res, err)
	}
	return res
}

// find returns the first price of a key in the price book as text, or the error's.
func (w *world) find(provider, region, key string) string {
	w.t.Helper()
	book, err := w.PriceBook(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := book.Find(provider, region, key)
	if err != nil {
		return err.Error()
	}
	return list[0].USD.String() + " per " + list[0].Unit
}

// mustHave compares prices of the book.
func (w *world) mustHave(provider, region string, want map[string]string) {
	w.t.Helper()
	for key, usd := range want {
		if got := w.find(provider, region, key); got != usd {
			w.t.Errorf("%s in %s: %s, want %s", key, region, got, usd)
		}
	}
}

// emptyBook makes an empty list current, so that the embedded one does not serve.
func (w *world) emptyBook() {
	w.t.Helper()
	if err := w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "sandbox", Source: "none", Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}); err != nil {
		w.t.Fatal(err)
	}
}
