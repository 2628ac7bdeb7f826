package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// listed are lines of a list as the store gives them.
func listed() []store.Listed {
	small, part := dollars("0.004"), dollars("128.4", "database.db")
	return []store.Listed{
		{ID: "4kq2x7", Project: "dev", Stack: "web", State: session.Applied, Requester: "100", Resources: 3, Cost: &part, ChannelID: "7", ThreadID: "9", CreatedAt: noon},
		{ID: "5kq2x7", Project: "dev", Stack: "main", State: session.Applied, Requester: "200", Resources: 1, Cost: &small, ChannelID: "7", CreatedAt: noon},
		{ID: "6kq2x7", Project: "dev", Stack: "old", State: session.Applied, Requester: "200", Destroy: true, ChannelID: "7", CreatedAt: noon},
	}
}

func TestGoldenLists(t *testing.T) {
	t.Parallel()
	golden(t, "list/mine", draw(listing{List: listMine, Page: 1, What: string(session.Applied), Project: "dev"}.mine(listed(), 21)))
	golden(t, "list/everybodys", draw(listing{List: listAdmin, User: "200", Project: "dev"}.everybodys(listed(), 3)))
	golden(t, "list/none", draw(listing{List: listMine}.mine(nil, 0))+draw(listing{List: listMine, Project: "x"}.mine(nil, 0))+
		draw(listing{List: listAdmin}.everybodys(nil, 0))+draw(listing{List: listAdmin, Page: 7, User: "1"}.everybodys(nil, 0)))
}

// A route to a page says all that was asked for, and fits into a custom id with
// the longest of everything.
func TestListingRoutes(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]listing{
		"nothing": {List: listMine},
		"all":     {List: listProjects, Page: 12, Project: "dev", User: "1180000000000000000", What: "session.approve", Since: noon},
		"longest": {List: listAudit, Page: 99_999, Project: strings.Repeat("p", 32), User: "18446744073709551615", What: strings.Repeat("a", mostAction), Since: noon},
	} {
		route := l.to(l.Page)
		if got, ok := parseListing(route); !ok || !got.Since.Equal(l.Since) || got.to(got.Page) != route || got.User != l.User || got.Project != l.Project {
			t.Errorf("%s: %q became %+v", name, route, got)
		}
		if len(route) > 100 {
			t.Errorf("%s: %q has %d characters", name, route, len(route))
		}
	}
}

// The longest rows fit into a message.
func TestPagesFit(t *testing.T) {
	t.Parallel()
	dear := dollars("1234567.89", strings.Split(strings.Repeat("x", 1000), "")...)
	dear.Invented = true
	long := store.Listed{Cost: &dear, ID: "4kq2x7", Project: strings.Repeat("p", 32), Stack: strings.Repeat("s", 32), State: session.Validating, Requester: "1180000000000000000", Resources: 1000,
		ChannelID: "1180000000000000000", CreatedAt: noon}
	var rows []store.Listed
	for range listPage {
		rows = append(rows, long)
	}
	p := listing{List: listAdmin, Page: 99_998, Project: long.Project, User: long.Requester, What: string(session.Validating), Since: noon}.everybodys(rows, 999_990)
	if n := strings.Count(p.Content, "\n"); size(p.Content) > maxContent || strings.HasSuffix(p.Content, "…") || n != listPage+1 {
		t.Errorf("%d characters in %d rows:\n%s", size(p.Content), n, p.Content)
	}
	if !strings.HasSuffix(p.Content, "`4kq2x7`\n"+costNote(rows)[0]) {
		t.Errorf("a row was cut:\n%s", p.Content)
	}
}

// drafts opens deployments of ada's.
func (w *world) drafts(stacks ...string) {
	w.t.Helper()
	for _, stack := range stacks {
		w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": stack}))
	}
}

// turn presses a button of a list and waits for the page that it leads to.
func (w *world) turn(m *discordsim.Member, list *discordsim.Message, button string, parts ...string) *discordsim.Message {
	w.t.Helper()
	get(m.Click(w.ctx, *list, button))(w)
	return get(w.ops.Await(w.ctx, m, discordsim.Containing(parts...)))(w)
}

func TestListPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	stacks := strings.Split("abcdefghijkl", "")
	w.drafts(stacks...)
	in, err := w.ada.Slash(w.ctx, w.ops, "cloud-list", nil)
	first := w.says(in, err)
	if !strings.Contains(first, "12 in all · page 1 of 2") || !strings.Contains(first, "dev · l**") || strings.Contains(first, "dev · b**") {
		t.Fatalf("the first page: %s", first)
	}
	list := get(in.Reply(w.ctx))(w)
	older := w.turn(w.ada, list, "Older", "page 2 of 2")
	if text := older.Text(); !strings.Contains(text, "dev · a**") || strings.Contains(text, "dev · c**") {
		t.Errorf("the second page: %s", text)
	}
	if b, _ := older.Button("Older"); !b.Disabled {
		t.Error("there is a third page")
	}
	if text := w.turn(w.ada, older, "Newer", "page 1 of 2").Text(); text != first {
		t.Errorf("back on the first page: %s", text)
	}
	if got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", discordsim.Args{"state": "APPLIED"})); !strings.Contains(got, "None of your deployments matches") {
		t.Errorf("of another state: %s", got)
	}
}

// Admins see everybody's deployments: of the server, or of their projects; nobody
// else sees any.
func TestAdminList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "prod", "provider": "sandbox"}))
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "prod"}))
	w.drafts("web")
	list := func(m *discordsim.Member, args discordsim.Args) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-admin-list", args))
	}
	if got := list(w.boss, nil); !strings.Contains(got, "2 in all") || !strings.Contains(got, "prod · main") || !strings.Contains(got, mention(w.ada.ID)) {
		t.Errorf("the server's admin reads: %s", got)
	}
	if got := list(w.boss, discordsim.Args{"user": w.ada, "project": "dev", "state": "DRAFT"}); !strings.Contains(got, "1 in all") || strings.Contains(got, "prod") {
		t.Errorf("with filters: %s", got)
	}
	if got := list(w.grace, nil); !strings.Contains(got, "you are an admin of none") || !strings.Contains(got, "/cloud-request") {
		t.Errorf("a stranger reads: %s", got)
	}
	if got := list(w.ada, discordsim.Args{"project": "dev"}); !strings.Contains(got, "does not let you administer it") || strings.Contains(got, "web") {
		t.Errorf("a deployer reads: %s", got)
	}
	w.grants(w.grace, "admin")
	if got := list(w.grace, nil); !strings.Contains(got, "1 in all") || !strings.Contains(got, "dev · web") || strings.Contains(got, "prod") {
		t.Errorf("the project's admin reads: %s", got)
	}
	if got := list(w.grace, discordsim.Args{"project": "prod"}); !strings.Contains(got, "no access to `prod`") {
		t.Errorf("of another project: %s", got)
	}
	offered := get(w.grace.Complete(w.ctx, w.ops, "cloud-admin-list", nil, "project", ""))(w)
	if len(offered) != 1 || offered[0].Value != "dev" {
		t.Errorf("offered: %v", offered)
	}
}

// A page is drawn for who presses the button: what it shows is decided anew.
func TestForgedListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.drafts(strings.Split("abcdefghijkl", "")...)
	w.grants(w.grace, "admin")
	in, err := w.grace.Slash(w.ctx, w.ops, "cloud-admin-list", nil)
	w.says(in, err)
	list := get(in.Reply(w.ctx))(w)
	w.grants(w.grace, "view")
	refusal := w.says(w.grace.Click(w.ctx, *list, "Older"))
	if !strings.Contains(refusal, "you are an admin of none") {
		t.Errorf("a former admin turns the page: %s", refusal)
	}
}

// grants gives somebody a level in dev, in place of what they had.
func (w *world) grants(m *discordsim.Member, level string) {
	w.t.Helper()
	given := get(project.ParseLevel(level))(w)
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, w.guild.ID, "dev")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(w.ctx, "update grants set revoked_at = $1 where user_id = $2 and revoked_at is null", tx.Now, m.ID); err != nil {
			return err
		}
		_, err = tx.PutGrant(w.ctx, project.Grant{GuildID: w.guild.ID, ProjectID: p.ID, UserID: m.ID, Level: given, GrantedBy: w.boss.ID, GrantedAt: tx.Now})
		return err
	}))
}
