package store

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// asOwner runs SQL as the role that owns the schema.
func (w *world) asOwner(sql string) {
	w.t.Helper()
	if _, err := w.conn(w.owner).Exec(w.ctx, sql); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) access() Access { return Access{URL: w.url, Owner: w.owner} }

// roles names the two roles of the test's database.
func (w *world) roles() (serving, owner string) {
	w.t.Helper()
	return w.conn(w.url).Config().User, w.conn(w.owner).Config().User
}

// Whoever has the bot's access to the database cannot undo what it has on record,
// nor make a way to.
func TestServingRoleCannotUndoTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := Migrate(w.ctx, w.access(), slog.New(slog.DiscardHandler)); err != nil { // a copy of a database is everybody's again
		t.Fatal(err)
	}
	w.tx(func(tx *Tx) error {
		return tx.Audit(w.ctx, Entry{GuildID: guild, Actor: "1", Action: "session.start", Subject: "session/a"})
	})
	const body = "returns trigger language plpgsql as $$ begin return null; end $$"
	serving, owner := w.roles()
	conn := w.conn(w.url)
	for _, sql := range []string{
		"update audit set actor = '2'", "update audit set actor = '2' where false", "delete from audit", "truncate audit", "truncate projects cascade",
		"insert into audit overriding system value select * from audit on conflict (id) do update set actor = '2'",
		"merge into audit a using projects p on true when matched then delete",
		"select * from audit for update", "begin; lock table audit in access exclusive mode",

		"alter table audit disable trigger all", "alter table audit disable trigger audit_append_only", "alter table audit rename to gone",
		"alter table audit owner to current_user", "alter table audit add column x int", "alter table audit enable row level security",
		"drop table audit", "drop trigger audit_append_only on audit", "drop function audit_is_append_only cascade", "drop schema public cascade",
		"alter schema public rename to gone", "alter schema public owner to current_user", "drop owned by " + owner, "reassign owned by " + owner + " to current_user",

		"create or replace function audit_is_append_only() " + body, "alter function audit_is_append_only() rename to gone",
		"create function public.audit_is_append_only(x int) returns int language sql as 'select 1'", "create table public.mine (x int)", "create view public.mine as select 1",
		"create schema mine", "create temporary table audit (x int)", "create temporary view audit as select 1",
		"create trigger mine before insert on audit for each row execute function audit_is_append_only()", "create rule mine as on insert to audit do instead nothing",

		"set role " + owner, "set session authorization " + owner, "set session_replication_role = replica",
		"grant " + owner + " to current_user",
		"alter role " + serving + " superuser", "alter role " + serving + " set session_replication_role = replica", "alter role " + owner + " password 'x'",
		"create role mine", "alter system set session_replication_role = replica", "copy audit to program 'true'",
		"do $$ begin execute format('alter database %I owner to ' || current_user, current_database()); end $$",

		"update schema_version set version = 0", "delete from schema_version", "delete from river_migration", "select setval('audit_id_seq', 1)",
	} {
		_, err := conn.Exec(w.ctx, sql, pgx.QueryExecModeSimpleProtocol)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != codeInsufficientPrivilege {
			t.Errorf("%s: %v", sql, err)
		}
		if _, err := conn.Exec(w.ctx, "rollback; reset role; reset session authorization"); err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{"grant update on audit to current_user", "grant create on schema public to current_user"} { // only warned of
		if _, err := conn.Exec(w.ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	trail, err := w.AuditTrail(w.ctx, guild, "session/a")
	if err != nil || len(trail) != 1 || trail[0].Actor != "1" {
		t.Errorf("%+v, %v", trail, err)
	}
	if guard, err := w.AuditGuard(w.ctx); err != nil || guard.Weakness() != "" {
		t.Errorf("%+v, %v", guard, err)
	}
}

// The role that serves has what it needs and nothing else, and everybody nothing,
// whatever was there before and whatever a later migration makes.
func TestRightsOfTheServingRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serving, owner := w.roles()
	w.asOwner("create table later (id bigserial primary key, v text); create view looks as select 1 as x; create function later() returns int language sql as 'select 1'")
	w.asOwner("grant all on all tables in schema public to public; grant all on all tables in schema public to " + serving + " with grant option")
	w.asOwner("grant update (actor) on audit to public, " + serving + "; grant all on schema public to public, " + serving)
	w.asOwner("alter default privileges for role " + owner + " grant all on tables to " + serving)
	for range 2 {
		if err := Migrate(w.ctx, w.access(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	rows, err := w.pool.Query(w.ctx, `
		select format('%s %s', case c.relkind when 'S' then 'sequence' else c.relname::text end,
		              case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end) as name,
		       string_agg(distinct lower(a.privilege_type) || case when a.is_grantable then ' further' else '' end, ' ' order by lower(a.privilege_type) || case when a.is_grantable then ' further' else '' end) as rights
		from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'S') and a.grantee <> c.relowner group by 1
		union all
		select 'function ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end, string_agg(distinct lower(a.privilege_type), ' ')
		from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
		where p.pronamespace = 'public'::regnamespace and a.grantee <> p.proowner group by 1
		union all
		select 'schema ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end, string_agg(lower(a.privilege_type), ' ')
		from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'public' and a.grantee <> n.nspowner group by 1
		union all
		select 'column ' || attname, attacl::text from pg_attribute where attrelid = 'audit'::regclass and attacl is not null`)
	if err != nil {
		t.Fatal(err)
	}
	var name, rights string
	if _, err := pgx.ForEachRow(rows, []any{&name, &rights}, func() error { got[name] = rights; return nil }); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"function " + serving: "execute", "sequence " + serving: "usage", "schema " + serving: "usage", "schema public": "usage"}
	tables, err := w.pool.Query(w.ctx, "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgx.ForEachRow(tables, []any{&name}, func() error { want[name+" "+serving] = "delete insert select update"; return nil }); err != nil {
		t.Fatal(err)
	}
	want["audit "+serving] = "insert select"
	want["schema_version "+serving], want["river_migration "+serving] = "select", "select"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.exec("insert into later (v) select later()::text")
}

// One role for both is served as before, and the audit still only grows.
func TestOneRoleForBoth(t *testing.T) {
	t.Parallel()
	db, ctx := emptyDatabase(t), testContext(t)
	for _, a := range []Access{{URL: db.Owner}, {URL: db.Owner, Owner: db.Owner}, {URL: db.Owner}} {
		if err := Migrate(ctx, a, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
	}
	s := mustOpen(t, db.Owner)
	if guard, err := s.AuditGuard(ctx); err != nil || !guard.Owns || guard.Weakness() == "" {
		t.Errorf("%+v, %v", guard, err)
	}
	if _, err := s.pool.Exec(ctx, "truncate hosts cascade; insert into audit (at, guild_id, actor, action, subject, interaction_id) values (now(), '', '', '', '', '')"); err != nil {
		t.Errorf("the owner lost a right: %v", err)
	}
	if _, err := s.pool.Exec(ctx, "delete from audit"); err == nil {
		t.Error("the audit was emptied")
	}
}

// A role that may not migrate serves a schema that is current, and is told what
// to do where it is not.
func TestServingRoleDoesNotMigrate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(w *world)
		access  func(w *world) Access
		parts   []string // of the refusal
	}{
		"current": {func(*world) {}, func(w *world) Access { return Access{URL: w.url} }, nil},
		"older schema": {func(w *world) { w.asOwner("update schema_version set version = version - 1") },
			func(w *world) Access { return Access{URL: w.url} }, []string{"cloudengine_serve of DATABASE_URL", "cloudengine migrate", "CLOUDENGINE_OWNER_DATABASE_URL"}},
		"older schema, and tables could be made": {func(w *world) {
			w.asOwner("update schema_version set version = version - 1; grant create on schema public to public")
		}, func(w *world) Access { return Access{URL: w.url} }, []string{"cloudengine_serve of DATABASE_URL", "cloudengine migrate"}},
		"older queue": {func(w *world) { w.asOwner("delete from river_migration where version = 6") },
			func(w *world) Access { return Access{URL: w.url} }, []string{"cloudengine_serve of DATABASE_URL", "cloudengine migrate"}},
		"no rights yet": {func(w *world) { w.asOwner("revoke all on schema_version from public, cloudengine_serve") },
			func(w *world) Access { return Access{URL: w.url} }, []string{"cloudengine_serve of DATABASE_URL", "cloudengine migrate"}},
		"no schema": {func(w *world) { w.url = emptyDatabase(w.t).URL },
			func(w *world) Access { return Access{URL: w.url} }, []string{"cloudengine_serve of DATABASE_URL", "cloudengine migrate"}},
		"the owner is none": {func(*world) {},
			func(w *world) Access { return Access{URL: w.owner, Owner: w.url} }, []string{"cloudengine_serve of CLOUDENGINE_OWNER_DATABASE_URL", "cloudengine migrate"}},
		"two databases": {func(*world) {},
			func(w *world) Access { return Access{URL: emptyDatabase(w.t).URL, Owner: w.owner} }, []string{"name two databases", "Nothing was changed"}},
		"the role that serves cannot log in": {func(*world) {},
			func(w *world) Access { return Access{URL: "postgres:///none?host=/nowhere", Owner: w.owner} }, []string{"cannot be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.prepare(w)
			err := Migrate(w.ctx, test.access(w), slog.New(slog.DiscardHandler))
			if test.parts == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !usererr.Is(err, usererr.Unavailable) {
				t.Fatalf("got %v", err)
			}
			mustContain(t, err, test.parts...)
		})
	}
}

// A database of the owner's making serves at once, from nothing.
func TestTwoRolesFromNothing(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	if err := Migrate(testContext(t), Access(db), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, db.URL).RegisterHost(testContext(t), "h", fmt.Sprint(t.Name())); err != nil {
		t.Fatal(err)
	}
}
