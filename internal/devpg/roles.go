package devpg

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The two roles of every database made here: as in earnest, who serves does not
// own what is in it.
const (
	ownerRole   = "cloudengine_owner"
	servingRole = "cloudengine_serve"
)

// Database is a database as its two roles reach it.
type Database struct {
	// URL connects as the role that serves. It has no rights but those that the
	// owner gives it.
	URL string
	// Owner connects as the role that owns the database and its schema.
	Owner string
}

// Database returns the server's database of a name, made when it is missing.
func (s *Server) Database(ctx context.Context, name string) (Database, error) {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return Database{}, fmt.Errorf("private postgres: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = ensureRoles(ctx, conn, s.URL)
	if err == nil {
		err = create(ctx, conn, "DATABASE "+name+" OWNER "+ownerRole)
	}
	if err == nil {
		err = run(ctx, databaseURL(s.URL, name), ownSchema)
	}
	if err != nil {
		return Database{}, fmt.Errorf("private postgres: make database %s: %w", name, err)
	}
	return ofRoles(s.URL, name), nil
}

// ownSchema is what PostgreSQL 15 and newer do by themselves.
const ownSchema = "ALTER SCHEMA public OWNER TO " + ownerRole + "; REVOKE CREATE ON SCHEMA public FROM PUBLIC"

// rolesLock is the advisory lock of whoever makes the roles.
const rolesLock = 0x726f6c6573 // "roles"

// ensureRoles makes the roles. Who makes databases may act as their owner.
func ensureRoles(ctx context.Context, conn *pgx.Conn, server string) error {
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", rolesLock); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", rolesLock) }()
	for _, role := range []string{ownerRole, servingRole} {
		if err := create(ctx, conn, fmt.Sprintf("ROLE %s LOGIN PASSWORD '%s'", role, password(server))); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, "GRANT "+ownerRole+" TO CURRENT_USER")
	return err
}

// create makes what may be there already.
func create(ctx context.Context, conn *pgx.Conn, what string) error {
	_, err := conn.Exec(ctx, "CREATE "+what)
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "42710", "42P04", "23505": // duplicate_object, duplicate_database, unique_violation where two make a database at once
			return nil
		}
	}
	return err
}

// password is for a server of the environment, which asks for one: it is the same
// in every process that knows the server's own. The private server asks nobody
// who reaches its socket.
func password(server string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte("password of the test roles of "+server)))
}

// ofRoles is a database of a server as its two roles reach it.
func ofRoles(server, name string) Database {
	return Database{Owner: roleURL(server, name, ownerRole), URL: roleURL(server, name, servingRole)}
}

func roleURL(server, database, role string) string {
	u, err := url.Parse(databaseURL(server, database))
	if err != nil {
		return server // not a URL: the caller's connect will say so
	}
	q := u.Query()
	q.Del("user")
	q.Del("password")
	u.User, u.RawQuery = url.UserPassword(role, password(server)), q.Encode()
	return u.String()
}
