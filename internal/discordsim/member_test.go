package discordsim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func mustObject(t *testing.T, text []byte) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLeaveAndRejoin(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	path := "/guilds/" + w.guild.ID + "/members/" + w.ada.ID
	before, roles := w.ada.JoinedAt(), w.ada.Roles()
	if len(roles) != 1 || !w.ada.Permissions(w.ops).Has(sim.ManageGuild) {
		t.Fatalf("roles = %v", roles)
	}
	if a := w.call(t, "GET", path, nil); a.body["roles"].([]any)[0] != roles[0].ID || !mustTime(t, a.body["joined_at"]).Equal(before) {
		t.Errorf("member = %v", a.body)
	}
	w.ada.Leave()
	w.ada.Leave()
	if a := w.call(t, "GET", path, nil); a.status != 404 || a.code() != 10007 {
		t.Errorf("who left: %d %v", a.status, a.body)
	}
	if p := w.ada.Permissions(w.ops); p != 0 {
		t.Errorf("who left may %s", p)
	}
	if _, err := w.ada.Say(w.ops, "still here"); err == nil {
		t.Error("who left writes")
	}
	w.ada.Rejoin()
	if !w.ada.JoinedAt().After(before) || len(w.ada.Roles()) != 0 || w.ada.Permissions(w.ops).Has(sim.ManageGuild) {
		t.Errorf("back with %v since %s, left with %v since %s", w.ada.Roles(), w.ada.JoinedAt(), roles, before)
	}
	a := w.call(t, "GET", path, nil)
	if len(a.body["roles"].([]any)) != 0 || !mustTime(t, a.body["joined_at"]).Equal(w.ada.JoinedAt()) {
		t.Errorf("who is back: %v", a.body)
	}
	w.guild.Assign(w.ada, roles[0])
	w.guild.Assign(w.ada, roles[0])
	if a := w.call(t, "GET", path, nil); len(a.body["roles"].([]any)) != 1 {
		t.Errorf("a role given twice: %v", a.body)
	}
	w.assertClean(t)
}

func mustTime(t *testing.T, v any) time.Time {
	t.Helper()
	return must(time.Parse(time.RFC3339, v.(string)))(t)
}

// memberOf is what an interaction of somebody says about them.
func (b *inbox) memberOf(t *testing.T, m *sim.Member, c *sim.Channel) (roles []string, joined time.Time, perms sim.Permissions) {
	t.Helper()
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return m.Slash(ctx, c, "hello", nil) })
	b.callback(t, i, 4, object{"content": "x"})
	<-done
	return i.Member.Roles, i.Member.JoinedAt, sim.Permissions(i.Member.Permissions)
}

// Base, @everyone's overwrite, the roles' together, the member's own: in
// that order, the next one wins.
func TestPermissionsInAChannel(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	deployers, muted := b.guild.NewRole("deployers", sim.ManageThreads), b.guild.NewRole("muted")
	private := b.guild.NewPrivateChannel("private", b.app, deployers)
	if b.ada.Permissions(private) != 0 || b.call(t, "GET", "/channels/"+private.ID, nil).status != 200 {
		t.Fatal("the private channel is seen by ada, or not by the bot")
	}
	b.guild.Assign(b.ada, deployers)
	roles, joined, perms := b.memberOf(t, b.ada, private)
	if !slices.Contains(roles, deployers.ID) || !joined.Equal(b.ada.JoinedAt()) || perms != b.ada.Permissions(private) || !perms.Has(sim.ViewChannel|sim.ManageThreads|sim.ManageGuild) {
		t.Errorf("roles %v, joined %s, permissions %s", roles, joined, perms)
	}
	private.Deny(muted, sim.SendMessages)
	b.guild.Assign(b.ada, muted)
	if _, _, perms = b.memberOf(t, b.ada, private); perms.Has(sim.SendMessages) || perms.Has(sim.EmbedLinks) || !perms.Has(sim.ViewChannel) {
		t.Errorf("muted: %s", perms)
	}
	private.Allow(b.ada, sim.SendMessages)
	if _, _, perms = b.memberOf(t, b.ada, private); !perms.Has(sim.SendMessages) {
		t.Errorf("her own overwrite: %s", perms)
	}
	muted.Delete()
	if slices.Contains(b.ada.Roles(), muted) || strings.Contains(fmt.Sprint(b.call(t, "GET", "/channels/"+private.ID, nil).body), muted.ID) {
		t.Error("a deleted role is still there")
	}
	muted.SetPermissions(sim.Administrator)
	if b.ada.Permissions(private) == sim.AllPermissions {
		t.Error("a deleted role gives permissions")
	}
	deployers.SetPermissions(sim.Administrator)
	if _, _, perms = b.memberOf(t, b.ada, b.ops); perms != sim.AllPermissions {
		t.Errorf("administrator: %s", perms)
	}
	b.assertClean(t)
}

