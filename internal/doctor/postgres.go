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
	later := []string{"sessions", "rights", "schema", "key"}
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
		e.noDatabase(err)
		skip("Postgres cannot be reached")
		return
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if !e.version(ctx, conn) {
		skip("the server is not one that the bot works with")
		return
	}
	shared := e.sessions(ctx, conn)
	e.rights(ctx, conn)
	if shared {
		e.skip("schema", "it needs sessions")
		e.skip("key", "it needs sessions")
		return
	}
	e.schema(ctx, conn)
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

// Postgres error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	codeInvalidAuthorization  = "28000"
	codeInvalidPassword       = "28P01"
	codeNoDatabase            = "3D000"
	codeTooManyConnections    = "53300"
	codeInsufficientPrivilege = "42501"
)

func (e *exam) noDatabase(err error) {
	advice := "Check host and port in DATABASE_URL, that the server runs, that it listens for other hosts, and what a firewall allows."
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case codeInvalidAuthorization, codeInvalidPassword:
			advice = "Check user and password in DATABASE_URL (special characters are percent-encoded there), and what the server's pg_hba.conf allows."
		case codeNoDatabase:
			advice = "Make the database (createdb, or CREATE DATABASE), or correct its name in DATABASE_URL."
		case codeTooManyConnections:
			advice = "Raise the server's max_connections, or close other connections."
		}
	}
	e.fail("postgres", "the database cannot be reached", advice, err)
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
// reports whether connections share them.
func (e *exam) sessions(ctx context.Context, a *pgx.Conn) (shared bool) {
	const subject = "sessions"
	const advice = "Point DATABASE_URL at the server itself, or at the proxy's port for session pooling."
	b, err := connect(ctx, e.Config.DatabaseURL.Reveal())
	if err != nil {
		e.fail(subject, "a second connection cannot be made", "Allow the bot more connections: it uses 20 and more.", err)
		return false
	}
	defer func() { _ = b.Close(context.WithoutCancel(ctx)) }()
	shared, err = sharesBackends(ctx, a, b)
	switch {
	case shared:
		e.fail(subject, "connections share the server's sessions, as behind a proxy that pools by transaction: advisory locks and notifications would be lost", advice, err)
		return true
	case err != nil:
		e.fail(subject, "two connections cannot be used at once", advice, err)
		return false
	}
	if err := notified(ctx, a, b, e.patience); err != nil {
		e.fail(subject, "a notification (LISTEN, NOTIFY) does not arrive: nothing would happen until something else does", advice, err)
		return false
	}
	e.ok(subject, "a connection keeps its session; locks hold, notifications arrive")
	return false
}

// sharesBackends keeps one connection busy while the other is used. A proxy that
// pools by transaction gives both the same server process, or one of them
// several.
func sharesBackends(ctx context.Context, a, b *pgx.Conn) (shared bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var first, other, second int
	if err := a.QueryRow(ctx, "select pg_backend_pid()").Scan(&first); err != nil {
		return false, err
	}
	tx, err := b.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := tx.QueryRow(ctx, "select pg_backend_pid()").Scan(&other); err != nil || other == first {
		return err == nil, err
	}
	if err := a.QueryRow(ctx, "select pg_backend_pid()").Scan(&second); err != nil || second != first {
		return err == nil, err
	}
	// What the processes say is one thing, what the lock does another.
	key := "cloudengine-doctor-" + rand.Text()
	if _, err := a.Exec(ctx, "select pg_advisory_lock(hashtextextended($1, 0))", key); err != nil {
		return false, err
	}
	var taken bool
	if err := tx.QueryRow(ctx, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", key).Scan(&taken); err != nil || taken {
		return taken, err
	}
	var freed bool
	err = a.QueryRow(ctx, "select pg_advisory_unlock(hashtextextended($1, 0))", key).Scan(&freed)
	return err == nil && !freed, err
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
