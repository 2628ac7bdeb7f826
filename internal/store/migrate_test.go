package store

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/migrations"
)

// Four processes start at once on an empty database: the schema is made once,
// and nobody fails. A fifth comes later and changes nothing.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	db, ctx := emptyDatabase(t), testContext(t)
	var starting errgroup.Group
	for range 4 {
		starting.Go(func() error { return Migrate(ctx, Access(db), slog.New(slog.DiscardHandler)) })
	}
	if err := starting.Wait(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	if err := Migrate(ctx, Access(db), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 {
		t.Errorf("a second migration did something:\n%s", &log)
	}
	s := mustOpen(t, db.URL)
	var ours, queue int
	if err := s.pool.QueryRow(ctx, "select (select version from schema_version), (select count(*) from river_migration where version = 6)").Scan(&ours, &queue); err != nil {
		t.Fatal(err)
	}
	files, err := migrations.FS.ReadDir(".")
	if err != nil || ours != len(files) || queue != 1 {
		t.Errorf("schema version %d, queue migrated %d times, want %d and 1, %v", ours, queue, len(files), err)
	}
}

// A database that a newer engine migrated is left alone, and it is said why.
func TestMigrateNewerSchema(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.conn(w.owner).Exec(w.ctx, "update schema_version set version = 99"); err != nil {
		t.Fatal(err)
	}
	for _, a := range []Access{{URL: w.url}, {URL: w.url, Owner: w.owner}} {
		err := Migrate(w.ctx, a, slog.New(slog.DiscardHandler))
		if !usererr.Is(err, usererr.Unavailable) {
			t.Fatalf("got %v", err)
		}
		mustContain(t, err, "newer", "99")
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	for name, url := range map[string]string{
		"nobody listens": "postgres://nobody@127.0.0.1:1/none?connect_timeout=2",
		"no socket":      "postgres:///none?host=" + t.TempDir(),
		"not a URL":      "postgres://%zz",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(ctx, Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
			for verb, err := range map[string]error{"open": err, "migrate": Migrate(ctx, Access{URL: url}, slog.New(slog.DiscardHandler))} {
				if !usererr.Is(err, usererr.Unavailable) || !strings.Contains(usererr.Text(err, ""), "database cannot be reached") {
					t.Errorf("%s: %v", verb, err)
				}
			}
		})
	}
}

// A server that says it is older is refused before anything is changed.
func TestTooOldServer(t *testing.T) {
	t.Parallel()
	url, ctx := emptyDatabase(t).Owner, testContext(t)
	pretendVersion(t, ctx, url, "130014", "13.14")
	_, err := Open(ctx, Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	for verb, err := range map[string]error{"open": err, "migrate": Migrate(ctx, Access{URL: url}, slog.New(slog.DiscardHandler))} {
		if !usererr.Is(err, usererr.Unavailable) {
			t.Fatalf("%s: %v", verb, err)
		}
		mustContain(t, err, "13.14", "14 or newer", "Upgrade")
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var tables int
	if err := conn.QueryRow(ctx, "select count(*) from pg_tables where schemaname = 'public'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables were made, %v", tables, err)
	}
}

// pretendVersion puts a function before the server's own that lies about its age.
func pretendVersion(t *testing.T, ctx context.Context, url, number, version string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		"create function current_setting(name text) returns text language sql as $$ select case name when 'server_version_num' then '" + number +
			"' when 'server_version' then '" + version + "' else pg_catalog.current_setting(name) end $$",
		"do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
}
