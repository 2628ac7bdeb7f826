package discordsim_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestViews(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	secret := w.guild.NewPrivateChannel("secret", w.ada)
	role := w.guild.NewRole("dev", sim.ManageThreads)
	other := w.NewGuild("Other")
	there := other.Invite(w.grace)
	thread := w.mustThread(t, "run")

	if got := w.Guilds(); !slices.Equal(got, []*sim.Guild{w.guild, other}) || w.Guild(other.ID) != other || w.Guild("1") != nil {
		t.Errorf("guilds = %v", got)
	}
	if got := w.Applications(); !slices.Equal(got, []*sim.Application{w.app}) {
		t.Errorf("applications = %v", got)
	}
	if got := w.guild.Channels(); !slices.Equal(got, []*sim.Channel{w.ops, secret}) {
		t.Errorf("channels = %v", got)
	}
	var names []string
	for _, m := range w.guild.Members() {
		names = append(names, m.Username)
	}
	if fmt.Sprint(names) != "[Cloud Engine owner ada grace]" {
		t.Errorf("members = %v", names)
	}
	roles := w.guild.Roles()
	if roles[0] != w.guild.Everyone() || roles[1].Name != "Cloud Engine" || !roles[1].Managed() || roles[len(roles)-1] != role || role.Managed() {
		t.Errorf("roles = %v", roles)
	}
	if role.Permissions() != sim.ManageThreads || role.Guild() != w.guild {
		t.Errorf("role = %v", role)
	}
	if w.Member(w.grace.ID) != w.grace || w.guild.Member(w.grace.ID) != w.grace || other.Member(w.grace.ID) != there || there.Guild() != other || w.Member("1") != nil {
		t.Error("members by id")
	}
	for c, kind := range map[*sim.Channel]sim.ChannelKind{w.ops: sim.KindText, thread: sim.KindThread, w.ada.DM(w.app): sim.KindDM} {
		if c.Kind() != kind || w.Sim.Channel(c.ID) != c {
			t.Errorf("%s is %s", kind, c.Kind())
		}
	}
	if !secret.VisibleTo(w.ada) || secret.VisibleTo(w.grace) || w.Sim.Channel("1") != nil {
		t.Error("who sees what")
	}
}

// mustThread opens a thread without a message.
func (w *world) mustThread(t testing.TB, name string) *sim.Channel {
	t.Helper()
	a := w.call(t, "POST", "/channels/"+w.ops.ID+"/threads", object{"name": name, "type": 11})
	if a.status != 201 {
		t.Fatal(a.body)
	}
	return w.Sim.Channel(a.body["id"].(string))
}

func TestDMsAreListedOnceUsed(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	path := w.mustDM(t, w.ada)
	if got := w.ada.DMs(); len(got) != 0 {
		t.Errorf("an empty one that the bot opened is listed: %v", got)
	}
	w.call(t, "POST", path+"/messages", object{"content": "x"})
	mine := w.grace.DM(w.app)
	if got := w.ada.DMs(); len(got) != 1 || got[0].LastMessageID() != w.DMsOf(w.ada)[0].ID {
		t.Errorf("of ada: %v", got)
	}
	if got := w.grace.DMs(); !slices.Equal(got, []*sim.Channel{mine}) || mine.LastMessageID() != "" {
		t.Errorf("of grace: %v", got)
	}
	if to := mine.Recipients(); len(to) != 2 || to[0].ID != w.app.ID || to[1].ID != w.grace.ID {
		t.Errorf("recipients = %v", to)
	}
}

