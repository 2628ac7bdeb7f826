package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

// rights checks that the bot can make its tables.
func (e *exam) rights(ctx context.Context, conn *pgx.Conn) {
	const subject = "rights"
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var user, schema string
	var public, current bool
	err := conn.QueryRow(ctx, `
		select current_user, coalesce(current_schema(), ''),
		       coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false),
		       coalesce(has_schema_privilege(current_schema(), 'create'), false)`).Scan(&user, &schema, &public, &current)
	role := pgx.Identifier{user}.Sanitize()
	grant := fmt.Sprintf("As the database's owner: GRANT USAGE, CREATE ON SCHEMA public TO %s; or let that user own the database.", role)
	path := fmt.Sprintf("ALTER ROLE %s SET search_path = public;", role)
	switch {
	case err != nil:
		e.fail(subject, "the database does not say what the bot may do", "", err)
	case !public:
		e.fail(subject, user+" may not create tables in the schema public", grant, nil)
	case schema == "":
		e.fail(subject, "the search_path of "+user+" names no schema to create tables in", path, nil)
	case !current:
		e.fail(subject, fmt.Sprintf("%s may not create tables in the schema %s, which its search_path names first", user, schema), path, nil)
	default:
		e.ok(subject, "%s may create tables; no extension is needed", user)
	}
}

// schema compares the migrations that were run with those that this program has.
// It goes on to the key where there may be something that the key sealed.
func (e *exam) schema(ctx context.Context, conn *pgx.Conn) {
	const subject = "schema"
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	have, err := schemaVersion(ctx, conn)
	if err != nil {
		e.fail(subject, "its version cannot be read", ownTables(err), err)
		e.skip("key", "the schema cannot be read")
		return
	}
	known := knownMigrations()
	queue, err := queuePending(ctx, e.Config.DatabaseURL.Reveal())
	switch {
	case have == 0:
		e.ok(subject, "none yet: the first start makes it")
		e.noSeals()
		return
	case have > known:
		e.fail(subject, fmt.Sprintf("version %d, made by a newer Cloud Engine: this one knows versions up to %d", have, known), "Run the newer release, or point DATABASE_URL at another database.", nil)
		e.skip("key", "the schema is not known")
		return
	case err != nil:
		e.fail(subject, "the version of the queue's tables cannot be read", ownTables(err), err)
	case have < known:
		e.warn(subject, fmt.Sprintf("version %d of %d", have, known), "The next start migrates it, or `cloudengine migrate` does. Back the database up first.")
	case queue != "":
		e.warn(subject, "the queue's tables are older than this program: "+queue, "The next start migrates them, or `cloudengine migrate` does. Back the database up first.")
	default:
		e.ok(subject, "version %d, as this program has it", have)
	}
	e.key(ctx)
}

// ownTables is what to do where the tables are another user's.
func ownTables(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == codeInsufficientPrivilege {
		return "The tables belong to another user: connect as that one, or let it hand them over (REASSIGN OWNED BY … TO …)."
	}
	return ""
}

// schemaVersion is the number of the last migration that was run; 0 for none.
func schemaVersion(ctx context.Context, conn *pgx.Conn) (int, error) {
	var exists bool
	if err := conn.QueryRow(ctx, "select to_regclass('public.schema_version') is not null").Scan(&exists); err != nil || !exists {
		return 0, err
	}
	var version int
	err := conn.QueryRow(ctx, "select version from public.schema_version").Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return version, err
}

// knownMigrations counts the migrations of this program: they are numbered from
// 1 without gaps.
func knownMigrations() int {
	entries, err := migrations.FS.ReadDir(".")
	if err != nil {
		panic(err) // files of the program itself
	}
	n := 0
	for _, entry := range entries {
		if path.Ext(entry.Name()) == ".sql" {
			n++
		}
	}
	return n
}

// queuePending says which migrations of the queue were not run.
func queuePending(ctx context.Context, url string) (string, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	res, err := m.Validate(ctx, nil)
	if err != nil {
		return "", err
	}
	return strings.Join(res.Messages, "; "), nil
}

func (e *exam) noSeals() {
	if !e.Config.Key.IsSet() {
		e.skip("key", "CLOUDENGINE_KEY is not set, or wrong")
		return
	}
	e.ok("key", "set; nothing is encrypted with it yet. Keep a copy apart from the database")
}

// key opens what is sealed in the database.
func (e *exam) key(ctx context.Context) {
	const subject = "key"
	if !e.Config.Key.IsSet() {
		e.skip(subject, "CLOUDENGINE_KEY is not set, or wrong")
		return
	}
	opened, err := e.openSeals(ctx)
	switch {
	case errors.Is(err, store.ErrSealed):
		e.fail(subject, "it does not open what is encrypted in the database",
			"Set CLOUDENGINE_KEY to the key that the bot ran with before: without it the states of what is deployed cannot be read. Make no new one.", err)
	case err != nil:
		e.fail(subject, "what is encrypted in the database cannot be read", ownTables(err), err)
	case opened == 0:
		e.noSeals()
	default:
		e.ok(subject, "it opens what is encrypted in the database (%s tried)", count(opened, "value"))
	}
}

// openSeals opens a few: the states of the stacks that were saved first and last,
// and the newest plan. The key may have been another in between.
func (e *exam) openSeals(ctx context.Context) (opened int, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	sealer, err := store.NewSealer([]byte(e.Config.Key.Reveal()))
	if err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, store.Options{URL: e.Config.DatabaseURL.Reveal(), Sealer: sealer, Logger: slog.New(slog.DiscardHandler), MaxConns: 2})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	err = s.InTx(ctx, func(tx *store.Tx) error {
		opened = 0
		stacks, err := numbers(ctx, tx, `
			(select stack_id from state_versions order by saved_at limit 1) union
			(select stack_id from state_versions order by saved_at desc limit 1)`)
		if err != nil {
			return err
		}
		for _, id := range stacks {
			if _, err := tx.State(ctx, id); err != nil {
				return err
			}
			opened++
		}
		plans, err := numbers(ctx, tx, "select run_id from plans order by created_at desc limit 1")
		if err != nil {
			return err
		}
		for _, id := range plans {
			if _, _, err := tx.PlanFiles(ctx, id); err != nil {
				return err
			}
			opened++
		}
		return nil
	})
	return opened, err
}

func numbers(ctx context.Context, tx *store.Tx, sql string) ([]int64, error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
