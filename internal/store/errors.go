package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

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
	codeLockNotAvailable     = "55P03"
)

// translate turns what Postgres says into what callers ask for.
func translate(err error) error {
	var pg *pgconn.PgError
	if _, said := usererr.Of(err); err == nil || said {
		return err
	}
	switch {
	case errors.As(err, &pg) && pg.Code == codeUniqueViolation && pg.ConstraintName == "sessions_one_writer":
		return fmt.Errorf("%w: %w", ErrOneWriter, err)
	case errors.As(err, &pg) && pg.Code == codeUniqueViolation:
		return fmt.Errorf("%w: %w", ErrDuplicate, err)
	case errors.As(err, &pg) && pg.Code == codeLockNotAvailable:
		return usererr.New(usererr.Unavailable,
			"Somebody else is working on this stack right now, so nothing was changed. Try again in a moment; if it stays so, tell an admin.").Wrap(err)
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
// includes a server that is starting or stopping (class 57P) and a connection
// that broke, but not a caller who gave up.
func isUnreachable(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	var broken *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &connect): // its own time limit is a deadline too
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &pg):
		return pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03"
	}
	return errors.As(err, &broken) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func unreachable(cause error) error {
	return usererr.New(usererr.Unavailable,
		"The database cannot be reached, so nothing was changed; what runs goes on. Try again in a minute; if it stays so, tell an admin.").Wrap(cause)
}

// uncertain is for a commit whose answer never came: it may have been done.
func uncertain(cause error) error {
	return usererr.New(usererr.Unavailable,
		"The database went away at the last moment, so it is not certain whether this was done. Look again in a minute before you repeat it.").Wrap(cause)
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
