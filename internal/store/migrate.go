package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/tern/v2/migrate"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/migrations"
)

// migrationLock is the session advisory lock that one migrating process holds.
const migrationLock = 0x636c6f7564 // "cloud"

// Access is how a database is reached: as the role that serves and as the one
// that owns the schema.
type Access struct {
	URL   string
	Owner string // empty: the role that serves owns the schema too, or another process migrates
}

// Migrate brings the schema and the queue's schema up to date, as the owner where
// there is one, who then gives the role that serves its rights. A role that may
// not migrate passes where there is nothing to do.
//
// Processes that start together wait for each other: the lock is on a connection
// of its own, since the queue's migrations use several transactions.
func Migrate(ctx context.Context, a Access, log *slog.Logger) error {
	url := a.URL
	if a.Owner != "" {
		url = a.Owner
	}
	cfg, err := parse(url)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // frees the lock too
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("lock for migrations: %w", err)
	}
	// Before anything is changed: Open checks it too, but later.
	if err := checkVersion(ctx, conn); err != nil {
		return err
	}
	setting, serving := "DATABASE_URL", ""
	if a.Owner != "" {
		setting = "CLOUDENGINE_OWNER_DATABASE_URL"
		if serving, err = servingRole(ctx, a.URL); err != nil {
			return err
		}
	}
	err = migrateBoth(ctx, conn, cfg, log)
	if err == nil && serving != "" {
		err = admit(ctx, conn, serving)
	}
	if isNotAllowed(err) {
		return usererr.New(usererr.Unavailable,
			"The database's schema has to be changed, and the role %s of %s may not do that. Nothing was started. Run `cloudengine migrate` with CLOUDENGINE_OWNER_DATABASE_URL set to the role that owns the tables and DATABASE_URL to the one that serves, then start again.",
			cfg.ConnConfig.User, setting).Wrap(err)
	}
	return err
}

// migrateBoth runs what is missing of our migrations and of the queue's.
func migrateBoth(ctx context.Context, conn *pgx.Conn, cfg *pgxpool.Config, log *slog.Logger) error {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return unreachable(err)
	}
	defer pool.Close()
	queue, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare the queue's migrations: %w", err)
	}
	current, err := isCurrent(ctx, conn, queue)
	if err != nil || current {
		return err
	}
	if err := mayMigrate(ctx, conn); err != nil {
		return err
	}
	if err := migrateOurs(ctx, conn, log); err != nil {
		return err
	}
	return migrateQueue(ctx, queue, log)
}

// isCurrent reports whether there is nothing to migrate. It refuses a schema that
// a newer engine made: what it means is not known here.
func isCurrent(ctx context.Context, conn *pgx.Conn, queue *rivermigrate.Migrator[pgx.Tx]) (bool, error) {
	have, known, err := SchemaVersion(ctx, conn)
	if err != nil {
		return false, err
	}
	if have > known {
		return false, usererr.New(usererr.Unavailable,
			"The database's schema has version %d, made by a newer Cloud Engine: this one knows versions up to %d. Nothing was started. Run the newer release, or point DATABASE_URL at another database.",
			have, known)
	}
	res, err := queue.Validate(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("read the version of the queue's tables: %w", err)
	}
	return have == known && res.OK, nil
}

// errNotOwner: a role that may create tables, and does not own those that are
// there, would leave tables of two owners.
var errNotOwner = errors.New("the tables belong to another role")

func mayMigrate(ctx context.Context, conn *pgx.Conn) error {
	var owner bool
	err := conn.QueryRow(ctx, "select coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('public.schema_version')), true)").Scan(&owner)
	if err != nil {
		return fmt.Errorf("read who owns the schema: %w", err)
	}
	if !owner {
		return errNotOwner
	}
	return nil
}

const codeInsufficientPrivilege = "42501"

// isNotAllowed reports whether err says that the role lacks a right.
func isNotAllowed(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, errNotOwner) || errors.As(err, &pg) && pg.Code == codeInsufficientPrivilege
}

func migrateOurs(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	m, err := migrate.NewMigrator(ctx, conn, "public.schema_version")
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if err := m.LoadMigrations(migrations.FS); err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	m.OnStart = func(sequence int32, name, direction, _ string) {
		log.InfoContext(ctx, "migration", slog.Int("sequence", int(sequence)), slog.String("name", name), slog.String("direction", direction))
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func migrateQueue(ctx context.Context, queue *rivermigrate.Migrator[pgx.Tx], log *slog.Logger) error {
	res, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	for _, v := range res.Versions {
		log.InfoContext(ctx, "queue migration", slog.Int("version", v.Version))
	}
	return nil
}