func TestCanSend(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	moderator := w.guild.NewMember("mod", sim.ManageThreads)
	silent := w.guild.NewTextChannel("silent")
	silent.Deny(w.guild.Everyone(), sim.SendMessages)
	w.guild.NewRole("unused")
	secret := w.guild.NewPrivateChannel("secret", w.ada)
	open, locked := w.mustThread(t, "open"), w.mustThread(t, "locked")
	w.guild.Everyone().SetPermissions(sim.DefaultPermissions | sim.ManageThreads)
	if a := w.call(t, "PATCH", "/channels/"+locked.ID, object{"locked": true}); a.status != 200 || !locked.Locked() || open.Locked() {
		t.Fatalf("%v, %v", a.body, locked.Locked())
	}
	w.guild.Everyone().SetPermissions(sim.DefaultPermissions)
	for name, test := range map[string]struct {
		channel *sim.Channel
		who     *sim.Member
		want    bool
	}{
		"anybody":               {w.ops, w.grace, true},
		"where nobody may":      {silent, w.grace, false},
		"the owner":             {silent, w.guild.Owner(), true},
		"unseen":                {secret, w.grace, false},
		"named":                 {secret, w.ada, true},
		"thread":                {open, w.grace, true},
		"locked":                {locked, w.grace, false},
		"locked, by moderators": {locked, moderator, true},
		"one's own DM":          {w.ada.DM(w.app), w.ada, true},
		"another's":             {w.ada.DM(w.app), w.grace, false},
	} {
		_, err := test.who.Say(test.channel, "x")
		if got := test.channel.CanSend(test.who); got != test.want || (err == nil) != test.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	var ids []string
	for i := range 7 {
		ids = append(ids, must(w.ada.Say(w.ops, fmt.Sprint(i)))(t).ID)
	}
	for name, test := range map[string]struct {
		before string
		limit  int
		want   string
		more   bool
	}{
		"newest":       {"", 3, "456", true},
		"next":         {ids[4], 3, "123", true},
		"last":         {ids[1], 3, "0", false},
		"exactly all":  {"", 7, "0123456", false},
		"nothing":      {ids[0], 3, "", false},
		"unknown id":   {"1", 3, "", false},
		"later id":     {"9999999999999999999", 2, "56", true},
		"asks nothing": {"", 0, "", true},
	} {
		page, more := w.ops.History(w.grace, test.before, test.limit)
		got := ""
		for _, m := range page {
			got += m.Content
		}
		if got != test.want || more != test.more {
			t.Errorf("%s: %q, %v", name, got, more)
		}
	}
	if page, more := w.guild.NewPrivateChannel("secret").History(w.grace, "", 5); page != nil || more {
		t.Error("history of a channel that is not seen")
	}
}

func TestHistoryHidesWhatOthersWereTold(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "only you", "flags": 64})
	<-done
	if page, more := b.ops.History(b.ada, "", 1); len(page) != 1 || more {
		t.Errorf("ada: %v, %v", page, more)
	}
	if page, more := b.ops.History(b.grace, "", 1); len(page) != 0 || more {
		t.Errorf("grace: %v, %v", page, more)
	}
	if b.ops.LastMessageID() != "" {
		t.Error("an ephemeral message is the last")
	}
}

func TestPressById(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	m := b.mustPost(t, object{"content": "x", "components": []object{
		rowOf(button("go"), button("off", "disabled", true)), rowOf(object{"type": 5, "custom_id": "who"}),
	}})
	who, _ := m.Select("who")
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.grace.Press(ctx, m.ChannelID, m.ID, who, b.ada.ID)
	})
	b.callback(t, i, 6, nil)
	if p := <-done; p.err != nil || p.in.String() != "chose @ada in [who]" {
		t.Fatal(p.in, p.err)
	}
	if data := i.MessageComponentData(); data.CustomID != "who" || len(data.Values) != 1 || data.Resolved.Users[b.ada.ID].Username != "ada" {
		t.Errorf("sent %+v", data)
	}
	press, _ := m.Button("go")
	off, _ := m.Button("off")
	link := sim.Component{Type: 2, Style: sim.StyleLink, URL: "https://example.com"}
	for name, test := range map[string]struct {
		channel, message string
		component        sim.Component
		values           []any
	}{
		"disabled":        {m.ChannelID, m.ID, off, nil},
		"a link":          {m.ChannelID, m.ID, link, nil},
		"no button":       {m.ChannelID, m.ID, sim.Component{Type: 10}, nil},
		"no such message": {m.ChannelID, "1", press, nil},
		"no such channel": {"1", m.ID, press, nil},
		"no such user":    {m.ChannelID, m.ID, who, []any{"1"}},
		"too few":         {m.ChannelID, m.ID, who, nil},
	} {
		if _, err := b.grace.Press(t.Context(), test.channel, test.message, test.component, test.values...); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
}

