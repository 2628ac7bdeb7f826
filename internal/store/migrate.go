package store

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/tern/v2/migrate"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/migrations"
)

// migrationLock is the session advisory lock that one migrating process holds.
const migrationLock = 0x636c6f7564 // "cloud"

// Migrate brings the schema and the queue's schema up to date. Processes that
// start together wait for each other: the lock is on a connection of its own,
// since the queue's migrations use several transactions.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
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
	if err := migrateOurs(ctx, conn, log); err != nil {
		return err
	}
	return migrateQueue(ctx, cfg, log)
}

func migrateOurs(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	m, err := migrate.NewMigrator(ctx, conn, "public.schema_version")
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if err := m.LoadMigrations(migrations.FS); err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	if err := checkSchema(ctx, m); err != nil {
		return err
	}
	m.OnStart = func(sequence int32, name, direction, _ string) {
		log.InfoContext(ctx, "migration", slog.Int("sequence", int(sequence)), slog.String("name", name), slog.String("direction", direction))
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// checkSchema refuses a schema that a newer engine made: what it means is not
// known here.
func checkSchema(ctx context.Context, m *migrate.Migrator) error {
	have, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if known := len(m.Migrations); int(have) > known {
		return usererr.New(usererr.Unavailable,
			"The database's schema has version %d, made by a newer Cloud Engine: this one knows versions up to %d. Nothing was started. Run the newer release, or point DATABASE_URL at another database.",
			have, known)
	}
	return nil
}

func migrateQueue(ctx context.Context, cfg *pgxpool.Config, log *slog.Logger) error {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return unreachable(err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare the queue's migrations: %w", err)
	}
	res, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	for _, v := range res.Versions {
		log.InfoContext(ctx, "queue migration", slog.Int("version", v.Version))
	}
	return nil
}
