package doctor

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare  func(w *world)
		mark     mark
		subject  string
		parts    []string
		problems []string
	}{
		"sessions": {func(*world) {}, fine, "sessions", []string{"locks hold, notifications arrive"}, nil},
		"rights":   {func(*world) {}, fine, "rights", []string{"cloudengine_serve serves", "cloudengine_owner owns the tables and migrates"}, nil},
		"schema":   {func(*world) {}, fine, "schema", []string{"as this program has it"}, nil},
		"no seals": {func(*world) {}, fine, "key", []string{"nothing is encrypted", "copy"}, nil},
		"empty": {func(w *world) { w.use(emptyDatabase(w.t)) },
			fine, "schema", []string{"the first start makes it"}, nil},
		"empty, and a key": {func(w *world) { w.use(emptyDatabase(w.t)) },
			fine, "key", []string{"nothing is encrypted"}, nil},

		"nobody listens": {func(w *world) { w.database("postgres://me:hunter2@" + closedPort(w.t) + "/none") },
			problem, "postgres", []string{"cannot be reached", "host and port", "refused"}, []string{"postgres"}},
		"no such user": {func(w *world) { w.logIn("nobody-such") },
			problem, "postgres", []string{"user and password", "nobody-such"}, []string{"postgres"}},
		"no such database": {func(w *world) { w.alter(func(u *url.URL) { u.Path = "/none" }) },
			problem, "postgres", []string{"createdb", `"none"`}, []string{"postgres"}},
		"not a URL": {func(w *world) { w.database("postgres://me:hunter2@host:port/x") },
			problem, "postgres", []string{"the URL cannot be read"}, []string{"postgres"}},
		"too old": {func(w *world) {
			w.exec(`create function current_setting(name text) returns text language sql as $$
				select case name when 'server_version_num' then '130014' when 'server_version' then '13.14' else pg_catalog.current_setting(name) end $$`)
			w.exec(`do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`)
		}, problem, "postgres", []string{"13.14", "too old", "14 or newer", "Upgrade"}, []string{"postgres"}},
		"read-only": {func(w *world) {
			w.exec(`do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`)
		}, problem, "postgres", []string{"nothing can be written", "primary"}, []string{"postgres"}},
		"pooled by transaction": {func(w *world) { w.database(startPooler(w.t, w.Config.DatabaseURL.Reveal(), false)) },
			problem, "sessions", []string{"share the server's sessions", "session pooling"}, []string{"sessions"}},
		"a proxy that loses notifications": {func(w *world) {
			w.database(startPooler(w.t, w.Config.DatabaseURL.Reveal(), true))
			w.patience = 500 * time.Millisecond
		}, problem, "sessions", []string{"notifications (LISTEN, NOTIFY) do not arrive", "session pooling"}, []string{"sessions"}},
		"one connection": {func(w *world) { w.as("connection limit 1") },
			problem, "sessions", []string{"second connection"}, []string{"sessions", "rights", "schema"}},
		"may not create tables": {func(w *world) {
			w.database(emptyDatabase(w.t).URL)
			w.as("")
		}, problem, "rights", []string{"may not create tables in the schema public", "GRANT USAGE, CREATE ON SCHEMA public TO \"doctor_"}, []string{"rights"}},
		"tables of another user": {func(w *world) { w.as("") },
			problem, "schema", []string{"belong to another role", "cloudengine migrate"}, []string{"rights", "schema"}},
		"search_path names nothing": {func(w *world) { w.searchPath("nothing") },
			problem, "rights", []string{"names no schema", "SET search_path = public"}, nil},
		"another schema first": {func(w *world) {
			w.exec("create schema other")
			w.searchPath("other, public")
			w.as("")
			w.exec("grant create on schema public to public; grant usage on schema other to public")
		}, problem, "rights", []string{"in the schema other, which its search_path names first"}, nil},

		"one role for both": {func(w *world) { w.oneRole() },
			warning, "audit", []string{"cloudengine_owner owns it", "docs/operations.md", "CLOUDENGINE_OWNER_DATABASE_URL"}, nil},
		"one role may create tables": {func(w *world) { w.oneRole() },
			fine, "rights", []string{"cloudengine_owner may create tables", "no extension"}, nil},
		"a superuser serves": {func(w *world) { w.as("superuser") },
			warning, "audit", []string{"is a superuser"}, nil},
		"the audit's trigger is off": {func(w *world) { w.exec("alter table audit disable trigger audit_append_only") },
			warning, "audit", []string{"audit_append_only", "switched off"}, nil},
		"the audit can be emptied": {func(w *world) { w.exec("grant truncate on audit to cloudengine_serve") },
			warning, "audit", []string{"TRUNCATE"}, nil},
		"no audit yet": {func(w *world) { w.use(emptyDatabase(w.t)) },
			unknown, "audit", []string{"none yet"}, nil},
		"whole audit": {func(*world) {}, fine, "audit", []string{"every change is refused"}, nil},
		"another process migrates": {func(w *world) { w.Config.OwnerDatabaseURL = config.Secret{} },
			fine, "rights", []string{"cloudengine_serve serves", "cloudengine_owner owns the tables, and another process migrates"}, nil},
		"another process has not migrated": {func(w *world) {
			w.Config.OwnerDatabaseURL = config.Secret{}
			w.exec("delete from river_migration where version = (select max(version) from river_migration)")
		}, problem, "schema", []string{"may not migrate", "cloudengine migrate"}, []string{"schema"}},
		"the owner is of another database": {func(w *world) { w.Config.OwnerDatabaseURL = config.NewSecret(emptyDatabase(w.t).Owner) },
			problem, "rights", []string{"name two databases"}, []string{"rights"}},
		"the owner does not own": {func(w *world) { w.Config.OwnerDatabaseURL = w.Config.DatabaseURL },
			problem, "rights", []string{"belong to cloudengine_owner, not to cloudengine_serve"}, []string{"rights"}},
		"the owner cannot log in": {func(w *world) {
			w.Config.OwnerDatabaseURL = config.NewSecret("postgres://me:hunter2@" + closedPort(w.t) + "/none")
		}, problem, "rights", []string{"host and port in CLOUDENGINE_OWNER_DATABASE_URL"}, []string{"rights"}},
		"a right is missing": {func(w *world) { w.exec("revoke insert on outbox, hosts from cloudengine_serve") },
			problem, "rights", []string{"lacks rights on 2 tables", "cloudengine migrate"}, []string{"rights"}},

		"newer schema": {func(w *world) { w.exec("update schema_version set version = 99") },
			problem, "schema", []string{"version 99", "newer Cloud Engine"}, []string{"schema"}},
		"queue not migrated": {func(w *world) {
			w.exec("delete from river_migration where version = (select max(version) from river_migration)")
		},
			warning, "schema", []string{"queue's tables", "cloudengine migrate", "Back the database up"}, nil},
		"right key": {func(w *world) { w.seal(testKey) },
			fine, "key", []string{"opens", "1 value tried"}, nil},
		"wrong key": {func(w *world) { w.seal(strings.Repeat("k", store.KeySize)) },
			problem, "key", []string{"does not open", "CLOUDENGINE_KEY", "ran with before"}, []string{"key"}},
		"a rotation that did not end": {func(w *world) {
			w.seal(testKey)
			w.exec(`insert into state_versions (stack_id, guild_id, lineage, serial, sealed, saved_at, pushed_by)
				select stack_id, guild_id, lineage, serial, overlay(sealed placing '\xabcdef' from 2), saved_at, 'ann' from state_versions`)
		}, problem, "key", []string{"does not open all", "1 value of key abcdef", "cloudengine key rotate"}, []string{"key"}},
		"no key": {func(w *world) { w.Config.Key = config.Secret{} },
			unknown, "key", []string{"CLOUDENGINE_KEY"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t).withDatabase()
			test.prepare(w)
			f := w.examine()
			f.want(test.mark, test.subject, test.parts...)
			if test.problems != nil || test.mark != problem {
				f.wantProblems(test.problems...)
			}
			if strings.Contains(f.text, "hunter2") {
				t.Errorf("a password is shown:\n%s", f.text)
			}
		})
	}
}

