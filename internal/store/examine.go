package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"

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

// newestSealed finds the newest of what is sealed, of each kind.
const newestSealed = `
	(select 'plan' as what, run_id, 0::bigint as stack_id, bundle as sealed from plans where octet_length(bundle) > 0 order by run_id desc limit 1)
	union all
	(select 'state', run_id, stack_id, sealed from state_versions order by run_id desc limit 1)`

// CheckSealed opens the newest of what is sealed in a database, of each kind, and
// returns how many values that were. ErrSealed says that one does not open: the
// key is another one. It changes nothing.
func CheckSealed(ctx context.Context, conn *pgx.Conn, sealer *Sealer) (opened int, err error) {
	type row struct {
		What           string
		RunID, StackID int64
		Sealed         []byte
	}
	newest, err := many[row](ctx, conn, newestSealed)
	if isUndefinedTable(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read what is sealed: %w", translate(err))
	}
	for _, r := range newest {
		kind, id := sealBundle, strconv.FormatInt(r.RunID, 10)
		if r.What == "state" {
			kind, id = sealState, stateRow(r.StackID, r.RunID)
		}
		if _, err := sealer.Open(kind, id, r.Sealed); err != nil {
			return opened, err
		}
		opened++
	}
	return opened, nil
}

func isUndefinedTable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == codeUndefinedTable
}
