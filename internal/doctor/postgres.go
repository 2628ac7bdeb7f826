package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// postgres connects and looks at everything that the bot relies on.
func (e *exam) postgres(ctx context.Context) {
	const subject = "postgres"
	later := []string{"sessions", "rights", "audit", "schema", "key", "runs", "messages", "readers", "prices"}
	skip := func(why string) {
		for _, s := range later {
			e.skip(s, why)
		}
	}
	if !e.Config.DatabaseURL.IsSet() {
		e.skip(subject, "DATABASE_URL is not set, or wrong")
		skip("there is no database to look at")
		return
	}
	conn, err := connect(ctx, e.Config.DatabaseURL.Reveal())
	if err != nil {
		e.noDatabase(subject, "DATABASE_URL", err)
		skip("Postgres cannot be reached")
		return
	}
	defer hangUp(ctx, conn)
	if !e.version(ctx, conn) {
		skip("the server is not one that the bot works with")
		return
	}
	kept := e.sessions(ctx, conn)
	e.rights(ctx, conn)
	e.audit(ctx, conn)
	if !kept {
		e.skip("schema", "the database must be reached without that proxy first")
		e.skip("key", "the database must be reached without that proxy first")
		e.skip("runs", "the database must be reached without that proxy first")
		e.skip("messages", "the database must be reached without that proxy first")
		e.skip("readers", "the database must be reached without that proxy first")
		e.skip("prices", "the database must be reached without that proxy first")
		return
	}
	e.schema(ctx, conn)
	e.runs(ctx, conn)
	e.messages(ctx, conn)
	e.readers(ctx, conn)
	e.prices(ctx, conn)
}

// connect opens a connection of its own. It sends simple queries: a proxy that
// pools by transaction must be noticed, and not fail by prepared statements.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the URL cannot be read") // the error has parts of it
	}
	c.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	c.RuntimeParams["application_name"] = "cloudengine doctor"
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return pgx.ConnectConfig(ctx, c)
}

// hangUp closes a connection, also when ctx is over.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	_ = conn.Close(ctx)
}

// Postgres error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	codeInvalidAuthorization  = "28000"
	codeInvalidPassword       = "28P01"
	codeNoDatabase            = "3D000"
	codeTooManyConnections    = "53300"
	codeInsufficientPrivilege = "42501"
)

func (e *exam) noDatabase(subject, setting string, err error) {
	advice := "Check host and port in " + setting + ", that the server runs, that it listens for other hosts, and what a firewall allows."
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case codeInvalidAuthorization, codeInvalidPassword:
			advice = "Check user and password in " + setting + " (special characters are percent-encoded there), and what the server's pg_hba.conf allows."
		case codeNoDatabase:
			advice = "Make the database (createdb, or CREATE DATABASE), or correct its name in " + setting + "."
		case codeTooManyConnections:
			advice = "Raise the server's max_connections, or close other connections."
		}
	}
	e.fail(subject, "the database cannot be reached", advice, err)
}

func (e *exam) version(ctx context.Context, conn *pgx.Conn) bool {
	const subject = "postgres"
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var number int
	var version string
	var readOnly bool
	err := conn.QueryRow(ctx, "select current_setting('server_version_num')::int, current_setting('server_version'), current_setting('transaction_read_only')::boolean").Scan(&number, &version, &readOnly)
	c := conn.Config()
	place := fmt.Sprintf("%s, database %s at %s", version, c.Database, hostPort(c.Host, c.Port))
	switch {
	case err != nil:
		e.fail(subject, "it does not say its version", "Check that DATABASE_URL names a PostgreSQL server.", err)
	case number < store.MinimumPostgres:
		e.fail(subject, fmt.Sprintf("%s: too old, as %d or newer is needed", place, store.MinimumPostgres/10000), "Upgrade the server, or point DATABASE_URL at a newer one.", nil)
	case readOnly:
		e.fail(subject, place+": nothing can be written", "Point DATABASE_URL at the primary server, not at a replica of it; or switch default_transaction_read_only off.", nil)
	default:
		e.ok(subject, "%s", place)
		return true
	}
	return false
}

func hostPort(host string, port uint16) string {
	if strings.HasPrefix(host, "/") {
		return host // a socket's directory
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// sessions finds out whether a connection is a session on the server, from its
// first statement to its last: locks and notifications are the session's. It
// reports false where a proxy in between does not keep them.
func (e *exam) sessions(ctx context.Context, a *pgx.Conn) (kept bool) {
	const subject = "sessions"
	const advice = "Point DATABASE_URL at the server itself, or at the proxy's port for session pooling."
	b, err := connect(ctx, e.Config.DatabaseURL.Reveal())
	if err != nil {
		e.fail(subject, "a second connection cannot be made", "Allow the bot more connections: it uses 20 and more.", err)
		return true
	}
	defer hangUp(ctx, b)
	shared, err := shareSessions(ctx, a, b)
	if err == nil && !shared {
		err = notified(ctx, a, b, e.patience)
	}
	switch {
	case shared:
		e.fail(subject, "connections share the server's sessions, as behind a proxy that pools by transaction: locks and notifications would be lost", advice, nil)
	case err != nil:
		e.fail(subject, "locks do not hold or notifications (LISTEN, NOTIFY) do not arrive, as behind a proxy that pools", advice, err)
	default:
		e.ok(subject, "a connection keeps its session; locks hold, notifications arrive")
	}
	return err == nil && !shared
}

// shareSessions keeps one connection in a transaction while the other is used. A
// proxy that pools by transaction gives both the same server process, or one of
// them several; not every time, as it may have more of them than it needs.
func shareSessions(ctx context.Context, a, b *pgx.Conn) (bool, error) {
	const rounds = 5
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	seen, err := backend(ctx, a)
	for i := 0; i < rounds && err == nil; i++ {
		var shared bool
		if shared, err = shareInRound(ctx, a, b, seen); shared {
			return true, nil
		}
	}
	return false, err
}

func shareInRound(ctx context.Context, a, b *pgx.Conn, seen int) (bool, error) {
	tx, err := b.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if other, err := backend(ctx, tx); err != nil || other == seen {
		return err == nil, err
	}
	if again, err := backend(ctx, a); err != nil || again != seen {
		return err == nil, err
	}
	// What the processes say is one thing, what a lock does another.
	key := "cloudengine-doctor-" + rand.Text()
	var taken, freed bool
	if _, err := a.Exec(ctx, "select pg_advisory_lock(hashtextextended($1, 0))", key); err != nil {
		return false, err
	}
	if err := tx.QueryRow(ctx, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", key).Scan(&taken); err != nil || taken {
		return taken, err
	}
	err = a.QueryRow(ctx, "select pg_advisory_unlock(hashtextextended($1, 0))", key).Scan(&freed)
	return err == nil && !freed, err
}

// backend is the server process that answers.
func backend(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (pid int, err error) {
	err = q.QueryRow(ctx, "select pg_backend_pid()").Scan(&pid)
	return pid, err
}

// notified sends a notification from one connection to the other.
func notified(ctx context.Context, a, b *pgx.Conn, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	channel := "cloudengine_doctor_" + strings.ToLower(rand.Text())
	if _, err := a.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	if _, err := b.Exec(ctx, "notify "+channel); err != nil {
		return err
	}
	if _, err := a.WaitForNotification(ctx); err != nil {
		return err
	}
	_, err := a.Exec(ctx, "unlisten "+channel)
	return err
}
