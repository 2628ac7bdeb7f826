package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestGoldenProject(t *testing.T) {
	t.Parallel()
	bare := project.Project{Slug: "dev", Provider: "sandbox", DefaultRegion: "eu-1", CreatedBy: "100", CreatedAt: noon}
	full := bare
	full.Regions, full.Credentials, full.ArchivedAt = []string{"eu-1", "us-1"}, "sandbox-prod", at(0)
	full.Rules = project.Rules{
		Approvals: project.ApprovalRule{Needed: 2, Role: "77", RequesterCounts: true}, Enforcement: project.EnforceOverridable,
		Kinds: []string{"bucket", "vpc"}, NamePattern: "shop-[a-z]+", RequiredTags: []string{"team"}, Channels: []string{"7", "8"},
		GrantDefault: 8 * time.Hour, GrantMax: 14 * 24 * time.Hour, Freeze: &project.Freeze{Until: at(time.Hour), By: "100", Reason: "release `x`\n**bold**"},
	}
	full.Usage = map[string]map[string]decimal.Decimal{"aws_s3_bucket": {"storage": decimal.RequireFromString("100.5"), "requests_tier1": decimal.New(1, 6)}, "aws_nat_gateway.a": {"data": decimal.New(3, 0)}}
	golden(t, "project", strings.Join([]string{
		strings.Join(settingLines(bare, noon), "\n"), strings.Join(settingLines(full, noon), "\n"),
		strings.Join(changeLines(orchestrator.ProjectChange{Before: bare, After: full}, noon), "\n"),
		strings.Join(changeLines(orchestrator.ProjectChange{Before: bare, After: bare}, noon), "\n"),
	}, "\n\n")+"\n")
	if s := strings.Join(settingLines(full, noon), "\n"); size(s) > maxContent {
		t.Errorf("%d characters do not fit into a message", size(s))
	}
}

// A change far down in a long list is a change all the same.
func TestChangeOfALongList(t *testing.T) {
	t.Parallel()
	var before, after project.Project
	for i := range 40 {
		before.Regions = append(before.Regions, fmt.Sprintf("region-%02d", i))
	}
	after.Regions = before.Regions[:39]
	lines := changeLines(orchestrator.ProjectChange{Before: before, After: after}, noon)
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "**Regions**: `region-00`, ") || size(lines[1]) > 2*settingWidth+50 {
		t.Errorf("%q", lines)
	}
}

// The settings are shown and changed by the project's admins, and refused with the
// rule and the next step.
func TestProjectSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "admin"}))
	leads := w.guild.NewRole("leads")
	edit := func(m *discordsim.Member, args discordsim.Args) string {
		t.Helper()
		if args == nil {
			args = discordsim.Args{}
		}
		args["project"] = "dev"
		return w.says(m.Slash(w.ctx, w.ops, "cloud-project", args))
	}
	for _, c := range []struct {
		name string
		who  *discordsim.Member
		args discordsim.Args
		want []string
	}{
		{"shown", w.grace, nil, []string{"**Project `dev`** · sandbox", "**Regions**: all", "**Approvals**: no approval needed", "**Channels**: every one"}},
		{"several", w.grace, discordsim.Args{"approvals": 2, "kinds": "vpc, bucket,", "required_tags": "team", "grant_max": "2w", "reason": "audit"},
			[]string{"**Approvals**: no approval needed → 2 approvals by `approve`", "**Kinds**: all → `bucket`, `vpc`", "**Required tags**: none → `team`", "**Longest grant**: no limit → 2w", "checked against this"}},
		{"the same", w.grace, discordsim.Args{"approvals": 2}, []string{"Nothing was changed: `dev` is so already"}},
		{"taken away", w.grace, discordsim.Args{"kinds": "all", "required_tags": "none"}, []string{"**Kinds**: `bucket`, `vpc` → all", "**Required tags**: `team` → none"}},
		{"loosened", w.grace, discordsim.Args{"approvals": 1}, []string{"Admins of `dev` cannot change how many approvals it takes to fewer", "Nothing was changed", "An admin of this server can do it"}},
		{"by the server's admin", w.boss, discordsim.Args{"approver_role": leads, "requester_counts": true}, []string{"2 approvals by `approve` → 2 approvals by <@&" + leads.ID + ">, one's own counts"}},
		{"back to a level", w.boss, discordsim.Args{"approver_level": "admin", "requester_counts": false}, []string{"→ 2 approvals by `admin`"}},
		{"one's own is enough", w.boss, discordsim.Args{"approvals": 1, "requester_counts": true}, []string{"→ 1 approval by `admin`, one's own is enough"}},
		{"pattern", w.grace, discordsim.Args{"name_pattern": "shop-("}, []string{"`name_pattern`", "missing closing )", "Nothing was changed"}},
		{"frozen", w.grace, discordsim.Args{"freeze": "4h", "reason": "release"}, []string{"**Frozen**: no → until <t:", "by <@" + w.grace.ID + ">: release"}},
		{"for ever", w.grace, discordsim.Args{"freeze": "until ended", "reason": "longer"}, []string{"→ until ended by"}},
		{"for how long", w.grace, discordsim.Args{"freeze": "soon", "reason": "x"}, []string{"`freeze` cannot be `soon`", "`until ended`", "Nothing was changed"}},
		{"why", w.grace, discordsim.Args{"freeze": "4h"}, []string{"a freeze takes a reason"}},
		{"unfrozen", w.grace, discordsim.Args{"unfreeze": true}, []string{"→ no"}},
		{"grants", w.grace, discordsim.Args{"grant_default": "1y"}, []string{"`grant_default` cannot be `1y`", "`none`"}},
		{"channel that was not", w.grace, discordsim.Args{"channel_remove": w.ops}, []string{"are not bound to <#" + w.ops.ID + ">"}},
		{"deployer", w.ada, nil, []string{"does not let you administer it", "level:admin"}},
		{"deployer changes", w.ada, discordsim.Args{"approvals": 0}, []string{"does not let you administer it"}},
	} {
		got := edit(c.who, c.args)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
	}
}

