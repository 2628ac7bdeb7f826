package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Sentinels that callers tell apart.
var (
	ErrNotFound  = errors.New("no such row")
	ErrDuplicate = errors.New("there is such a row already")
	// ErrVersion: somebody else saved the session since it was read.
	ErrVersion = errors.New("the session was changed by somebody else")
	// ErrOneWriter: another session of the stack is approved or applying.
	ErrOneWriter = errors.New("the stack has a writer")
)

// Postgres error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	codeUniqueViolation      = "23505"
	codeSerializationFailure = "40001"
	codeDeadlock             = "40P01"
)

// translate turns what Postgres says into what callers ask for.
func translate(err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && pg.Code == codeUniqueViolation && pg.ConstraintName == "sessions_one_writer":
		return fmt.Errorf("%w: %w", ErrOneWriter, err)
	case errors.As(err, &pg) && pg.Code == codeUniqueViolation:
		return fmt.Errorf("%w: %w", ErrDuplicate, err)
	case isUnreachable(err):
		return unreachable(err)
	}
	return err
}

func isRetryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == codeSerializationFailure || pg.Code == codeDeadlock)
}

// isUnreachable reports whether err says that the server is not there, which
// includes a server that is starting or stopping (class 57P).
func isUnreachable(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	return errors.As(err, &connect) || errors.As(err, &pg) && (pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03")
}

func unreachable(cause error) error {
	return usererr.New(usererr.Unavailable,
		"The database cannot be reached, so nothing was changed; what runs goes on. Try again in a minute; if it stays so, tell an admin.").Wrap(cause)
}

// checkVersion refuses a server that is too old.
func checkVersion(ctx context.Context, q querier) error {
	var number int
	var version string
	err := q.QueryRow(ctx, "select current_setting('server_version_num')::int, current_setting('server_version')").Scan(&number, &version)
	if err != nil {
		return unreachable(err)
	}
	if number < MinimumPostgres {
		return usererr.New(usererr.Unavailable,
			"Postgres %s is too old: %d or newer is needed. Nothing was started. Upgrade the server, or point DATABASE_URL at a newer one.",
			version, MinimumPostgres/10000)
	}
	return nil
}
