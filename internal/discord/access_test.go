package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// Whom nothing can be granted to is refused; a role's members have what the role
// was granted.
func TestGrantToARole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	grants := func(by *discordsim.Member, to any) string {
		t.Helper()
		return w.says(by.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": to, "project": "dev", "level": "deploy", "reason": "the team"}))
	}
	team, gone := w.guild.NewRole("team"), w.guild.NewMember("gone")
	gone.Leave()
	for name, c := range map[string]struct{ got, want string }{
		"everyone":        {grants(w.boss, w.guild.Everyone()), "whoever joins the server"},
		"a bot's role":    {grants(w.boss, w.self.Roles()[0]), "given and taken by Discord or by a bot"},
		"a bot":           {grants(w.boss, w.self), "Bots cannot press buttons"},
		"who left":        {grants(w.boss, gone.User), gone.Mention() + " is not in this server"},
		"oneself":         {grants(w.boss, w.boss), "Nobody grants to themselves. Nothing was changed. As an admin of this server"},
		"by who may not":  {grants(w.ada, team), "does not let you administer it"},
		"to nobody again": {w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": team, "project": "dev"})), "has no access to `dev` by a grant to them alone"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	deploys := func() string {
		return w.says(w.grace.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	}
	mustSay(t, grants(w.boss, team), team.Mention()+" has `deploy` in `dev`", "Whoever can hand out that role")
	mustSay(t, deploys(), "You have no access")
	w.guild.Assign(w.grace, team)
	mustSay(t, deploys(), "The deployment")
	w.administers(w.grace)
	mustSay(t, grants(w.grace, team), "Nobody grants to themselves, nor to a role that they have")
	mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": team, "project": "dev", "reason": "done"})), team.Mention()+" no longer has `deploy`")
	mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"})), w.grace.Mention()+" no longer has `admin`")
	mustSay(t, deploys(), "You have no access")
	var rows int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from audit where subject = 'project/dev' and (action, reason) in (('grant.create', 'the team'), ('grant.revoke', 'done')) and interaction_id <> ''").Scan(&rows))
	if rows != 2 {
		t.Errorf("%d audit rows", rows)
	}
}

// A revocation says which approvals it takes along.
func TestRevokeVoidsApprovals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	_, err := w.store.Pool().Exec(w.ctx, `update projects set rules = '{"approvals": {"needed": 2}}'`)
	w.must(err)
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "approve"}))
	get(w.grace.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	w.lobby("1 of 2")
	mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"})),
		"no longer has `approve`", "Their approval no longer counts for: `"+w.session().ID+"`.")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	set := func(m *discordsim.Member, args discordsim.Args) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-settings", args))
	}
	manager := w.guild.NewMember("manager", discordsim.ManageGuild)
	ops := w.guild.NewRole("ops")
	mustSay(t, set(manager, nil), "members with Manage Server", "else where they are made")
	mustSay(t, set(manager, discordsim.Args{"admin_role": w.guild.Everyone()}), "everybody would be an admin")
	mustSay(t, set(manager, discordsim.Args{"admin_role": w.self.Roles()[0]}), "given and taken by Discord or by a bot")
	mustSay(t, set(manager, discordsim.Args{"admin_role": ops}), "members of "+ops.Mention(), "You are no longer an admin here yourself", "Integrations")
	mustSay(t, set(manager, nil), "The engine's settings in this server are its admins'")
	if got := set(w.boss, discordsim.Args{"requests_channel": w.ops}); !strings.Contains(got, "posted in "+w.ops.Mention()) || strings.Contains(got, "no longer") {
		t.Errorf("the owner: %s", got)
	}
	w.guild.OfferAll(w.app, true)
	w.guild.Assign(w.grace, ops)
	mustSay(t, w.says(w.grace.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "x", "provider": "sandbox"})), "is created")
	mustSay(t, set(w.grace, discordsim.Args{"clear": "admin_role"}), "members with Manage Server", "You are no longer an admin here yourself")
	mustSay(t, set(w.grace, nil), "its admins'")
	mustSay(t, set(manager, discordsim.Args{"clear": "requests_channel"}), "else where they are made")
	var rows int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from audit where action = 'guild.settings' and subject = $1", "guild/"+w.guild.ID).Scan(&rows))
	if rows != 4 {
		t.Errorf("%d audit rows", rows)
	}
}
