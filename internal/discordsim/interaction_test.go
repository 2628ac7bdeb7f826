package discordsim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// inbox hands the interactions that a bot gets to a test that answers them
// by bare calls.
type inbox struct {
	*world
	got chan *dg.Interaction
}

func mustInbox(t *testing.T, opts sim.Options) *inbox {
	t.Helper()
	w := mustWorld(t, opts)
	box := &inbox{w, make(chan *dg.Interaction, 16)}
	session := w.mustBot(t, func(_ *dg.Session, i *dg.InteractionCreate) { box.got <- i.Interaction })
	w.mustRegister(t, session, &dg.ApplicationCommand{Name: "hello", Description: "Hello"})
	return box
}

// pending is something a person did whose answer is still to come.
type pending struct {
	in  *sim.Interaction
	err error
}

// do starts what a person does and returns what the bot got of it.
func (b *inbox) do(t *testing.T, act func(context.Context) (*sim.Interaction, error)) (*dg.Interaction, <-chan pending) {
	t.Helper()
	ctx := testContext(t)
	done := make(chan pending, 1)
	go func() {
		in, err := act(ctx)
		done <- pending{in, err}
	}()
	select {
	case i := <-b.got:
		return i, done
	case p := <-done:
		t.Fatalf("nothing was sent: %v", p.err)
	case <-ctx.Done():
		t.Fatal("the bot got nothing")
	}
	return nil, nil
}

func (b *inbox) slash(t *testing.T) (*dg.Interaction, <-chan pending) {
	t.Helper()
	return b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.ada.Slash(ctx, b.ops, "hello", nil) })
}