// A project with something in it is not archived; an archived one opens nothing.
func TestArchivedProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.deploy()
	archive := func(m *discordsim.Member, archived bool) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev", "archived": archived}))
	}
	id := w.session().ID
	if got := archive(w.boss, true); !strings.Contains(got, "Deployment `"+id+"` of `main` by <@"+w.ada.ID+"> is open") {
		t.Errorf("refusal: %s", got)
	}
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-cancel", discordsim.Args{"deployment": id}))
	if got := archive(w.boss, true); !strings.Contains(got, "**Archived**: no → <t:") {
		t.Errorf("archived: %s", got)
	}
	deploy := func() string {
		return w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	}
	if got := deploy(); !strings.Contains(got, "was archived") || !strings.Contains(got, "/cloud-project") {
		t.Errorf("deployed: %s", got)
	}
	archive(w.boss, false)
	if got := deploy(); !strings.Contains(got, "The deployment is open") {
		t.Errorf("taken up again: %s", got)
	}
}

// Deployments of a project that is bound to channels open there only; who else can
// read the channel is said.
func TestBoundChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	team := w.guild.NewRole("team")
	closed := w.guild.NewPrivateChannel("infra", w.self, w.ada)
	bind := func(c *discordsim.Channel) string {
		t.Helper()
		return w.says(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev", "channel_add": c}))
	}
	if got := bind(closed); strings.Contains(got, "⚠") || !strings.Contains(got, "**Channels**: every one → <#"+closed.ID+">") {
		t.Errorf("a channel that is closed: %s", got)
	}
	got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	if !strings.Contains(got, "Deployments of `dev` open in <#"+closed.ID+"> only. Nothing was started") {
		t.Errorf("elsewhere: %s", got)
	}
	if got := w.says(w.ada.Slash(w.ctx, closed, "cloud-deploy", discordsim.Args{"project": "dev"})); !strings.Contains(got, "The deployment ") {
		t.Errorf("there: %s", got)
	}
	closed.Allow(team, discordsim.ViewChannel)
	closed.Allow(w.grace, discordsim.ViewChannel)
	show := func() string {
		t.Helper()
		return w.says(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev"}))
	}
	if got := show(); !strings.Contains(got, "⚠ <#"+closed.ID+"> can be read by <@&"+team.ID+">, <@"+w.grace.ID+">, without access to `dev`") {
		t.Errorf("a channel open to others: %s", got)
	}
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": team, "project": "dev", "level": "view"}))
	if got := show(); strings.Contains(got, team.ID) || !strings.Contains(got, "can be read by <@"+w.grace.ID+">,") {
		t.Errorf("a role with access: %s", got)
	}
	if got := bind(w.ops); !strings.Contains(got, "⚠ <#"+w.ops.ID+"> can be read by everybody in this server") {
		t.Errorf("an open channel: %s", got)
	}
	hidden := w.guild.NewPrivateChannel("hidden")
	if got := bind(hidden); !strings.Contains(got, "The bot cannot see <#"+hidden.ID+">") {
		t.Errorf("a channel that the bot does not see: %s", got)
	}
	got = w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "shop", "provider": "sandbox", "approvals": 1, "channel": w.ops}))
	for _, want := range []string{"Its plans take 1 approval by `approve`.", "open in <#" + w.ops.ID + "> only", "everybody in this server"} {
		if !strings.Contains(got, want) {
			t.Errorf("created: %q, want %q", got, want)
		}
	}
}

