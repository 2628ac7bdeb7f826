package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// runMigrate is what to do where the role that serves lacks something that only
// the owner of the tables can give.
const runMigrate = "Run `cloudengine migrate` with CLOUDENGINE_OWNER_DATABASE_URL set to the role that owns the tables (and DATABASE_URL as it is); docs/operations.md has the two roles."

// role is what a role may do.
type role struct {
	User         string
	Schema       string // the first of its search_path
	Makes        bool   // tables in the schema public
	MakesInFirst bool   // tables in Schema
	Owner        string // of the tables; empty: there are none
	Owns         bool   // may act as Owner
	Lacks        int    // tables without the rights that serving needs
}

func askRole(ctx context.Context, conn *pgx.Conn) (role, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rows, err := conn.Query(ctx, `
		select current_user as user, coalesce(current_schema(), '') as schema,
		       coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false) as makes,
		       coalesce(has_schema_privilege(current_schema(), 'create'), false) as makes_in_first,
		       coalesce(pg_get_userbyid(v.relowner), '') as owner, coalesce(pg_has_role(v.relowner, 'usage'), false) as owns,
		       (select count(*) from pg_class t
		        where t.relnamespace = v.relnamespace and t.relowner = v.relowner and t.relkind = 'r'
		          and not has_table_privilege(t.oid, case when t.relname in ('schema_version', 'river_migration') then 'select' else 'insert' end)) as lacks
		from (select) one left join pg_class v on v.oid = to_regclass('public.schema_version')`)
	if err != nil {
		return role{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[role])
}

// rights checks that the bot can make its tables, or that who made them lets it
// work with them.
func (e *exam) rights(ctx context.Context, conn *pgx.Conn) {
	const subject = "rights"
	serving, err := askRole(ctx, conn)
	if err != nil {
		e.fail(subject, "the database does not say what the bot may do", "", err)
		return
	}
	owner, given := serving, e.Config.OwnerDatabaseURL.IsSet()
	if given {
		var ok bool
		if owner, ok = e.owner(ctx, conn); !ok {
			return
		}
	}
	e.migrates = owner.Owner == "" || owner.Owns
	others := serving.Owner != "" && !serving.Owns // the tables are another role's
	switch {
	case others && serving.Schema != "public":
		e.searchPath(serving)
	case others && serving.Lacks > 0:
		e.fail(subject, fmt.Sprintf("%s lacks rights on %s, which belong to %s", serving.User, count(serving.Lacks, "table"), serving.Owner), runMigrate, nil)
	case others && !given:
		e.ok(subject, "%s serves; %s owns the tables, and another process migrates", serving.User, serving.Owner)
	case !e.mayMake(owner):
	case owner.User != serving.User:
		e.ok(subject, "%s serves; %s owns the tables and migrates", serving.User, owner.User)
	default:
		e.ok(subject, "%s may create tables; no extension is needed", owner.User)
	}
}

// mayMake checks that who migrates can make tables.
func (e *exam) mayMake(r role) bool {
	const subject = "rights"
	name := pgx.Identifier{r.User}.Sanitize()
	switch {
	case r.Owner != "" && !r.Owns:
		e.fail(subject, fmt.Sprintf("the tables belong to %s, not to %s", r.Owner, r.User), "Set CLOUDENGINE_OWNER_DATABASE_URL to the role that owns them.", nil)
	case !r.Makes:
		e.fail(subject, r.User+" may not create tables in the schema public",
			fmt.Sprintf("As the database's owner: GRANT USAGE, CREATE ON SCHEMA public TO %s; or let that user own the database.", name), nil)
	case r.Schema == "" || !r.MakesInFirst:
		e.searchPath(r)
	default:
		return true
	}
	return false
}

// searchPath says that tables are looked for in the wrong place.
func (e *exam) searchPath(r role) {
	found := fmt.Sprintf("the search_path of %s names no schema to have tables in", r.User)
	if r.Schema != "" {
		found = fmt.Sprintf("%s has no tables in the schema %s, which its search_path names first", r.User, r.Schema)
	}
	e.fail("rights", found, fmt.Sprintf("ALTER ROLE %s SET search_path = public;", pgx.Identifier{r.User}.Sanitize()), nil)
}

// owner asks what the role may do that migrates, in the same database.
func (e *exam) owner(ctx context.Context, serving *pgx.Conn) (r role, ok bool) {
	const subject = "rights"
	conn, err := connect(ctx, e.Config.OwnerDatabaseURL.Reveal())
	if err != nil {
		e.noDatabase(subject, "CLOUDENGINE_OWNER_DATABASE_URL", err)
		return r, false
	}
	defer hangUp(ctx, conn)
	same, err := sameDatabase(ctx, serving, conn)
	if err == nil && !same {
		e.fail(subject, "DATABASE_URL and CLOUDENGINE_OWNER_DATABASE_URL name two databases", "Point both at the same one, each as its role.", nil)
		return r, false
	}
	if err == nil {
		r, err = askRole(ctx, conn)
	}
	if err != nil {
		e.fail(subject, "the database does not say what the owner of the tables may do", "", err)
	}
	return r, err == nil
}

// sameDatabase finds out by a lock, which is a database's own.
func sameDatabase(ctx context.Context, a, b *pgx.Conn) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tx, err := a.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // frees the lock
	key := "cloudengine-doctor-" + rand.Text()
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", key); err != nil {
		return false, err
	}
	var taken bool
	err = b.QueryRow(ctx, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", key).Scan(&taken)
	return !taken, err
}

// audit checks that who serves can add to the audit and not change it.
func (e *exam) audit(ctx context.Context, conn *pgx.Conn) {
	const subject = "audit"
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	guard, err := store.ExamineAudit(ctx, conn)
	switch {
	case errors.Is(err, store.ErrNotFound):
		e.skip(subject, "there is none yet")
	case err != nil:
		e.fail(subject, "the database does not say who may change it", "", err)
	case guard.Weakness() != "":
		e.warn(subject, "it can be changed: "+guard.Weakness(),
			"Serve as a role of its own, and give the owner's in CLOUDENGINE_OWNER_DATABASE_URL: docs/operations.md has the SQL. Then run `cloudengine migrate`.")
	default:
		e.ok(subject, "%s may read it and add to it; %s owns it, and every change is refused", guard.Role, guard.Owner)
	}
}
