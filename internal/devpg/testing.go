package devpg

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TB is what is needed of a testing.TB. The package that has it must stay out
// of the program.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// setupTimeout is generous: many packages create databases at once.
const setupTimeout = 2 * time.Minute

// TestServer returns the URL of the maintenance database of the server that
// all tests share: the one named by CLOUDENGINE_TEST_DATABASE_URL, else a
// private one. See Shared.
func TestServer(tb TB) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*startTimeout)
	defer cancel()
	server, err := Shared(ctx)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return server
}

// CloneDatabase returns a database of the test's own, a copy of a template which
// is dropped when the test ends.
//
// The template is named by the content it has: a new key makes a new one. It
// is built once per server by migrate, which gets an empty database and must
// have closed its connections when it returns.
func CloneDatabase(tb TB, template string, migrate func(ctx context.Context, db Database) error) Database {
	tb.Helper()
	server := TestServer(tb)
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()

	source, err := ensureTemplate(ctx, server, template, migrate)
	if err != nil {
		tb.Fatalf("build template database %q: %v", template, err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := run(ctx, server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s", name, source, ownerRole)); err != nil {
		tb.Fatalf("clone template database %q: %v", template, err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
		defer cancel()
		if err := run(ctx, server, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			tb.Errorf("drop test database: %v", err)
		}
	})
	return ofRoles(server, name)
}

// ensureTemplate builds the template unless it is there. It gets its final name
// when it is complete, so an interrupted one is never used.
func ensureTemplate(ctx context.Context, server, key string, migrate func(context.Context, Database) error) (string, error) {
	sum := sha256.Sum256([]byte(key + ", of two roles"))
	final := fmt.Sprintf("template_%x", sum[:8])
	building := fmt.Sprintf("building_%x", sum[:8])

	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // ends the lock too
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(binary.BigEndian.Uint64(sum[:8]))); err != nil {
		return "", err
	}
	var done bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", final).Scan(&done); err != nil || done {
		return final, err
	}
	if err := ensureRoles(ctx, conn, server); err != nil {
		return "", err
	}
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + building + " WITH (FORCE)",
		"CREATE DATABASE " + building + " TEMPLATE template0 OWNER " + ownerRole,
	} {
		if err := retry(ctx, conn, sql); err != nil {
			return "", err
		}
	}
	if err := run(ctx, databaseURL(server, building), ownSchema); err != nil {
		return "", err
	}
	if err := migrate(ctx, ofRoles(server, building)); err != nil {
		return "", fmt.Errorf("migrate: %w", err)
	}
	for _, sql := range []string{
		"ALTER DATABASE " + building + " RENAME TO " + final,
		"ALTER DATABASE " + final + " WITH ALLOW_CONNECTIONS false",
	} {
		if err := retry(ctx, conn, sql); err != nil {
			return "", err
		}
	}
	return final, nil
}

// run executes one statement on a connection of its own.
func run(ctx context.Context, server, sql string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return retry(ctx, conn, sql)
}

// retry waits while the database is in use: a connection of the migration, or
// autovacuum's, may take a moment to end.
func retry(ctx context.Context, conn *pgx.Conn, sql string) error {
	for {
		_, err := conn.Exec(ctx, sql)
		var pgErr *pgconn.PgError
		if !errors.As(err, &pgErr) || pgErr.Code != "55006" { // object_in_use
			return err
		}
		if pause(ctx) != nil {
			return err
		}
	}
}

// databaseURL is server's URL with another database.
func databaseURL(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // not a URL: the caller's connect will say so
	}
	u.Path = "/" + database
	return u.String()
}
