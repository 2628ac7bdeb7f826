package discord

import (
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// What is used in a month is set in a form that is filled in with what is set, shown
// with the other settings, and refused with what is wrong.
func TestUsageOfAProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	open := func() *discordsim.Modal {
		t.Helper()
		return get(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev", "usage": true}))(w).Modal()
	}
	send := func(text, why string) *discordsim.Message {
		t.Helper()
		return get(get(w.boss.Submit(w.ctx, open(), discordsim.Fields{usageField: text, usageWhy: why}))(w).Reply(w.ctx))(w)
	}
	filled := func() string {
		t.Helper()
		in, ok := open().Input(usageField)
		if !ok {
			t.Fatal("no field for the usage")
		}
		return in.Value
	}
	contains := func(got string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(got, part) {
				t.Errorf("%q does not say %q", got, part)
			}
		}
	}
	if got := filled(); got != "" {
		t.Errorf("at first it is filled in with %q", got)
	}
	m := send(`{"aws_s3_bucket.logs": {"storage": "2500.5", "requests_tier1": 1e6}, "aws_nat_gateway": {"data": 300}}`, "as in October")
	contains(m.Content, "**Usage a month**: not counted → `aws_nat_gateway` data 300; `aws_s3_bucket.logs` requests tier1 1000000, storage 2500.5", "planned from now on")
	const set = "{\n  \"aws_nat_gateway\": {\n    \"data\": 300\n  },\n  \"aws_s3_bucket.logs\": {\n    \"requests_tier1\": 1000000,\n    \"storage\": 2500.5\n  }\n}"
	if got := filled(); got != set {
		t.Errorf("it is filled in with %s", got)
	}
	contains(w.says(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev"})), "**Usage a month**: `aws_nat_gateway` data 300")
	contains(w.says(w.boss.Slash(w.ctx, w.ops, "cloud-audit", discordsim.Args{"project": "dev"})), "changed the settings of", "as in October")
	for typed, why := range map[string]string{
		`{"aws_s3_bucket": {"gigabytes": 1}}`: "`usage`: aws_s3_bucket has no usage \"gigabytes\": it has requests_tier1, requests_tier2, storage. Nothing was changed.",
		"{\n\"aws_s3_bucket\" 5}":             "it is not in line 2",
		`{"**@everyone**": {}}`:               "is neither a resource type",
	} {
		m := send(typed, "")
		contains(m.Content, why)
		if len(m.Attachments) != 1 || strings.ContainsAny(m.Content, "*") {
			t.Errorf("%q: %q, %d files", typed, m.Content, len(m.Attachments))
		}
	}
	if got := filled(); got != set {
		t.Errorf("what was refused is set: %s", got)
	}
	contains(send(" ", "").Content, "→ not counted")
	contains(w.says(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev", "usage": true, "approvals": 2})), "`usage` opens a form and changes nothing else")
}

// However much is set, it fits into the form, and is JSON.
func TestUsageFormOfMuch(t *testing.T) {
	t.Parallel()
	used := map[string]map[string]decimal.Decimal{}
	for i := range 95 {
		used["aws_s3_bucket.b"+strings.Repeat("0", i%5)+string(rune('a'+i%26))+strings.Repeat("1", i/26)] = map[string]decimal.Decimal{"storage": decimal.NewFromInt(int64(i))}
	}
	form := usageForm(project.Project{Slug: "dev", Usage: used})
	value := form.Components[0].(discordgo.Label).Component.(discordgo.TextInput).Value
	if n := size(value); n > orchestrator.MostUsage || n < 3000 || strings.Contains(value, "\n") {
		t.Errorf("%d characters: %s", n, value)
	}
	if _, err := cost.ParseUsage([]byte(value)); err != nil {
		t.Error(err)
	}
}
