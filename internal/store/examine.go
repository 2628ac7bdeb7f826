package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"

	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/migrations"
)

// codeUndefinedTable: the schema is not there yet.
const codeUndefinedTable = "42P01"

// SchemaVersion returns which migration a database has, 0 before the first, and
// which is the newest known here. It changes nothing.
func SchemaVersion(ctx context.Context, conn *pgx.Conn) (have, known int, err error) {
	files, err := migrate.FindMigrations(migrations.FS)
	if err != nil {
		return 0, 0, fmt.Errorf("list migrations: %w", err)
	}
	err = conn.QueryRow(ctx, "select version from public.schema_version").Scan(&have)
	if isUndefinedTable(err) || errors.Is(err, pgx.ErrNoRows) {
		return 0, len(files), nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read the schema's version: %w", translate(err))
	}
	return have, len(files), nil
}

func isUndefinedTable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == codeUndefinedTable
}

// RequireSchema refuses a database whose schema is not this program's.
func (s *Store) RequireSchema(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return translate(err)
	}
	defer conn.Release()
	return requireSchema(ctx, conn.Conn())
}

func requireSchema(ctx context.Context, conn *pgx.Conn) error {
	have, known, err := SchemaVersion(ctx, conn)
	if err != nil || have == known {
		return err
	}
	return usererr.New(usererr.Unavailable, "The database's schema has version %d, and this program needs %d. Nothing was changed. Use the release that the bot runs; `cloudengine migrate` brings an older schema up to date.", have, known)
}
