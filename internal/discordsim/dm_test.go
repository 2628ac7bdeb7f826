package discordsim_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// mustDM opens a direct message as the bot and returns its path.
func (w *world) mustDM(t *testing.T, m *sim.Member) string {
	t.Helper()
	a := w.call(t, "POST", "/users/@me/channels", object{"recipient_id": m.ID})
	if a.status != 200 || a.body["type"] != 1.0 || a.body["recipients"].([]any)[0].(object)["id"] != m.ID {
		t.Fatalf("open: %d %v", a.status, a.body)
	}
	return "/channels/" + a.body["id"].(string)
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	if n := len(w.DMsOf(w.ada)); n != 0 {
		t.Fatalf("%d messages before any", n)
	}
	dm := w.mustDM(t, w.ada)
	if again := w.mustDM(t, w.ada); again != dm {
		t.Errorf("opened twice: %s and %s", dm, again)
	}
	waited := make(chan *sim.Message, 1)
	go func() {
		m, _ := w.AwaitDM(ctx, w.ada, sim.Containing("ends in 10 minutes"))
		waited <- m
	}()
	a := w.call(t, "POST", dm+"/messages", object{"content": "It ends in 10 minutes.", "components": []object{rowOf(button("ask", "label", "Ask again"))}})
	if a.status != 200 {
		t.Fatal(a.body)
	}
	if m := <-waited; m == nil || m.ID != a.body["id"] || len(m.Buttons()) != 1 {
		t.Fatalf("awaited %+v", m)
	}
	other := w.NewApplication("Other")
	w.guild.AddApplication(other, 0)
	must(w.ada.Say(w.ada.DM(other), "to another bot"))(t)
	if got := w.DMsOf(w.ada); len(got) != 2 || got[0].ID != a.body["id"] || got[1].Content != "to another bot" {
		t.Errorf("ada's = %+v", got)
	}
	if n := len(w.DMsOf(w.grace)); n != 0 {
		t.Errorf("grace reads %d messages of ada's", n)
	}
	if a := w.call(t, "GET", "/channels/"+w.ada.DM(other).ID, nil); a.code() != 50001 {
		t.Errorf("another bot's: %d %v", a.status, a.body)
	}
	w.assertClean(t)
}

// Whom a bot cannot write to, it learns from Discord when it sends; what it
// sent before can still be edited.
func TestWhoCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	dm := w.mustDM(t, w.ada)
	post := func() answer { return w.call(t, "POST", dm+"/messages", object{"content": "x"}) }
	first := post()
	for name, test := range map[string]struct{ off, on func() }{
		"closed": {w.ada.CloseDMs, w.ada.OpenDMs},
		"left":   {w.ada.Leave, w.ada.Rejoin},
	} {
		test.off()
		if a := post(); a.status != 403 || a.code() != 50007 {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
		if again := w.mustDM(t, w.ada); again != dm {
			t.Errorf("%s: opened %s", name, again)
		}
		if a := w.call(t, "PATCH", dm+"/messages/"+first.body["id"].(string), object{"content": name}); a.status != 200 {
			t.Errorf("%s, edit: %d %v", name, a.status, a.body)
		}
		test.on()
		if a := post(); a.status != 200 {
			t.Errorf("%s, undone: %d %v", name, a.status, a.body)
		}
	}
	stranger := w.NewGuild("Other").Owner()
	if a := w.call(t, "POST", w.mustDM(t, stranger)+"/messages", object{"content": "x"}); a.code() != 50007 {
		t.Errorf("no guild in common: %d %v", a.status, a.body)
	}
	w.grace.SetBot(true)
	for name, test := range map[string]struct {
		id           string
		status, code int
	}{
		"a bot": {w.grace.ID, 403, 50007}, "itself": {w.app.ID, 400, 50033}, "nobody": {"1", 400, 50033},
	} {
		if a := w.call(t, "POST", "/users/@me/channels", object{"recipient_id": test.id}); a.status != test.status || a.code() != test.code {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	w.assertClean(t)
}

// Clicks and forms in a direct message carry a user and no member.
func TestInteractionsInDM(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	ctx := testContext(t)
	dm := b.mustDM(t, b.ada)
	b.call(t, "POST", dm+"/messages", object{"content": "Again?", "components": []object{rowOf(button("ask"))}})
	m := must(b.AwaitDM(ctx, b.ada, sim.Containing("Again?")))(t)
	b.ada.CloseDMs() // answers to what she does arrive all the same
	check := func(i *dg.Interaction) {
		t.Helper()
		if i.Member != nil || i.GuildID != "" || i.User == nil || i.User.ID != b.ada.ID || i.Context != dg.InteractionContextBotDM {
			t.Errorf("interaction = %+v", i)
		}
		if i.Message == nil || i.Message.ID != m.ID || "/channels/"+i.ChannelID != dm {
			t.Errorf("on message %+v in %s", i.Message, i.ChannelID)
		}
	}
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.ada.Click(ctx, *m, "ask") })
	check(i)
	b.callback(t, i, 9, object{"title": "Why", "custom_id": "f", "components": []object{
		{"type": 18, "label": "Reason", "component": object{"type": 4, "custom_id": "why", "style": 1}},
	}})
	form := (<-done).in.Modal()
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.ada.Submit(ctx, form, sim.Fields{"Reason": "on call"})
	})
	check(i)
	b.callback(t, i, 7, object{"content": "Asked.", "components": []any{}})
	reply := must((<-done).in.Reply(ctx))(t)
	if reply.ID != m.ID || reply.Content != "Asked." || len(reply.Buttons()) != 0 {
		t.Errorf("reply = %+v", reply)
	}
	if _, err := b.grace.Click(ctx, *m, "ask"); err == nil {
		t.Error("grace pressed a button in ada's direct message")
	}
	b.assertClean(t)
}

