package store

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/devpg"
)

// The SQL of docs/operations.md makes two roles on a server that has none, and
// makes two of one where the bot served already.
func TestDocumentedRoles(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(document), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of SQL, want the one that makes two roles and the one that makes two of one", len(blocks))
	}
	s := privateServer(t)
	before, after, _ := strings.Cut(blocks[0][1], "\\connect cloudengine\n")
	s.run("postgres", before)
	s.run("cloudengine", after)
	s.serves("cloudengine", "cloudengine_owner", "cloudengine_serve")

	s.run("postgres", "CREATE ROLE old LOGIN; CREATE DATABASE old OWNER old")
	if err := Migrate(testContext(t), Access{URL: s.as("old", "old")}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	s.run("old", strings.NewReplacer("TO cloudengine;", "TO old;", "cloudengine_serve", "new").Replace(blocks[1][1]))
	s.serves("old", "old", "new")
}

// server is a Postgres that knows no roles but its superuser.
type server struct {
	t   *testing.T
	url string
}

func privateServer(t *testing.T) server {
	t.Helper()
	dir, err := os.MkdirTemp("", "roles") // below t.TempDir the server's account may not go
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := devpg.Start(t.Context(), devpg.Options{Dir: dir, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return server{t, s.URL}
}

// as is the URL of a database, as a role where one is named.
func (s server) as(database, role string) string {
	s.t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	u.Path = "/" + database
	if role != "" {
		q := u.Query()
		q.Set("user", role)
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// run sends each statement by itself, as psql does.
func (s server) run(database, sql string) {
	s.t.Helper()
	w := &world{t: s.t, ctx: testContext(s.t)}
	conn := w.conn(s.as(database, ""))
	for statement := range strings.SplitSeq(sql, ";") {
		if _, err := conn.Exec(w.ctx, statement); err != nil {
			s.t.Fatalf("%s: %v", statement, err)
		}
	}
	_ = conn.Close(w.ctx)
}

// serves fails unless the owner can migrate, and the other role serve and not
// change the audit.
func (s server) serves(database, owner, serving string) {
	s.t.Helper()
	a := Access{URL: s.as(database, serving), Owner: s.as(database, owner)}
	if err := Migrate(testContext(s.t), a, slog.New(slog.DiscardHandler)); err != nil {
		s.t.Fatal(err)
	}
	store := mustOpen(s.t, a.URL)
	if err := store.RegisterHost(testContext(s.t), "h", "test"); err != nil {
		s.t.Error(err)
	}
	if guard, err := store.AuditGuard(testContext(s.t)); err != nil || guard.Weakness() != "" || guard.Owner != owner {
		s.t.Errorf("%+v: %s, %v", guard, guard.Weakness(), err)
	}
}