func TestCommandListInDetail(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	a := w.call(t, "PUT", w.commands(), []object{{"name": "make", "description": "Make", "options": []object{
		{"type": 1, "name": "it", "description": "It", "options": []object{
			optionOf(3, "name", "required", true, "autocomplete", true, "min_length", 2, "max_length", 5),
			optionOf(4, "count", "min_value", 1, "max_value", 9),
			optionOf(10, "share", "choices", []object{{"name": "Half", "value": 0.5, "name_localizations": object{"de": "Halb"}}}),
			optionOf(7, "where", "channel_types", []int{0, 11}),
		}},
	}}})
	if a.status != 200 {
		t.Fatal(a.body)
	}
	w.grace.SetLocale("de")
	list := w.grace.CommandList(w.ops)
	if len(list) != 1 || list[0].App != w.app || len(list[0].Options) != 1 || list[0].Options[0].Type.String() != "subcommand" {
		t.Fatalf("list = %+v", list)
	}
	got := ""
	for _, o := range list[0].Options[0].Options {
		got += fmt.Sprint(o.Name, " ", o.Type, " ", o.Required, o.Autocomplete, " ")
		for _, n := range []*int{o.MinLength, o.MaxLength} {
			if n != nil {
				got += fmt.Sprint(*n, " ")
			}
		}
		for _, n := range []*float64{o.Min, o.Max} {
			if n != nil {
				got += fmt.Sprint(*n, " ")
			}
		}
		for _, c := range o.Choices {
			got += fmt.Sprint(c.Name, "=", c.Value, " ")
		}
		got += fmt.Sprintln(o.ChannelTypes)
	}
	want := `name string true true 2 5 []
count integer false false 1 9 []
share number false false Halb=0.5 []
where channel false false [0 11]
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestEventsOfTheWorld(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	role := w.guild.NewRole("dev")
	secret := w.guild.NewPrivateChannel("secret", w.ada)
	thread := w.mustThread(t, "run")
	grace := w.grace
	for _, test := range []struct {
		name string
		do   func()
		want string // what ada sees: kinds of events, in order
	}{
		{"a member joins", func() { w.guild.NewMember("joan") }, "world"},
		{"a member leaves", func() { grace.Leave(); grace.Rejoin() }, "world world"},
		{"a role is given", func() { w.guild.Assign(w.ada, role) }, "world"},
		{"a role changes", func() { role.SetPermissions(sim.ManageGuild) }, "world"},
		{"a channel", func() { w.guild.NewTextChannel("new") }, "channel new"},
		{"a channel is hidden", func() { secret.Deny(grace, sim.ViewChannel) }, "world"},
		{"a thread is archived", func() { w.call(t, "PATCH", "/channels/"+thread.ID, object{"archived": true}) }, "channel run"},
		{"a thread comes back", func() { must(grace.Say(thread, "x"))(t) }, "channel run message"},
		{"commands of a guild", func() { w.call(t, "PUT", w.commands(), []object{}) }, "commands"},
		{"commands of everywhere", func() { w.call(t, "PUT", "/applications/"+w.app.ID+"/commands", []object{}) }, "commands"},
		{"another language", func() { w.ada.SetLocale("de") }, "commands"},
		{"a message to herself", func() { w.call(t, "POST", w.mustDM(t, w.ada)+"/messages", object{"content": "x"}) }, "channel  message"},
	} {
		checkEvents(t, w, test.name, test.do, test.want)
	}
	checkEvents(t, w, "a channel with a thread goes", w.ops.Delete, "channel ops gone channel run gone")
}

// checkEvents compares what ada sees of something, up to a last event, and
// that somebody in another guild sees nothing of it.
func checkEvents(t *testing.T, w *world, name string, do func(), want string) {
	t.Helper()
	other := w.NewGuild("Other").NewMember("mallory")
	end := w.NewGuild("End")
	end.Invite(w.ada)
	end.Invite(other)
	seen, stop := w.Watch(w.ada)
	defer stop()
	theirs, stopTheirs := w.Watch(other)
	defer stopTheirs()
	do()
	end.NewTextChannel("end")
	for want, events := range map[string]<-chan sim.Event{want: seen, "": theirs} {
		got := ""
		for e := range events {
			if e.Kind == sim.EventChannel && e.Text == "end" {
				break
			}
			if e.Kind == sim.EventWorld && e.Guild != w.guild {
				t.Errorf("%s: of guild %v", name, e.Guild)
			}
			got += " " + string(e.Kind)
			if e.Kind == sim.EventChannel {
				got += " " + e.Text
			}
			if e.Gone {
				got += " gone"
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func TestRepliesCarryWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	first := b.mustPost(t, object{"content": "first"})
	second := b.mustPost(t, object{"content": "second", "message_reference": object{"message_id": first.ID}})
	third := b.mustPost(t, object{"content": "third", "message_reference": object{"message_id": second.ID}})
	a := b.call(t, "GET", b.messages()+"/"+third.ID, nil)
	said, _ := a.body["referenced_message"].(object)
	if said["content"] != "second" || said["referenced_message"] != nil {
		t.Errorf("third answers %v", said)
	}
	b.call(t, "PATCH", b.messages()+"/"+first.ID, object{"content": "changed"})
	if m, _ := b.ops.Message(b.ada, second.ID); m.Referenced == nil || m.Referenced.Content != "changed" {
		t.Errorf("second answers %v", m.Referenced)
	}
	b.call(t, "DELETE", b.messages()+"/"+first.ID, nil)
	if m, _ := b.ops.Message(b.ada, second.ID); m.Referenced != nil || m.Reference == nil {
		t.Errorf("second still answers %v", m.Referenced)
	}

	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "a secret", "flags": 64})
	<-done
	if a := b.call(t, "POST", b.hook(i), object{"content": "for all"}); a.status != 200 || a.body["referenced_message"] != nil {
		t.Errorf("a public answer shows an ephemeral message: %v", a.body)
	}
	b.call(t, "POST", b.hook(i), object{"content": "more", "flags": 64})
	page, _ := b.ops.History(b.ada, "", 1)
	if m := page[0]; m.Content != "more" || m.Referenced == nil || m.Referenced.Content != "a secret" {
		t.Errorf("an ephemeral answer to an ephemeral message: %+v", m)
	}
}

func TestNamesOfSubcommandsInMessages(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	b.call(t, "PUT", b.commands(), []object{{"name": "grant", "description": "x", "options": []object{{"type": 1, "name": "add", "description": "x"}}}})
	i, done := b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.ada.Slash(ctx, b.ops, "/grant add", nil) })
	b.callback(t, i, 4, object{"content": "done"})
	<-done
	page, _ := b.ops.History(b.ada, "", 1)
	if name := page[0].Interaction.(object)["name"]; name != "grant add" {
		t.Errorf("name = %v", name)
	}
}