func (b *inbox) callback(t *testing.T, i *dg.Interaction, kind int, data any) answer {
	t.Helper()
	return b.call(t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", object{"type": kind, "data": data})
}

func (b *inbox) hook(i *dg.Interaction) string { return "/webhooks/" + b.app.ID + "/" + i.Token }

func TestDeadline(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.InteractionDeadline = 50 * time.Millisecond
	b := mustInbox(t, opts)
	i, done := b.slash(t)
	p := <-done
	if !errors.Is(p.err, sim.ErrNoResponse) {
		t.Fatalf("err = %v", p.err)
	}
	if _, err := p.in.Reply(testContext(t)); !errors.Is(err, sim.ErrNoResponse) {
		t.Errorf("reply: %v", err)
	}
	if a := b.callback(t, i, 4, object{"content": "late"}); a.status != 404 || a.code() != 10062 {
		t.Errorf("late answer: %v", a.body)
	}
	if a := b.call(t, "POST", b.hook(i), object{"content": "late"}); a.code() != 10015 {
		t.Errorf("follow-up of nothing: %v", a.body)
	}
	b.assertClean(t)
}

func TestAnswerTwice(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	i, done := b.slash(t)
	if a := b.callback(t, i, 4, object{"content": "hi"}); a.status != 204 || a.header.Get("Content-Type") != "" {
		t.Errorf("answer: %d %v", a.status, a.header)
	}
	if a := b.callback(t, i, 4, object{"content": "again"}); a.status != 400 || a.code() != 40060 {
		t.Errorf("again: %v", a.body)
	}
	p := <-done
	if reply := must(p.in.Reply(testContext(t)))(t); reply.Content != "hi" || reply.Ephemeral() || reply.Type != 20 {
		t.Errorf("reply = %+v", reply)
	}
	b.Replay(p.in)
	if again := <-b.got; again.ID != i.ID || again.Token != i.Token {
		t.Errorf("replayed %s, want %s", again.ID, i.ID)
	}
	if a := b.callback(t, i, 4, object{"content": "again"}); a.code() != 40060 {
		t.Errorf("replayed: %v", a.body)
	}
	if a := b.call(t, "POST", "/interactions/"+i.ID+"/wrong/callback", object{"type": 4, "data": object{"content": "x"}}); a.code() != 10062 {
		t.Errorf("wrong token: %v", a.body)
	}
}

// Who deletes "thinking…" has nothing left to fill: the next message is one of its
// own.
func TestDeferredAnswerIsDeleted(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	i, done := b.slash(t)
	b.callback(t, i, 5, object{"flags": 64})
	p := <-done
	if a := b.call(t, "DELETE", b.hook(i)+"/messages/@original", nil); a.status != 204 {
		t.Fatalf("delete: %v", a.body)
	}
	if p.in.Deferred() {
		t.Error("it still says that it is thinking")
	}
	b.call(t, "POST", b.hook(i), object{"content": "instead"})
	reply := must(p.in.Reply(testContext(t)))(t)
	if list := b.ops.Messages(b.grace); reply.Content != "instead" || len(list) != 1 || list[0].ID != reply.ID {
		t.Errorf("reply %+v, in the channel %+v", reply, list)
	}
	b.assertClean(t)
}

func TestDefer(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	ctx := testContext(t)

	// The first follow-up fills a deferred answer, which decides who sees it.
	i, done := b.slash(t)
	b.callback(t, i, 5, object{"flags": 64, "content": "not carried"})
	p := <-done
	if !p.in.Deferred() || len(b.ops.Messages(b.ada)) != 1 || len(b.ops.Messages(b.grace)) != 0 {
		t.Error("no thinking message for ada alone")
	}
	first := b.call(t, "POST", b.hook(i), object{"content": "filled"})
	second := b.call(t, "POST", b.hook(i), object{"content": "another"})
	reply := must(p.in.Reply(ctx))(t)
	if reply.Content != "filled" || !reply.Ephemeral() || reply.ID != first.body["id"] || reply.EditedAt != nil {
		t.Errorf("reply = %+v", reply)
	}
	if f := p.in.Followups(); len(f) != 1 || f[0].Ephemeral() || f[0].ID != second.body["id"] {
		t.Errorf("follow-ups = %+v", f)
	}
	if a := b.call(t, "GET", b.messages()+"/"+reply.ID, nil); a.code() != 10008 {
		t.Errorf("an ephemeral message through the channel: %v", a.body)
	}
	if a := b.call(t, "GET", b.hook(i)+"/messages/%40original", nil); a.body["content"] != "filled" {
		t.Errorf("original: %v", a.body)
	}
	if a := b.call(t, "DELETE", b.hook(i)+"/messages/@original", nil); a.status != 204 {
		t.Errorf("delete: %v", a.body)
	}
	if a := b.call(t, "PATCH", b.hook(i)+"/messages/@original", object{"content": "x"}); a.code() != 10008 {
		t.Errorf("edit of what is gone: %v", a.body)
	}
	one := b.hook(i) + "/messages/" + second.body["id"].(string)
	if a := b.call(t, "PATCH", one, object{"content": "changed"}); a.body["content"] != "changed" {
		t.Errorf("edit: %v", a.body)
	}
	if a := b.call(t, "GET", b.hook(i)+"/messages/1", nil); a.code() != 10008 {
		t.Errorf("unknown: %v", a.body)
	}
	if a := b.call(t, "GET", "/webhooks/"+b.app.ID+"/wrong/messages/@original", nil); a.status != 401 || a.code() != 50027 {
		t.Errorf("wrong token: %v", a.body)
	}
	b.assertClean(t)
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.TokenLife = time.Nanosecond
	b := mustInbox(t, opts)
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "hi"})
	<-done
	if a := b.call(t, "GET", b.hook(i)+"/messages/@original", nil); a.code() != 50027 {
		t.Errorf("after the token's life: %v", a.body)
	}
}

func TestWithResponse(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	i, done := b.slash(t)
	a := b.call(t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback?with_response=true", object{"type": 4, "data": object{"content": "hi"}})
	if a.status != 200 || a.body["resource"].(object)["message"].(object)["content"] != "hi" {
		t.Errorf("answer = %v", a.body)
	}
	<-done
}

// lobby posts a message with a button and lets ada press it.
func (b *inbox) lobby(t *testing.T) (sim.Message, *dg.Interaction, <-chan pending) {
	t.Helper()
	m := b.mustPost(t, object{"content": "lobby", "components": []object{rowOf(button("go"))}})
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.ada.Click(ctx, m, "Go") })
	return m, i, done
}