func TestOverwritesOfAChannel(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	role := w.guild.NewRole("viewers")
	c := w.guild.NewPrivateChannel("private", w.app, role)
	got := map[string]string{}
	for _, o := range w.call(t, "GET", "/channels/"+c.ID, nil).body["permission_overwrites"].([]any) {
		o := o.(object)
		got[o["id"].(string)] = fmt.Sprint(o["type"], " ", o["allow"], " ", o["deny"])
	}
	for id, want := range map[string]string{w.guild.ID: "0 0 1024", w.app.ID: "1 1024 0", role.ID: "0 1024 0"} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
	for _, r := range w.call(t, "GET", "/guilds/"+w.guild.ID+"/roles", nil).list {
		if r := r.(object); r["id"] == role.ID && (r["permissions"] != "0" || r["managed"] != false) {
			t.Errorf("role = %v", r)
		}
	}
	w.assertClean(t)
}

func TestTransferOfOwnership(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustSocket(t, "")
	s.identify(w.app.Token, "intents", 1)
	old := w.guild.Owner()
	w.guild.SetOwner(w.grace)
	if a := w.call(t, "GET", "/guilds/"+w.guild.ID, nil); a.body["owner_id"] != w.grace.ID {
		t.Errorf("owner = %v", a.body["owner_id"])
	}
	if w.guild.Owner() != w.grace || w.grace.Permissions(w.ops) != sim.AllPermissions || old.Permissions(w.ops) == sim.AllPermissions {
		t.Error("the permissions did not follow")
	}
	if g := mustObject(t, s.until("GUILD_UPDATE").Data); g["owner_id"] != w.grace.ID {
		t.Errorf("dispatched owner %v", g["owner_id"])
	}
	old.Leave() // now he can
	defer func() {
		if recover() == nil {
			t.Error("the owner left")
		}
	}()
	w.grace.Leave()
}

// GUILD_MEMBER_* come with the intent only, but for the bot itself.
func TestMemberEventsNeedTheIntent(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	with, without := w.mustSocket(t, ""), w.mustSocket(t, "")
	with.identify(w.app.Token)
	without.identify(w.app.Token, "intents", 1)
	role := w.guild.NewRole("infra")
	self := w.guild.Invite(&sim.Member{User: w.app.User}) // the bot is there already
	w.grace.Leave()
	w.grace.Rejoin()
	w.guild.Assign(w.grace, role)
	w.guild.Assign(self, role)

	for _, want := range []string{"GUILD_MEMBER_REMOVE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE"} {
		o := mustObject(t, with.until(want).Data)
		if o["guild_id"] != w.guild.ID || o["user"].(object)["id"] != w.grace.ID {
			t.Errorf("%s: %v", want, o)
		}
	}
	for {
		p := without.next()
		if !strings.HasPrefix(p.Type, "GUILD_MEMBER") {
			continue
		}
		if o := mustObject(t, p.Data); p.Type != "GUILD_MEMBER_UPDATE" || o["user"].(object)["id"] != w.app.ID {
			t.Errorf("without the intent: %s %v", p.Type, o)
		}
		return
	}
}

func TestPrivilegedIntents(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	members := "/guilds/" + w.guild.ID + "/members"
	flags := func() float64 { return w.call(t, "GET", "/applications/@me", nil).body["flags"].(float64) }
	for name, test := range map[string]struct {
		on      sim.Intents
		asked   int
		refused bool
	}{
		"none asked for":           {0, 1 | 1<<9, false},
		"members off":              {0, 1 | 1<<1, true},
		"members on":               {sim.IntentGuildMembers, 1 | 1<<1, false},
		"another one on":           {sim.IntentMessageContent, 1 | 1<<1, true},
		"one of two":               {sim.IntentGuildMembers, 1<<1 | 1<<15, true},
		"both":                     {sim.IntentGuildMembers | sim.IntentMessageContent, 1<<1 | 1<<15, false},
		"what is not privileged":   {1 << 9, 1 << 9, false},
		"presences, off as always": {0, 1 << 8, true},
	} {
		w.app.SetPrivilegedIntents(test.on)
		s := w.mustSocket(t, "")
		s.send(2, s.identity(w.app.Token, "intents", test.asked))
		if !test.refused {
			s.until("READY")
		} else if code := s.closed(); code != 4014 {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	w.app.SetPrivilegedIntents(0)
	if a := w.call(t, "GET", members, nil); a.status != 403 || a.code() != 50001 || flags() != 0 {
		t.Errorf("list of members without the intent: %d %v", a.status, a.body)
	}
	if a := w.call(t, "GET", members+"/"+w.ada.ID, nil); a.status != 200 {
		t.Errorf("one member without the intent: %d", a.status)
	}
	w.app.SetPrivilegedIntents(sim.IntentGuildMembers)
	if a := w.call(t, "GET", members, nil); a.status != 200 || flags() != 1<<15 {
		t.Errorf("list of members with the intent: %d", a.status)
	}
	w.assertClean(t)
}

func TestMemberThatIsABot(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	elsewhere := b.NewGuild("Other").Invite(b.grace)
	b.grace.SetBot(true)
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.grace.Slash(ctx, b.ops, "hello", nil) })
	if !i.Member.User.Bot {
		t.Error("the interaction says that grace is a person")
	}
	b.callback(t, i, 4, object{"content": "x"})
	<-done
	if a := b.call(t, "GET", "/guilds/"+b.guild.ID+"/members/"+b.grace.ID, nil); a.body["user"].(object)["bot"] != true {
		t.Errorf("member = %v", a.body)
	}
	if !elsewhere.Bot {
		t.Error("the account is a person's in another guild")
	}
}
