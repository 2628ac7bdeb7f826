package discord

import (
	"encoding/csv"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func auditRows() []store.AuditRow {
	row := func(actor, action, subject, reason, project, stack, after string) store.AuditRow {
		return store.AuditRow{At: noon, Actor: actor, Action: action, Subject: subject, Reason: reason, Project: project, Stack: stack, After: []byte(after)}
	}
	return []store.AuditRow{
		row("201", "session.approve", "session/4kq2x7", "looks good", "dev", "web", `{"state": "APPROVED"}`),
		row(store.Engine, "session.applied", "session/4kq2x7", "", "dev", "web", ""),
		row("201", "grant.create", "project/dev", "on call", "dev", "", `{"user": "100", "level": "deploy", "expires_at": null}`),
		row("201", "grant.create", "project/dev", "", "dev", "", `{"role": "55", "level": "view"}`),
		row("100", "request.create", "project/dev", "", "dev", "", `{"user": "100", "level": "deploy"}`),
		row("201", "stack.unlock", "stack/dev/web", "burnt down", "dev", "", "{}"),
		row("201", "guild.settings", "guild/1", "", "", "", ""),
		row("201", "some.thing", "project/dev", "=cmd|' /C calc'!A0 [x](http://evil.example) ```", "dev", "", ""),
		row(store.Engine, "session.expire", "session/gone", "", "", "", ""),
		row("201", "project.edit", "project/dev", strings.Repeat("a long reason ", 40), "dev", "", ""),
	}
}

func TestGoldenAudit(t *testing.T) {
	t.Parallel()
	l := listing{List: listAudit, Project: "dev", User: "201", What: "session.approve", Since: noon}
	p := l.trail(auditRows(), 123_456)
	golden(t, "list/audit", draw(p))
	if size(p.Content) > maxContent || strings.Count(p.Content, "\n") != listPage {
		t.Errorf("%d characters:\n%s", size(p.Content), p.Content)
	}
	golden(t, "list/audit-none", draw(listing{List: listAudit}.trail(nil, 0)))
	f := newAuditFile(mostFile)
	for _, r := range auditRows() {
		f.add(r)
	}
	golden(t, "list/audit.csv", strings.ReplaceAll(f.String(), "\r\n", "<CRLF>\n"))
}

// Each action that the engine writes has words, and a name that fits into a button.
func TestActionsHaveWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../orchestrator/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	action := regexp.MustCompile(`^(session|stack|state|project|quota|grant|request|guild)\.[a-z_]+$`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && action.MatchString(s) && (actionWords[s] == "" || len(s) > mostAction) {
				t.Errorf("%s: action %q has no words, or too long a name", name, s)
			}
			return true
		})
	}
}

