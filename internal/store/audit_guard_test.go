package store

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/devpg"
)

// Everything that would let a role change the audit is found, and named.
func TestAuditGuard(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		weaken string // SQL of the owner
		conn   func(w *world) *pgx.Conn
		want   string // part of the weakness; empty: there is none
	}{
		"whole":     {"", serves, ""},
		"owner":     {"", func(w *world) *pgx.Conn { return w.conn(w.owner) }, "cloudengine_owner owns it"},
		"superuser": {"", superuser, "is a superuser"},
		"may become the owner": {"", func(w *world) *pgx.Conn { return w.newRole("noinherit in role cloudengine_owner") },
			"may act as cloudengine_owner"},
		"may update":             {"grant update on audit to cloudengine_serve", serves, "the rights UPDATE"},
		"may update one column":  {"grant update (actor) on audit to cloudengine_serve", serves, "the rights UPDATE"},
		"everybody may truncate": {"grant truncate, delete on audit to public", serves, "the rights DELETE, TRUNCATE"},
		"trigger disabled":       {"alter table audit disable trigger audit_append_only", serves, "is missing or switched off"},
		"trigger for replicas":   {"alter table audit enable replica trigger audit_append_only", serves, "is missing or switched off"},
		"trigger always":         {"alter table audit enable always trigger audit_append_only", serves, ""},
		"trigger gone":           {"drop trigger audit_append_only on audit", serves, "is missing or switched off"},
		"trigger forgets truncate": {"drop trigger audit_append_only on audit; create trigger audit_append_only before update or delete on audit for each statement execute function audit_is_append_only()",
			serves, "is missing or switched off"},
		"may make tables": {"grant create on schema public to cloudengine_serve", serves, "tables and functions of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.weaken != "" {
				w.asOwner(test.weaken)
			}
			guard, err := ExamineAudit(w.ctx, test.conn(w))
			if err != nil {
				t.Fatal(err)
			}
			if got := guard.Weakness(); !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
				t.Errorf("got %q of %+v, want %q", got, guard, test.want)
			}
		})
	}
	empty := newWorld(t).conn(emptyDatabase(t).URL)
	if _, err := ExamineAudit(t.Context(), empty); !errors.Is(err, ErrNotFound) {
		t.Errorf("no audit yet: %v", err)
	}
}

func serves(w *world) *pgx.Conn { return w.conn(w.url) }

// superuser connects to the test's database as who runs the server.
func superuser(w *world) *pgx.Conn {
	w.t.Helper()
	server, err := url.Parse(devpg.TestServer(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	server.Path = "/" + w.conn(w.url).Config().Database
	return w.conn(server.String())
}

// newRole makes a role for the test and connects as it.
func (w *world) newRole(attributes string) *pgx.Conn {
	w.t.Helper()
	name := "store_" + strings.ToLower(rand.Text())
	admin := superuser(w)
	if _, err := admin.Exec(w.ctx, "create role "+name+" login password 'x' "+attributes); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if _, err := admin.Exec(context.WithoutCancel(w.ctx), "drop role "+name); err != nil {
			w.t.Error(err)
		}
	})
	u, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	u.User = url.UserPassword(name, "x")
	return w.conn(u.String())
}
