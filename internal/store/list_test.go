package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func TestListsOfSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.newStack("db")
	var newest session.Session
	for i := range 12 {
		st := w.stack
		if i%4 == 0 {
			st = db
		}
		newest = w.newSession(st)
	}
	w.exec("update sessions set state = 'APPLIED', expires_at = null where stack_id = $1", db.ID)

	page, total, err := w.Sessions(w.ctx, SessionFilter{GuildID: guild, Requester: "1"}, Page{Limit: 5})
	if err != nil || total != 12 || len(page) != 5 || page[0].ID != newest.ID {
		t.Fatalf("%d of %d, %v", len(page), total, err)
	}
	rest, _, err := w.Sessions(w.ctx, SessionFilter{GuildID: guild, Slug: "dev"}, Page{5, 10})
	if err != nil || len(rest) != 2 || rest[0].Stack == "" || rest[0].Project != "dev" || rest[0].Requester != "1" {
		t.Errorf("last page: %+v, %v", rest, err)
	}
	for name, q := range map[string]struct {
		filter SessionFilter
		want   int
	}{
		"of everybody":     {SessionFilter{GuildID: guild}, 12},
		"by state":         {SessionFilter{GuildID: guild, State: session.Applied}, 3},
		"by stack":         {SessionFilter{GuildID: guild, StackID: w.stack.ID}, 9},
		"of projects":      {SessionFilter{GuildID: guild, Projects: []int64{w.project.ID, 99}}, 12},
		"of no project":    {SessionFilter{GuildID: guild, Projects: []int64{}}, 0},
		"other user":       {SessionFilter{GuildID: guild, Requester: "2"}, 0},
		"other guild":      {SessionFilter{GuildID: "999", Projects: []int64{w.project.ID}}, 0},
		"other project":    {SessionFilter{GuildID: guild, Slug: "prod"}, 0},
		"a foreign name":   {SessionFilter{GuildID: "999", Slug: "dev"}, 0},
		"all together":     {SessionFilter{GuildID: guild, Projects: []int64{w.project.ID}, Slug: "dev", Requester: "1", State: session.Draft, StackID: w.stack.ID}, 9},
		"with a quotation": {SessionFilter{GuildID: guild, Slug: "'; drop table sessions --"}, 0},
	} {
		if _, n, err := w.Sessions(w.ctx, q.filter, Page{Limit: 5}); err != nil || n != q.want {
			t.Errorf("%s: %d, want %d, %v", name, n, q.want, err)
		}
	}
}

func TestOpenSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var newest session.Session
	for range 9 {
		newest = w.newSession(w.stack)
	}
	w.newSession(w.newStack("db"))
	w.exec("update sessions set state = 'EXPIRED', expires_at = null where stack_id <> $1", w.stack.ID)
	w.granted(project.Grant{UserID: "3", Level: project.Approve}, 0)
	w.granted(project.Grant{UserID: "4", Level: project.Approve}, time.Nanosecond)
	w.granted(project.Grant{RoleID: "77", Level: project.Admin}, 0)
	for name, q := range map[string]struct {
		guild, prefix string
		who           project.Person
		level         project.Level
		own           bool
		want          int
	}{
		"one's own":         {guild, "", project.Person{UserID: "1"}, project.Approve, true, 9},
		"not one's own":     {guild, "", project.Person{UserID: "1"}, project.Approve, false, 0},
		"another's":         {guild, "", project.Person{UserID: "2"}, project.Approve, true, 0},
		"to approve":        {guild, "", project.Person{UserID: "3"}, project.Approve, true, 9},
		"to administrate":   {guild, "", project.Person{UserID: "3"}, project.Admin, true, 0},
		"until just now":    {guild, "", project.Person{UserID: "4"}, project.Approve, true, 0},
		"by a role":         {guild, "", project.Person{UserID: "2", Roles: []string{"77"}}, project.Admin, false, 9},
		"everybody's":       {guild, "", project.Person{UserID: "2", GuildAdmin: true}, project.Admin, false, 9},
		"by project":        {guild, "de", project.Person{UserID: "1"}, project.Approve, true, 9},
		"by stack":          {guild, "mai", project.Person{UserID: "1"}, project.Approve, true, 9},
		"by id":             {guild, newest.ID, project.Person{UserID: "1"}, project.Approve, true, 1},
		"no wildcards":      {guild, "%", project.Person{UserID: "1"}, project.Approve, true, 0},
		"other guild":       {"999", "", project.Person{UserID: "1", GuildAdmin: true}, project.Approve, true, 0},
		"only of the ended": {guild, "db", project.Person{UserID: "1"}, project.Approve, true, 0},
	} {
		if l, err := w.OpenSessions(w.ctx, q.guild, q.who, q.level, q.own, q.prefix, 25); err != nil || len(l) != q.want {
			t.Errorf("%s: %d, want %d, %v", name, len(l), q.want, err)
		}
	}
	if l, err := w.OpenSessions(w.ctx, guild, project.Person{UserID: "1"}, project.Approve, true, "", 4); err != nil || len(l) != 4 || l[0].ID != newest.ID {
		t.Errorf("limited: %+v, %v", l, err)
	}
}

