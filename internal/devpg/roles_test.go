package devpg

import (
	"strings"
	"testing"
)

// Who serves has nothing but what the owner gives, of a database made twice too.
func TestTwoRoles(t *testing.T) {
	t.Parallel()
	s := mustStart(t, openTemp(t))
	db, err := s.Database(t.Context(), "engine")
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db.Owner, "CREATE TABLE given (v text); CREATE TABLE kept (v text); GRANT INSERT ON given TO "+servingRole)
	again, err := s.Database(t.Context(), "engine")
	if err != nil || again != db {
		t.Fatalf("a second time: %+v, %v", again, err)
	}
	mustExec(t, again.URL, "INSERT INTO given VALUES ('x')")
	for _, sql := range []string{
		"SELECT * FROM given", "SELECT * FROM kept", "DROP TABLE given", "CREATE TABLE mine (v text)",
		"SET ROLE " + ownerRole, "SET ROLE " + superuser, "CREATE SCHEMA mine", "CREATE DATABASE mine", "CREATE ROLE mine",
	} {
		if err := run(t.Context(), db.URL, sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for url, want := range map[string]string{db.Owner: ownerRole, db.URL: servingRole} {
		if got := query(t, url, "SELECT session_user || ' in ' || current_database()"); got != want+" in engine" {
			t.Errorf("logged in as %s, want %s", got, want)
		}
	}
}

func TestRolesOfTheEnvironmentsServer(t *testing.T) {
	t.Parallel()
	const server = "postgres://me:secret@elsewhere:5433/postgres?sslmode=require"
	db := ofRoles(server, "test_x")
	for url, role := range map[string]string{db.Owner: ownerRole, db.URL: servingRole} {
		if want := "postgres://" + role + ":" + password(server) + "@elsewhere:5433/test_x?sslmode=require"; url != want {
			t.Errorf("got %s, want %s", url, want)
		}
	}
	if password(server) == password("postgres://me:other@elsewhere:5433/postgres?sslmode=require") {
		t.Error("whoever does not know the server's password knows that of the roles")
	}
}