// Who reads a channel is worked out by Discord's rules.
func TestCircleBeyond(t *testing.T) {
	t.Parallel()
	const view, manage, admin = discordgo.PermissionViewChannel, discordgo.PermissionManageGuild, discordgo.PermissionAdministrator
	role := discordgo.PermissionOverwriteTypeRole
	roles := func(everyone int64) []*discordgo.Role {
		return []*discordgo.Role{{ID: "1", Permissions: everyone}, {ID: "2"}, {ID: "3", Permissions: view}, {ID: "4", Permissions: manage | view}, {ID: "5", Permissions: admin}, {ID: "6", Permissions: view, Managed: true}}
	}
	for name, c := range map[string]struct {
		everyone   int64
		overwrites []*discordgo.PermissionOverwrite
		circle     Circle
		want       []string
	}{
		"open server":         {everyone: view, want: []string{"everybody in this server"}},
		"open to all viewers": {everyone: view, circle: Circle{Roles: []string{"1"}}},
		"closed server":       {want: []string{"<@&3>"}},
		"closed channel":      {everyone: view, overwrites: []*discordgo.PermissionOverwrite{{ID: "1", Type: role, Deny: view}}},
		"opened to a role":    {everyone: view, overwrites: []*discordgo.PermissionOverwrite{{ID: "1", Type: role, Deny: view}, {ID: "2", Type: role, Allow: view}}, want: []string{"<@&2>"}},
		"opened to who may":   {everyone: view, overwrites: []*discordgo.PermissionOverwrite{{ID: "1", Type: role, Deny: view}, {ID: "2", Type: role, Allow: view}}, circle: Circle{Roles: []string{"2"}}},
		"opened to everybody": {overwrites: []*discordgo.PermissionOverwrite{{ID: "1", Type: role, Allow: view}}, want: []string{"everybody in this server"}},
		"closed to a role":    {overwrites: []*discordgo.PermissionOverwrite{{ID: "3", Type: role, Deny: view}}},
		"another admin role":  {circle: Circle{AdminRole: "2", Roles: []string{"3"}}, want: []string{"<@&4>"}},
		"opened to members":   {overwrites: []*discordgo.PermissionOverwrite{{ID: "3", Type: role, Deny: view}, {ID: "8", Type: 1, Allow: view}, {ID: "9", Type: 1, Allow: view}, {ID: "7", Type: 1, Allow: view}, {ID: "10", Type: 1, Deny: view}}, circle: Circle{Members: []string{"8"}, Bot: "7"}, want: []string{"<@9>"}},
	} {
		got := c.circle.Beyond(&discordgo.Channel{GuildID: "1", PermissionOverwrites: c.overwrites}, roles(c.everyone))
		if want := strings.Join(c.want, ", "); got.mentions() != want || got.None() != (want == "") {
			t.Errorf("%s: %q, want %q", name, got.mentions(), want)
		}
	}
}

func TestCompleteList(t *testing.T) {
	t.Parallel()
	values := []choice{{"bucket", "bucket"}, {"database", "database"}, {"vpc · Network", "vpc"}}
	for typed, want := range map[string][]string{
		"":                            {"all", "bucket", "database", "vpc"},
		"a":                           {"all", "database"},
		"vpc,":                        {"vpc, bucket", "vpc, database"},
		" vpc ,b":                     {"vpc, bucket", "vpc, database"},
		"network":                     {"vpc"},
		"bucket, net":                 {"bucket, vpc"},
		"vpc, bucket, x":              nil,
		"x,x, x,":                     {"x, bucket", "x, database", "x, vpc"},
		strings.Repeat("x", 99) + ",": nil, // longer than Discord takes
	} {
		var got []string
		for _, c := range completeListOrAll(typed, values) {
			got = append(got, c.value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestProjectCompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	offers := func(m *discordsim.Member, args discordsim.Args, option, typed string) string {
		t.Helper()
		args["project"] = "dev"
		var values []string
		for _, c := range get(m.Complete(w.ctx, w.ops, "cloud-project", args, option, typed))(w) {
			values = append(values, c.Value.(string))
		}
		return strings.Join(values, "|")
	}
	none := discordsim.Args{}
	for name, c := range map[string]struct{ got, want string }{
		"regions":           {offers(w.boss, none, "regions", "eu-1, us"), "eu-1, us-1"},
		"default":           {offers(w.boss, discordsim.Args{"regions": "eu-1, eu-2"}, "default_region", ""), "eu-1|eu-2"},
		"kinds":             {offers(w.boss, none, "kinds", "vp"), "vpc"},
		"freeze":            {offers(w.boss, none, "freeze", "un"), "until ended"},
		"kinds of others":   {offers(w.ada, none, "kinds", ""), ""},
		"regions of others": {offers(w.ada, none, "regions", ""), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}
