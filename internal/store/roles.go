package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// servingRole asks who serves. It is asked while another connection holds the
// lock for migrations: locks are a database's own, so whoever gets it here too
// is in another one.
func servingRole(ctx context.Context, url string) (role string, err error) {
	conn, err := Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var elsewhere bool
	if err := conn.QueryRow(ctx, "select current_user, pg_try_advisory_lock($1)", migrationLock).Scan(&role, &elsewhere); err != nil {
		return "", fmt.Errorf("ask who serves: %w", err)
	}
	if elsewhere {
		return "", usererr.New(usererr.Unavailable,
			"DATABASE_URL and CLOUDENGINE_OWNER_DATABASE_URL name two databases. Nothing was changed. Point both at the same one, each as its role.")
	}
	return role, nil
}

// rights writes the statements that give a role what serving needs on everything
// that the schema's owner made, and take away whatever else it, or everybody, had.
// What the migrations keep account of themselves in can be read and no more:
// whoever could change it could have the owner run one again. The owner itself
// gets no statements.
const rights = `
with owner as (
	select relowner as id from pg_class where oid = 'public.schema_version'::regclass and pg_get_userbyid(relowner) <> $1::text
), things as (
	select format('table %s', oid::regclass) as thing, relowner as owner, relnamespace as schema, case
	         when relname = 'audit' then 'select, insert'
	         when relname in ('schema_version', 'river_migration') then 'select'
	         else 'select, insert, update, delete' end as needed
	from pg_class where relkind in ('r', 'p', 'v', 'm')
	union all
	select format('sequence %s', oid::regclass), relowner, relnamespace, 'usage' from pg_class where relkind = 'S'
	union all
	select format('routine %s', oid::regprocedure), proowner, pronamespace, 'execute' from pg_proc
)
select format('revoke all on %1$s from public, %2$I; grant %3$s on %1$s to %2$I', thing, $1, needed)
from things join owner on owner.id = things.owner where schema = 'public'::regnamespace
union all
select format('revoke create on schema public from public, %1$I; grant usage on schema public to %1$I', $1)
from pg_namespace, owner where nspname = 'public' and pg_has_role(nspowner, 'usage')
union all
-- A temporary table comes before all others of its name.
select format('revoke create, temporary on database %1$I from public, %2$I', datname, $1)
from pg_database, owner where datname = current_database() and pg_has_role(datdba, 'usage')`

// admit gives the role that serves its rights, all in one transaction.
func admit(ctx context.Context, conn *pgx.Conn, role string) error {
	if err := mayMigrate(ctx, conn); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, rights, role)
	if err != nil {
		return fmt.Errorf("list the rights of %s: %w", role, err)
	}
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list the rights of %s: %w", role, err)
	}
	if _, err := conn.Exec(ctx, strings.Join(statements, ";\n")); err != nil { // sent as one, they are one transaction
		return fmt.Errorf("give %s its rights: %w", role, err)
	}
	return nil
}