// A file ends where Discord's limit is, at a row's end, and holds no formulas.
func TestAuditFile(t *testing.T) {
	t.Parallel()
	const most = 5000
	f := newAuditFile(most)
	n := 0
	for ; f.add(store.AuditRow{At: noon, Actor: "1", Action: "a", Subject: "project/dev", Reason: "with, \"quotes\"\nand lines", After: []byte(`{"x": 1}`)}); n++ {
	}
	records, err := csv.NewReader(strings.NewReader(f.String())).ReadAll()
	if err != nil || len(records) != n+1 || f.rows != n || len(f.String()) > most || len(f.String()) < most-200 {
		t.Fatalf("%d records, %d rows, %d bytes, %v", len(records), f.rows, len(f.String()), err)
	}
	if got := records[1][6]; got != "with, \"quotes\"\nand lines" {
		t.Errorf("the reason: %q", got)
	}
	for _, v := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"} {
		if got := string(csvRecord(v)); !strings.HasPrefix(strings.Trim(got, "\""), "'") {
			t.Errorf("%q became %q", v, got)
		}
	}
	if got := string(csvRecord("", "a=1", "ä", `{"a": -1}`)); got != ",a=1,ä,\"{\"\"a\"\": -1}\"\r\n" {
		t.Errorf("harmless values: %q", got)
	}
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]time.Time{
		"": {}, "24h": noon.Add(-24 * time.Hour), "7D": noon.Add(-7 * 24 * time.Hour), "2026-05-01": time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := parseSince(typed, noon); err != nil || !got.Equal(want) {
			t.Errorf("%q: %s, want %s, %v", typed, got, want, err)
		}
	}
	for _, typed := range []string{"yesterday", "2026-13-01", "-1d", "1y"} {
		if _, err := parseSince(typed, noon); err == nil || !strings.Contains(err.Error(), "`since` cannot be") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// Who did what is read by admins: of a project, what concerns it; of the server,
// everything. No secret is in it.
func TestAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "prod", "provider": "sandbox"}))
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
	w.must(w.store.RegisterHost(w.ctx, "host", "test"))
	task := get(w.orch.BeginPlan(w.ctx, w.session().RunID, "host"))(w)
	w.must(w.orch.Planned(w.ctx, orchestrator.Planned{Task: task, Digest: creates("vpc.main"), SHA256: "abc",
		Files: map[string][]byte{"main.tf.json": []byte("hunter2")}, Secrets: []string{"hunter2"}}))
	w.ends(w.approved(w.lobby("Plan ready")), 0, orchestrator.Outcome{Outputs: []orchestrator.Output{{Label: "vpc.main", Name: "key", Value: "hunter2", Sensitive: true}}})

	audit := func(m *discordsim.Member, args discordsim.Args) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-audit", args))
	}
	id := w.session().ID
	if got := audit(w.boss, discordsim.Args{"project": "dev", "action": "session.approve"}); !strings.Contains(got, fmt.Sprintf("%s approved `%s` (dev · main)", mention(w.ada.ID), id)) || !strings.Contains(got, "1 in all") {
		t.Errorf("the owner reads: %s", got)
	}
	if got := audit(w.boss, nil); !strings.Contains(got, "created `prod`") || !strings.Contains(got, "created `dev`") || !strings.Contains(got, "The engine applied") {
		t.Errorf("all of it: %s", got)
	}
	if got := audit(w.ada, nil); !strings.Contains(got, "you are an admin of none") {
		t.Errorf("a deployer reads: %s", got)
	}
	if offered := get(w.ada.Complete(w.ctx, w.ops, "cloud-audit", nil, "action", "APPR"))(w); len(offered) != 0 {
		t.Errorf("offered to a deployer: %v", offered)
	}
	w.grants(w.grace, "admin")
	if got := audit(w.grace, discordsim.Args{"since": "1h"}); strings.Contains(got, "prod") || !strings.Contains(got, "created `dev`") || !strings.Contains(got, "gave "+mention(w.ada.ID)+" `deploy` in `dev`") {
		t.Errorf("the project's admin reads: %s", got)
	}
	if got := audit(w.grace, discordsim.Args{"user": w.ada}); strings.Contains(got, mention(w.boss.ID)) || !strings.Contains(got, "started") {
		t.Errorf("of one person: %s", got)
	}
	if got := audit(w.grace, discordsim.Args{"since": "soon"}); !strings.Contains(got, "`since` cannot be `soon`") {
		t.Errorf("a time that cannot be read: %s", got)
	}
	offered := get(w.grace.Complete(w.ctx, w.ops, "cloud-audit", nil, "action", "APPR"))(w)
	if len(offered) != 1 || offered[0].Value != "session.approve" {
		t.Errorf("offered: %v", offered)
	}

	in, err := w.boss.Slash(w.ctx, w.ops, "cloud-audit", discordsim.Args{"export": true})
	if got := w.says(in, err); !strings.Contains(got, "rows that match") {
		t.Errorf("the export: %s", got)
	}
	file, ok := get(in.Reply(w.ctx))(w).Attachment("audit.csv")
	if !ok {
		t.Fatal("there is no file")
	}
	records, err := csv.NewReader(strings.NewReader(string(file.Bytes()))).ReadAll()
	if w.must(err); len(records) < 8 || records[0][0] != "time" {
		t.Errorf("the file: %q", records)
	}
	if strings.Contains(string(file.Bytes()), "hunter2") {
		t.Error("a secret is in the audit")
	}
}