func TestUpdateThroughClick(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	ctx := testContext(t)
	m, i, done := b.lobby(t)
	if i.Message == nil || i.Message.ID != m.ID || i.Member.User.ID != b.ada.ID || i.AppPermissions&int64(sim.SendMessages) == 0 {
		t.Errorf("interaction = %+v", i)
	}
	b.callback(t, i, 6, nil)
	p := <-done
	if a := b.call(t, "PATCH", b.hook(i)+"/messages/@original", object{"content": "edited", "components": []any{}}); a.body["id"] != m.ID {
		t.Errorf("original = %v", a.body)
	}
	if reply := must(p.in.Reply(ctx))(t); reply.Content != "edited" || reply.ID != m.ID || len(reply.Components) != 0 {
		t.Errorf("reply = %+v", reply)
	}
	// An old picture still sends what its button said.
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.grace.Click(ctx, m, "go") })
	if i.MessageComponentData().CustomID != "go" {
		t.Errorf("custom id = %q", i.MessageComponentData().CustomID)
	}
	b.callback(t, i, 7, object{"content": "", "embeds": []object{{"title": "card"}}})
	reply := must((<-done).in.Reply(ctx))(t)
	if reply.Text() != "card" {
		t.Errorf("reply = %q", reply.Text())
	}
	b.call(t, "DELETE", b.messages()+"/"+m.ID, nil)
	if _, err := b.ada.Click(ctx, m, "Go"); err == nil {
		t.Error("a deleted message was pressed")
	}
	b.assertClean(t)
}

func TestCallbackRules(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	input := func(more ...any) object { return selectOf(2, more...) }
	label := func(inner object) object { return object{"type": 18, "label": "L", "component": inner} }
	text := func(id string) object { return object{"type": 4, "custom_id": id, "style": 1} }
	modal := func(components ...object) object {
		return object{"title": "T", "custom_id": "f", "components": components}
	}
	for name, test := range map[string]struct {
		kind int
		data object
		ok   bool
	}{
		"update a command":       {7, object{"content": "x"}, false},
		"defer update a command": {6, nil, false},
		"choices for a command":  {8, object{"choices": []any{}}, false},
		"unknown type":           {77, object{"content": "x"}, false},
		"empty":                  {4, object{}, false},
		"too long":               {4, object{"content": long(2001)}, false},
		"modal":                  {9, modal(label(text("a")), label(input())), true},
		"legacy modal":           {9, modal(rowOf(object{"type": 4, "custom_id": "a", "style": 2, "label": "A"})), true},
		"modal, 6 inputs":        {9, modal(repeat(6, func(i int) object { return label(text(string(rune('a' + i)))) })...), false},
		"modal, none":            {9, modal(), false},
		"modal, id twice":        {9, modal(label(text("a")), label(text("a"))), false},
		"modal, long title":      {9, object{"title": long(46), "custom_id": "f", "components": []object{label(text("a"))}}, false},
		"modal, no id":           {9, object{"title": "T", "components": []object{label(text("a"))}}, false},
		"modal, long label":      {9, modal(object{"type": 18, "label": long(46), "component": text("a")}), false},
		"modal, button":          {9, modal(rowOf(button("a"))), false},
		"modal, disabled select": {9, modal(label(input("disabled", true))), false},
		"modal, value too long":  {9, modal(label(object{"type": 4, "custom_id": "a", "style": 1, "max_length": 2, "value": "abc"})), false},
		"modal, style":           {9, modal(label(object{"type": 4, "custom_id": "a", "style": 3})), false},
		"modal, row of two":      {9, modal(rowOf(text("a"), text("b"))), false},
		"modal, bare input":      {9, modal(text("a")), false},
	} {
		i, done := b.slash(t)
		before := len(b.Violations())
		a := b.callback(t, i, test.kind, test.data)
		if test.ok != (a.status == 204) || test.ok != (len(b.Violations()) == before) {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
		if !test.ok { // the interaction is still open
			if a := b.callback(t, i, 4, object{"content": "x"}); a.status != 204 {
				t.Errorf("%s, then right: %v", name, a.body)
			}
		}
		<-done
	}
}

func TestModalRules(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	ctx := testContext(t)
	optional := false
	open := object{"title": "T", "custom_id": "f", "components": []object{
		{"type": 10, "content": "Read this."},
		{"type": 18, "label": "Who", "component": object{"type": 5, "custom_id": "who", "required": optional,
			"default_values": []object{{"id": b.grace.ID, "type": "user"}}}},
		{"type": 18, "label": "Zones", "component": selectOf(3, "max_values", 2)},
		rowOf(object{"type": 4, "custom_id": "t", "style": 1, "label": "Text", "min_length": 2, "required": false}),
	}}
	m, i, done := b.lobby(t)
	b.callback(t, i, 9, open)
	opened := (<-done).in
	form := opened.Modal()
	if _, err := opened.Reply(ctx); err == nil {
		t.Error("a form is no message")
	}
	if _, err := b.grace.Submit(ctx, form, nil); !errors.Is(err, sim.ErrNotAllowed) {
		t.Errorf("another's form: %v", err)
	}
	for name, fields := range map[string]sim.Fields{
		"too many": {"Zones": []string{"L0", "L1", "L2"}}, "too short": {"Zones": "L0", "Text": "x"}, "none": {},
	} {
		if _, err := b.ada.Submit(ctx, form, fields); err == nil {
			t.Errorf("%s: submitted", name)
		}
	}
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.ada.Submit(ctx, form, sim.Fields{"who": b.grace, "Zones": []string{"L0", "2"}, "Text": "ok"})
	})
	data := i.ModalSubmitData()
	who := data.Components[1].(*dg.Label).Component.(*dg.SelectMenu)
	zones := data.Components[2].(*dg.Label).Component.(*dg.SelectMenu)
	text := data.Components[3].(*dg.ActionsRow).Components[0].(*dg.TextInput)
	if !slices.Equal(who.Values, []string{b.grace.ID}) || !slices.Equal(zones.Values, []string{"0", "2"}) || text.Value != "ok" {
		t.Errorf("data = %+v %+v %+v", who, zones, text)
	}
	if i.Message == nil || i.Message.ID != m.ID {
		t.Error("the form does not know its message")
	}
	if data.Resolved.Users[b.grace.ID] == nil {
		t.Errorf("resolved = %+v", data.Resolved)
	}
	if a := b.callback(t, i, 9, open); a.code() != 50035 {
		t.Errorf("modal on a modal: %v", a.body)
	}
	b.callback(t, i, 6, nil)
	<-done

	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.ada.SubmitUnchecked(ctx, form, sim.Fields{"Zones": []string{"nonsense"}, "Text": strings.Repeat("x", 5000)})
	})
	if got := i.ModalSubmitData().Components[2].(*dg.Label).Component.(*dg.SelectMenu).Values; !slices.Equal(got, []string{"nonsense"}) {
		t.Errorf("unchecked values = %v", got)
	}
	b.callback(t, i, 4, object{"content": "no"})
	<-done
}