// granted stores a grant on the project, with an end after life (0: none).
func (w *world) granted(g project.Grant, life time.Duration) {
	w.t.Helper()
	w.tx(func(tx *Tx) error {
		g.GuildID, g.ProjectID, g.GrantedBy, g.GrantedAt = guild, w.project.ID, "1", tx.Now
		if life != 0 {
			end := tx.Now.Add(life)
			g.ExpiresAt = &end
		}
		_, err := tx.PutGrant(w.ctx, g)
		return err
	})
}

// A person sees each project once, by the grant that gives most and lasts longest.
func TestProjectsOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, slug := range []string{"zoo", "abc", "old"} {
		w.tx(func(tx *Tx) error {
			p, err := tx.InsertProject(w.ctx, project.Project{GuildID: guild, Slug: slug, Provider: "sandbox", DefaultRegion: "eu-1", CreatedBy: "1", CreatedAt: tx.Now})
			if slug == "old" {
				p.ArchivedAt = &tx.Now
				err = tx.SaveProject(w.ctx, p)
			}
			return err
		})
	}
	w.granted(project.Grant{UserID: "2", Level: project.View}, 0)
	w.granted(project.Grant{RoleID: "77", Level: project.Deploy}, time.Hour)
	w.granted(project.Grant{RoleID: "78", Level: project.Deploy}, 2*time.Hour)
	w.granted(project.Grant{RoleID: "79", Level: project.Admin}, time.Nanosecond)
	show := func(p project.Person, page Page) string {
		t.Helper()
		list, total, err := w.ProjectsOf(w.ctx, guild, p, page)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%d:", total)
		for _, s := range list {
			text += fmt.Sprintf(" %s %s role=%s ends=%t", s.Slug, s.Level, s.Role, s.ExpiresAt != nil)
		}
		return text
	}
	ten := Page{Limit: 10}
	for name, q := range map[string]struct {
		who  project.Person
		page Page
		want string
	}{
		"a stranger":       {project.Person{UserID: "9"}, ten, "0:"},
		"by their own":     {project.Person{UserID: "2"}, ten, "1: dev view role= ends=false"},
		"by a role":        {project.Person{UserID: "2", Roles: []string{"77"}}, ten, "1: dev deploy role=77 ends=true"},
		"by the longest":   {project.Person{UserID: "2", Roles: []string{"77", "78", "79"}}, ten, "1: dev deploy role=78 ends=true"},
		"the guild's":      {project.Person{UserID: "9", GuildAdmin: true}, Page{2, 1}, "4: dev admin role= ends=false old admin role= ends=false"},
		"beyond their end": {project.Person{UserID: "2"}, Page{10, 10}, "1:"},
	} {
		if got := show(q.who, q.page); got != q.want {
			t.Errorf("%s: %s, want %s", name, got, q.want)
		}
	}
	w.exec("update projects set archived_at = now() where slug = 'dev'")
	if got := show(project.Person{UserID: "2", Roles: []string{"77"}}, ten); got != "0:" {
		t.Errorf("archived: %s", got)
	}
	if _, n, err := w.ProjectsOf(w.ctx, "999", project.Person{UserID: "2", GuildAdmin: true}, ten); err != nil || n != 0 {
		t.Errorf("another guild's admin sees %d, %v", n, err)
	}
}
