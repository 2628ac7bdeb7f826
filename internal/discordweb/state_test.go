package discordweb

import (
	"context"
	"errors"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// unread is what a window says at hello: unread and mentions of a channel.
func unread(b *window, as, channel string) [2]float64 {
	b.t.Helper()
	c := find(b.mustDo("hello", object{"as": as})["channels"], "name", channel)
	if c == nil {
		b.t.Fatalf("no channel %s", channel)
	}
	return [2]float64{c["unread"].(float64), c["mentions"].(float64)}
}

func TestUnread(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	leads := w.guild.NewRole("leads")
	w.guild.Assign(w.ada, leads)
	first, second, grace := w.mustWindow(t, "ada"), w.mustWindow(t, "ada"), w.mustWindow(t, "grace")
	bot := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	texts := []string{"one", "two <@" + w.ada.ID + ">"}
	for _, text := range texts {
		grace.mustDo("say", object{"channel": "ops", "text": text})
	}
	must(bot.ChannelMessageSend(w.ops.ID, "<@&"+leads.ID+">"))(t)
	dm := must(bot.UserChannelCreate(w.ada.ID))(t)
	must(bot.ChannelMessageSend(dm.ID, "psst"))(t)

	is := func(unread, mentions float64) func(object) bool {
		return func(f object) bool {
			return at(f, "channel", "id") == w.ops.ID && at(f, "channel", "unread") == unread && at(f, "channel", "mentions") == mentions
		}
	}
	first.push("channel", is(3, 2))
	second.push("channel", is(3, 2))
	first.push("channel", func(f object) bool {
		return at(f, "channel", "kind") == "dm" && at(f, "channel", "with", "name") == "Cloud Engine" && at(f, "channel", "mentions") == 1.0
	})
	if m := first.push("message", messageWith("two"))["message"]; at(m, "mentioned") != true {
		t.Errorf("not mentioned: %v", m)
	}
	if m := first.push("message", messageWith("<@&"))["message"]; at(m, "mentioned") != true {
		t.Errorf("her role is not mentioned: %v", m)
	}
	if got := unread(grace, "grace", "ops"); got != [2]float64{1, 0} { // the bot's; her own do not count
		t.Errorf("grace: %v", got)
	}
	second.mustDo("read", object{"channel": "ops"})
	first.push("channel", is(0, 0))
	second.push("channel", is(0, 0))
	if got := unread(w.mustWindow(t, "-"), "ada", "ops"); got != [2]float64{} {
		t.Errorf("after a reload: %v", got)
	}

	late := must(bot.ChannelMessageSend(w.ops.ID, "late"))(t)
	must(bot.ChannelMessageSend(w.ops.ID, "later"))(t)
	second.push("channel", is(2, 0))
	if err := bot.ChannelMessageDelete(w.ops.ID, late.ID); err != nil {
		t.Fatal(err)
	}
	if f := second.push("delete", nil); f["id"] != late.ID || f["channel"] != w.ops.ID {
		t.Errorf("deleted: %v", f)
	}
	second.push("channel", is(1, 0))
	second.mustDo("say", object{"channel": "ops", "text": "I saw it"})
	first.push("channel", is(0, 0))
	w.assertClean(t)
}

// A long channel is counted page by page, and once.
func TestUnreadOfALongChannel(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	for range 250 {
		must(w.grace.Say(w.ops, "x"))(t)
	}
	ada := w.mustWindow(t, "-")
	for range 2 {
		if got := unread(ada, "ada", "ops"); got != [2]float64{250, 0} {
			t.Errorf("got %v", got)
		}
	}
	if m, more := w.ops.History(w.ada, "", 1); len(m) != 1 || !more {
		t.Errorf("history %v", m)
	}
	page := ada.mustDo("history", object{"channel": "ops", "limit": 100})
	if list := page["messages"].([]any); len(list) != 100 || page["more"] != true {
		t.Errorf("%d messages", len(list))
	}
	before := at(page, "messages", 0, "id")
	if list := ada.mustDo("history", object{"channel": "ops", "before": before})["messages"].([]any); len(list) != 50 {
		t.Errorf("%d messages before", len(list))
	}
}

// What an admin changes shows at once, to whom it concerns.
func TestTheWorldChanges(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{Note: func(id string) string { return "note of " + id }})
	ada, grace := w.mustWindow(t, "ada"), w.mustWindow(t, "grace")
	role := ada.mustDo("admin", object{"what": "role", "name": "leads", "permissions": []string{"MANAGE_GUILD"}})["id"].(string)
	linus := ada.mustDo("admin", object{"what": "user", "name": "linus", "guild": "Acme", "roles": []string{"leads"}, "permissions": []string{"MANAGE_ROLES"}})["id"].(string)
	f := grace.push("world", func(f object) bool { return find(at(f, "ready", "members"), "id", linus) != nil })
	if p := find(at(f, "ready", "people"), "id", linus); p["name"] != "linus" || p["initials"] != "L" || p["note"] != "note of "+linus || p["bot"] != false {
		t.Errorf("linus: %v", p)
	}
	if bot := find(at(f, "ready", "members"), "bot", true); bot["name"] != "Cloud Engine" || bot["initials"] != "CE" {
		t.Errorf("the bot: %v", bot)
	}
	member := w.guild.Member(linus)
	if r := member.Roles(); len(r) != 2 || r[0].ID != role || r[1].Permissions() != discordsim.ManageRoles {
		t.Errorf("his roles: %v", r)
	}
	general := ada.mustDo("admin", object{"what": "channel", "name": "#general"})["id"]
	grace.push("channel", func(f object) bool { return at(f, "channel", "id") == general && at(f, "channel", "canSend") == true })
	ada.mustDo("admin", object{"what": "channel", "name": "secret", "private_to": []string{"ada", "Cloud Engine"}})
	secret := ada.push("channel", func(f object) bool { return at(f, "channel", "name") == "secret" })
	if f := grace.call("history", object{"channel": at(secret, "channel", "id")}); f["code"] != "unknown" {
		t.Errorf("grace sees it: %v", f)
	}
	app := ada.mustDo("admin", object{"what": "application", "name": "Other", "intents": []string{"MESSAGE_CONTENT"}})
	if app["token"] == "" || len(app["publicKey"].(string)) != 64 || w.guild.Member(app["id"].(string)) == nil {
		t.Errorf("application %v", app)
	}
	ada.mustDo("admin", object{"what": "locale", "user": "grace", "locale": "de"})
	grace.push("commands", nil)
	if w.grace.Locale() != "de" {
		t.Errorf("locale %s", w.grace.Locale())
	}
	ada.mustDo("admin", object{"what": "guild", "name": "Beta", "owner": "ada"})
	ready := ada.mustDo("hello", object{"as": "ada", "guild": "Beta"})
	if at(ready, "guild", "name") != "Beta" || len(ready["guilds"].([]any)) != 2 || len(ready["channels"].([]any)) != 0 {
		t.Errorf("ready %v", ready)
	}
	w.ops.Delete()
	grace.push("channel-gone", func(f object) bool { return f["id"] == w.ops.ID })
	w.guild.Kick(w.grace)
	if f := grace.push("world", func(f object) bool { return at(f, "ready", "guild") == nil }); len(at(f, "ready", "channels").([]any)) != 0 {
		t.Errorf("after a kick: %v", f)
	}
	for name, args := range map[string]object{
		"a guild that is": {"what": "guild", "name": "Beta"}, "no name": {"what": "user", "guild": "Acme"}, "a long name": {"what": "role", "guild": "Acme", "name": strings.Repeat("x", 101)},
		"which guild": {"what": "user", "name": "x"}, "no such role": {"what": "user", "guild": "Acme", "name": "x", "roles": []string{"none"}}, "no permission": {"what": "role", "guild": "Acme", "name": "x", "permissions": []string{"FLY"}},
		"no such guild": {"what": "channel", "guild": "none", "name": "x"}, "private to nobody": {"what": "channel", "guild": "Acme", "name": "x", "private_to": []string{"none"}},
		"no intent": {"what": "application", "name": "x", "intents": []string{"FLY"}}, "no language": {"what": "locale", "user": "ada", "locale": "tlh"}, "nobody": {"what": "locale", "user": "none", "locale": "de"},
	} {
		if f := ada.call("admin", args); f["code"] != "refused" && f["code"] != "unknown" {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// A window shows one guild: what happens in another is not told as if it were of it.
func TestTwoGuilds(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	ada := w.mustWindow(t, "ada")
	ada.mustDo("admin", object{"what": "guild", "name": "Beta", "owner": "ada"})
	there := ada.mustDo("admin", object{"what": "channel", "guild": "Beta", "name": "there"})["id"].(string)
	must(w.ada.Say(w.Channel(there), "in Beta"))(t)
	must(w.grace.Say(w.ops, "in Acme"))(t)
	ada.push("channel", func(f object) bool { return at(f, "channel", "id") == w.ops.ID })
	for _, f := range ada.aside {
		if f["push"] == "channel" && at(f, "channel", "id") == there {
			t.Errorf("told of another guild's channel: %v", f)
		}
	}
}

// Whoever sits at a window sees nothing of what was for the one before.
func TestSwitchingPersons(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	secret := w.guild.NewPrivateChannel("secret", w.ada)
	b := w.mustWindow(t, "ada")
	for range 20 {
		must(w.ada.Say(secret, "for ada"))(t)
		b.mustDo("hello", object{"as": "grace"})
		b.aside = nil
		must(w.ada.Say(secret, "for ada"))(t)
		must(w.ada.Say(w.ops, "for all"))(t)
		b.push("message", messageWith("for all"))
		for _, f := range b.aside {
			if f["push"] == "message" && messageWith("for ada")(f) || at(f, "channel", "name") == "secret" {
				t.Fatalf("grace got %v", f)
			}
		}
		b.mustDo("hello", object{"as": "ada"})
	}
}

// Nor what comes late of what the one before did.
func TestSwitchingPersonsInTheMiddle(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	mustTool(t, w)
	b := w.mustWindow(t, "ada")
	id := b.send("slash", object{"channel": "ops", "name": "silent"})
	b.mustDo("hello", object{"as": "grace"})
	b.answer(id) // after the push, if there is one
	for _, f := range b.aside {
		if f["push"] == "failed" {
			t.Errorf("grace got %v", f)
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full: /secret/path")
	var fail error
	entered, goOn := make(chan struct{}, 9), make(chan struct{}, 9)
	w := mustPlace(t, Options{Faults: true, Reset: func(context.Context) error {
		entered <- struct{}{}
		<-goOn
		return fail
	}})
	ada, grace := w.mustWindow(t, "ada"), w.mustWindow(t, "grace")
	grace.mustDo("say", object{"channel": "ops", "text": "x"})
	ada.mustDo("read", object{"channel": "ops"})
	ada.mustDo("fault", object{"what": "slow", "on": true, "ms": 50})
	id := ada.send("reset", nil)
	<-entered
	if f := grace.call("reset", nil); f["code"] != "refused" {
		t.Errorf("a second at the same time: %v", f)
	}
	goOn <- struct{}{}
	if f := ada.answer(id); f["error"] != nil {
		t.Fatal(f)
	}
	ada.push("reset", nil)
	grace.push("reset", nil)
	ready := ada.mustDo("hello", object{"as": "ada"})
	if c := find(ready["channels"], "name", "ops"); c["unread"] != 1.0 || len(ready["faultsOn"].([]any)) != 0 || ready["canReset"] != true {
		t.Errorf("what was read is known still: %v, faults %v", c, ready["faultsOn"])
	}
	fail = broken
	goOn <- struct{}{}
	f := ada.call("reset", nil)
	if text := f["error"].(string); f["code"] != "internal" || strings.Contains(text, "disk") || strings.Contains(text, "secret") {
		t.Errorf("a reset that fails: %v", f)
	}
}