func TestDirectMessagesReachWatchersAndBots(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	seen, stop := w.Watch(w.ada)
	defer stop()
	w.call(t, "POST", w.mustDM(t, w.ada)+"/messages", object{"content": "hello", "components": []object{rowOf(button("go"))}})
	if e := <-seen; e.Kind != sim.EventChannel || e.Channel.Kind() != sim.KindDM || e.Channel.Recipients()[1].ID != w.ada.ID {
		t.Errorf("event = %+v", e)
	}
	if e := <-seen; e.Kind != sim.EventMessage || e.Message.Content != "hello" {
		t.Errorf("event = %+v", e)
	}
	p := s.until("MESSAGE_CREATE")
	if m := mustObject(t, p.Data); m["content"] != "hello" || m["guild_id"] != nil {
		t.Errorf("dispatched %v", m)
	}
	pressed := make(chan error, 1)
	go func() {
		_, err := w.ada.Click(testContext(t), w.DMsOf(w.ada)[0], "go")
		pressed <- err
	}()
	i := mustObject(t, s.until("INTERACTION_CREATE").Data)
	if others := i["channel"].(object)["recipients"].([]any); len(others) != 1 || others[0].(object)["id"] != w.ada.ID {
		t.Errorf("recipients = %v", others)
	}
	if i["member"] != nil || i["guild"] != nil || i["authorizing_integration_owners"].(object)["0"] != "0" {
		t.Errorf("interaction = %v", i)
	}
	w.call(t, "POST", fmt.Sprintf("/interactions/%s/%s/callback", i["id"], i["token"]), object{"type": 6})
	if err := <-pressed; err != nil {
		t.Error(err)
	}
}

func TestFaultsOnMembersAndDirectMessages(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	guild := "/guilds/" + w.guild.ID
	dm := w.mustDM(t, w.ada)
	for _, test := range []struct {
		method, glob, path string
		body               any
	}{
		{"GET", "/guilds/*", guild, nil},
		{"GET", "/guilds/*/roles", guild + "/roles", nil},
		{"GET", "/guilds/*/members", guild + "/members", nil},
		{"GET", "/guilds/*/members/*", guild + "/members/" + w.ada.ID, nil},
		{"GET", "/channels/*", dm, nil},
		{"POST", "/users/@me/channels", "/users/@me/channels", object{"recipient_id": w.ada.ID}},
		{"POST", "/channels/*/messages", dm + "/messages", object{"content": "x"}},
	} {
		for _, fault := range []sim.Fault{
			{Status: 500}, {Status: 429, RetryAfter: time.Second}, {Status: 403, Code: 50278}, {Status: 200, Delay: time.Millisecond},
		} {
			w.Faults().On(test.method, test.glob, fault, 1)
			a := w.call(t, test.method, test.path, test.body)
			if a.status != fault.Status || a.code() != fault.Code {
				t.Errorf("%s %s: %d %v, want %+v", test.method, test.path, a.status, a.body, fault)
			}
		}
		if a := w.call(t, test.method, test.path, test.body); a.status != 200 {
			t.Errorf("%s %s, after the faults: %d %v", test.method, test.path, a.status, a.body)
		}
	}
	if got := w.DMsOf(w.ada); len(got) != 1 || !slices.Equal(got[0].Mentions, []sim.User{}) {
		t.Errorf("messages = %+v, want the one without a fault", got)
	}
	w.assertClean(t)
}