// Whoever interrupts the doctor is not told that all is well.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Run(ctx, Options{Out: &out}) {
		t.Error("Run says that all is well")
	}
	readFindings(t, out.String()).want(unknown, "the", "rest", "interrupted")
}

// database points the bot at another one.
func (w *world) database(url string) { w.Config.DatabaseURL = config.NewSecret(url) }

// alter changes a part of the database's URL.
func (w *world) alter(change func(u *url.URL)) {
	w.t.Helper()
	u, err := url.Parse(w.Config.DatabaseURL.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	change(u)
	w.database(u.String())
}

// oneRole lets the owner of the tables serve.
func (w *world) oneRole() {
	w.Config.DatabaseURL, w.Config.OwnerDatabaseURL = w.Config.OwnerDatabaseURL, config.Secret{}
}

// logIn connects as a user.
func (w *world) logIn(name string) {
	w.t.Helper()
	w.alter(func(u *url.URL) {
		q := u.Query()
		q.Del("user")
		q.Del("password")
		u.User, u.RawQuery = url.UserPassword(name, "hunter2"), q.Encode()
	})
}

// emptyDatabase has no tables.
func emptyDatabase(t *testing.T) devpg.Database {
	t.Helper()
	return devpg.CloneDatabase(t, "empty", func(context.Context, devpg.Database) error { return nil })
}

// exec runs SQL in the database as its owner.
func (w *world) exec(sql string) {
	w.t.Helper()
	u, err := url.Parse(w.Config.DatabaseURL.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	owner, err := url.Parse(devpg.TestServer(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	owner.Path = u.Path
	execute(w.t, owner.String(), sql)
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.WithoutCancel(t.Context()), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(context.WithoutCancel(t.Context()), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// as connects as a new user, who may do nothing in particular, without an owner.
func (w *world) as(attributes string) {
	w.t.Helper()
	name := "doctor_" + strings.ToLower(rand.Text())
	server := devpg.TestServer(w.t)
	execute(w.t, server, "create role "+name+" login "+attributes)
	w.t.Cleanup(func() { execute(w.t, server, "drop role "+name) })
	w.logIn(name)
	w.Config.OwnerDatabaseURL = config.Secret{}
}

func (w *world) searchPath(path string) {
	w.t.Helper()
	w.exec(`do $$ begin execute format('alter database %I set search_path = ` + path + `', current_database()); end $$`)
}

// seal stores a state under a key.
func (w *world) seal(key string) {
	w.t.Helper()
	sealer, err := store.NewSealer([]byte(key))
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := store.Open(w.ctx, store.Options{URL: w.Config.DatabaseURL.Reveal(), Sealer: sealer, Logger: discard})
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	err = s.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.InsertProject(w.ctx, project.Project{GuildID: w.acme.ID, Slug: "dev", Provider: "sandbox", DefaultRegion: "eu-1", CreatedBy: "1", CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		st, err := tx.EnsureStack(w.ctx, project.Stack{GuildID: w.acme.ID, ProjectID: p.ID, Name: "main", Region: "eu-1", CreatedBy: "1"})
		if err != nil {
			return err
		}
		ss, err := tx.InsertSession(w.ctx, session.New("4kq2", p, st, "1", session.Moment{Now: tx.Now, Lives: session.DefaultLives}))
		if err != nil {
			return err
		}
		r, err := tx.InsertRun(w.ctx, store.Run{GuildID: w.acme.ID, SessionID: ss.ID, StackID: st.ID, Kind: store.RunApply, Generation: 1})
		if err != nil {
			return err
		}
		_, err = tx.SaveState(w.ctx, r, project.StateMeta{Lineage: "a", Serial: 1}, []byte("{}"))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