func TestWhoIsOfferedWhichCommand(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	ctx := testContext(t)
	guildPath, globalPath := "/applications/"+w.app.ID+"/guilds/"+w.guild.ID+"/commands", "/applications/"+w.app.ID+"/commands"
	w.call(t, "PUT", guildPath, []object{
		{"name": "all", "description": "d"}, {"name": "managers", "description": "d", "default_member_permissions": "32"},
		{"name": "admins", "description": "d", "default_member_permissions": "0"},
	})
	w.call(t, "PUT", globalPath, []object{
		{"name": "guilds", "description": "d", "contexts": []int{0}}, {"name": "dms", "description": "d", "contexts": []int{1}},
		{"name": "both", "description": "d"}, {"name": "old", "description": "d", "dm_permission": false},
	})
	dm := w.grace.DM(w.app)
	for _, test := range []struct {
		who  *sim.Member
		in   *sim.Channel
		want string
	}{
		{w.grace, w.ops, "all both guilds old"},
		{w.ada, w.ops, "all both guilds managers old"},
		{w.guild.Owner(), w.ops, "admins all both guilds managers old"},
		{w.grace, dm, "both dms"},
	} {
		if got := strings.Join(test.who.Commands(test.in), " "); got != test.want {
			t.Errorf("%s in %q: %s, want %s", test.who.Username, test.in.Name(), got, test.want)
		}
	}
	for name, try := range map[string]func() (*sim.Interaction, error){
		"not for them":   func() (*sim.Interaction, error) { return w.grace.Slash(ctx, w.ops, "managers", nil) },
		"guild only":     func() (*sim.Interaction, error) { return w.grace.Slash(ctx, dm, "guilds", nil) },
		"no such":        func() (*sim.Interaction, error) { return w.grace.Slash(ctx, w.ops, "nonsense", nil) },
		"unknown option": func() (*sim.Interaction, error) { return w.grace.Slash(ctx, w.ops, "all", sim.Args{"x": 1}) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	w.ops.Deny(w.grace, sim.ViewChannel)
	if _, err := w.grace.Slash(ctx, w.ops, "all", nil); !errors.Is(err, sim.ErrNotAllowed) {
		t.Errorf("unseen channel: %v", err)
	}
}

func TestCommandInDM(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	b.call(t, "PUT", "/applications/"+b.app.ID+"/commands", []object{{"name": "help", "description": "d"}})
	dm := b.grace.DM(b.app)
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.grace.Slash(ctx, dm, "help", nil) })
	if i.Member != nil || i.User == nil || i.User.ID != b.grace.ID || i.GuildID != "" || i.Context != dg.InteractionContextBotDM {
		t.Errorf("interaction = %+v", i)
	}
	b.callback(t, i, 4, object{"content": "hi"})
	if reply := must((<-done).in.Reply(testContext(t)))(t); reply.ChannelID != dm.ID {
		t.Errorf("reply = %+v", reply)
	}
	if a := b.call(t, "POST", "/users/@me/channels", object{"recipient_id": b.grace.ID}); a.body["id"] != dm.ID {
		t.Errorf("dm = %v", a.body)
	}
	if a := b.call(t, "POST", "/channels/"+dm.ID+"/messages", object{"content": "x"}); a.status != 200 || len(dm.Messages(b.grace)) != 2 {
		t.Errorf("post: %v", a.body)
	}
}

func TestSubcommandsAndResolved(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	role := b.guild.NewRole("infra", 0)
	option := func(kind int, name string, more ...object) object {
		return object{"type": kind, "name": name, "description": "d", "options": more}
	}
	plain := func(kind int, name string) object { return object{"type": kind, "name": name, "description": "d"} }
	a := b.call(t, "PUT", "/applications/"+b.app.ID+"/guilds/"+b.guild.ID+"/commands", []object{{
		"name": "grant", "description": "d",
		"options": []object{option(2, "for", option(1, "team", plain(6, "user"), plain(8, "role"), plain(7, "channel"), plain(9, "any"), plain(5, "loud"), plain(10, "share")))},
	}})
	if a.status != 200 {
		t.Fatal(a.body)
	}
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.ada.Slash(ctx, b.ops, "grant for team", sim.Args{"user": b.grace, "role": role, "channel": b.ops, "any": role, "loud": true, "share": 0.5})
	})
	data := i.ApplicationCommandData()
	team := data.Options[0].Options[0]
	if team.Name != "team" || len(team.Options) != 6 {
		t.Fatalf("options = %+v", data.Options[0])
	}
	r := data.Resolved
	if r.Users[b.grace.ID] == nil || r.Members[b.grace.ID] == nil || r.Roles[role.ID] == nil || r.Channels[b.ops.ID] == nil {
		t.Errorf("resolved = %+v", r)
	}
	b.callback(t, i, 4, object{"content": "ok"})
	<-done
	for name, args := range map[string]sim.Args{
		"role for a user": {"user": role}, "text for a channel": {"channel": "ops"}, "text for a boolean": {"loud": "yes"}, "text for a number": {"share": "much"},
	} {
		if _, err := b.ada.Slash(testContext(t), b.ops, "grant for team", args); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if _, err := b.ada.Slash(testContext(t), b.ops, "grant", nil); err == nil {
		t.Error("a command without its subcommand was sent")
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	bot := w.mustBot(t, lobbyBot(t))
	w.mustRegister(t, bot, deployCommand())
	for _, m := range []*sim.Member{w.ada, w.grace} {
		events, stop := w.Watch(m)
		in := must(w.ada.Slash(ctx, w.ops, "cloud-deploy", sim.Args{"project": "dev"}))(t)
		must(in.Reply(ctx))(t)
		lobby := must(w.ops.Await(ctx, m, sim.Containing("Deploy dev")))(t)
		must(w.ada.Click(ctx, *lobby, "Add resource"))(t)
		if a := w.call(t, "POST", w.messages()+"/"+lobby.ID+"/threads", object{"name": "run"}); a.status != 201 {
			t.Fatal(a.body)
		}
		w.call(t, "DELETE", w.messages()+"/"+lobby.ID, nil)

		var seen []string
		for e := range events {
			seen = append(seen, string(e.Kind)+" "+e.Text+e.Message.Text())
			if e.Kind == sim.EventDelete {
				break
			}
		}
		stop()
		stop()
		if _, open := <-events; open {
			t.Error("events after stop")
		}
		all := strings.Join(seen, "\n")
		for _, line := range []string{"message Deploy dev", "channel run"} {
			if !strings.Contains(all, line) {
				t.Errorf("%s did not see %q:\n%s", m.Username, line, all)
			}
		}
		for _, line := range []string{"action /cloud-deploy project:dev", "edit The lobby is open.", "modal Add vpc", "action pressed [Add resource]"} {
			if strings.Contains(all, line) != (m == w.ada) {
				t.Errorf("%s and %q:\n%s", m.Username, line, all)
			}
		}
	}
}

func TestWhatSomebodyDidInWords(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "x"})
	if p := <-done; p.in.String() != "/hello" {
		t.Errorf("did = %q", p.in)
	}
}
