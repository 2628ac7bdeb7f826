package discordsim_test

import (
	"testing"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A thread that is deleted leaves its message without one: it can be opened anew.
func TestThreadIsDeletedAndOpenedAnew(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	w.ops.Allow(w.app, sim.ManageThreads)
	m := w.mustPost(t, object{"content": "lobby"})
	open := func() int {
		return w.call(t, "POST", w.messages()+"/"+m.ID+"/threads", object{"name": "run"}).status
	}
	has := func() bool {
		now, _ := w.ops.Message(w.ada, m.ID)
		if flag := now.Flags&sim.FlagHasThread != 0; flag != (now.Thread != nil) {
			t.Errorf("the flag says %v, the thread is %v", flag, now.Thread)
		}
		return now.Thread != nil
	}
	if status := open(); status != 201 || !has() {
		t.Fatalf("open: %d", status)
	}
	if a := w.call(t, "DELETE", "/channels/"+m.ID, nil); a.status != 200 || has() {
		t.Errorf("after the end: %d, a thread: %v", a.status, has())
	}
	if status := open(); status != 201 || !has() {
		t.Errorf("open again: %d", status)
	}
	w.assertClean(t)
}

func TestThreads(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	ctx := testContext(t)
	m := w.mustPost(t, object{"content": "lobby"})
	open := w.messages() + "/" + m.ID + "/threads"
	body := object{"name": "Deploy dev-web", "auto_archive_duration": 60, "invitable": nil}
	a := w.call(t, "POST", open, body)
	if a.status != 201 || a.body["id"] != m.ID || a.body["parent_id"] != w.ops.ID {
		t.Fatalf("thread = %v", a.body)
	}
	if again := w.call(t, "POST", open, body); again.code() != 160004 {
		t.Errorf("twice: %v", again.body)
	}
	thread := must(w.ops.AwaitThread(ctx, func(name string) bool { return name == "Deploy dev-web" }))(t)
	if thread.AutoArchiveMinutes() != 60 || len(w.ops.Threads()) != 1 || thread.Parent() != w.ops {
		t.Errorf("thread = %+v", thread)
	}
	if got := w.call(t, "GET", w.messages()+"/"+m.ID, nil); got.body["thread"] == nil || got.body["flags"] != 32.0 {
		t.Errorf("its message = %v", got.body)
	}

	in := "/channels/" + thread.ID
	post := func() answer { return w.call(t, "POST", in+"/messages", object{"content": "line"}) }
	if a := w.call(t, "PUT", in+"/thread-members/@me", nil); a.status != 204 {
		t.Errorf("join: %v", a.body)
	}
	first := post()
	if first.status != 200 || len(thread.Messages(w.grace)) != 1 {
		t.Errorf("post: %v", first.body)
	}
	line := in + "/messages/" + first.body["id"].(string)
	if a := w.call(t, "PATCH", in, object{"archived": true}); a.status != 200 || !thread.Archived() {
		t.Errorf("archive: %v", a.body)
	}
	if a := w.call(t, "PATCH", line, object{"content": "x"}); a.code() != 50083 {
		t.Errorf("edit in an archived thread: %v", a.body)
	}
	if a := w.call(t, "PATCH", in, object{"name": "other"}); a.code() != 50083 {
		t.Errorf("rename of an archived thread: %v", a.body)
	}
	if a := post(); a.status != 200 || thread.Archived() {
		t.Errorf("a post opens the thread again: %v", a.body)
	}
	if a := w.call(t, "PATCH", in, object{"locked": true}); a.code() != 50013 {
		t.Errorf("lock without permission: %v", a.body)
	}
	w.ops.Allow(w.app, sim.ManageThreads)
	if a := w.call(t, "PATCH", in, object{"locked": true, "archived": true}); a.status != 200 {
		t.Errorf("lock: %v", a.body)
	}
	w.ops.Deny(w.app, sim.ManageThreads)
	if a := post(); a.code() != 50083 {
		t.Errorf("post in a locked thread: %v", a.body)
	}
	if a := w.call(t, "PATCH", in, object{"archived": false}); a.code() != 50013 {
		t.Errorf("open a locked thread: %v", a.body)
	}

	alone := w.call(t, "POST", "/channels/"+w.ops.ID+"/threads", object{"name": "alone", "type": 11})
	if alone.status != 201 || len(w.ops.Threads()) != 2 {
		t.Errorf("thread without message: %v", alone.body)
	}
	if a := w.call(t, "GET", "/guilds/"+w.guild.ID+"/threads/active", nil); len(a.body["threads"].([]any)) != 1 {
		t.Errorf("active = %v", a.body)
	}
	inner := "/channels/" + alone.body["id"].(string)
	if a := w.call(t, "POST", inner+"/threads", object{"name": "inner", "type": 11}); a.code() != 50024 {
		t.Errorf("thread in a thread: %v", a.body)
	}
	for name, body := range map[string]object{
		"no name": {"type": 11}, "long name": {"name": long(101), "type": 11}, "odd minutes": {"name": "x", "auto_archive_duration": 61, "type": 11},
	} {
		if a := w.call(t, "POST", "/channels/"+w.ops.ID+"/threads", body); a.code() != 50035 {
			t.Errorf("%s: %v", name, a.body)
		}
	}
	if a := w.call(t, "DELETE", inner, nil); a.code() != 50013 {
		t.Errorf("delete without permission: %v", a.body)
	}
	w.ops.Allow(w.app, sim.ManageThreads)
	if a := w.call(t, "DELETE", inner, nil); a.status != 200 || len(w.ops.Threads()) != 1 {
		t.Errorf("delete: %v", a.body)
	}
}

func TestTextChannel(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	path := "/channels/" + w.ops.ID
	w.ops.Allow(w.app, sim.ManageChannels)
	for i, want := range []int{200, 200, 429} {
		if a := w.call(t, "PATCH", path, object{"name": string(rune('a' + i)), "topic": "t"}); a.status != want {
			t.Errorf("rename %d: %d %v", i, a.status, a.body)
		}
	}
	if w.ops.Name() != "b" || w.ops.Guild() != w.guild || w.ops.Mention() != "<#"+w.ops.ID+">" {
		t.Errorf("channel = %s", w.ops.Name())
	}
	if a := w.call(t, "PUT", path+"/thread-members/@me", nil); a.code() != 50024 {
		t.Errorf("join of no thread: %v", a.body)
	}
	dm := "/channels/" + w.ada.DM(w.app).ID
	for method, body := range map[string]object{"PATCH": {"topic": "x"}, "DELETE": nil} {
		if a := w.call(t, method, dm, body); a.code() != 50024 {
			t.Errorf("%s of a direct message: %v", method, a.body)
		}
	}
	if a := w.call(t, "DELETE", path, nil); a.status != 200 {
		t.Errorf("delete: %v", a.body)
	}
	if a := w.call(t, "GET", path, nil); a.code() != 10003 {
		t.Errorf("gone: %v", a.body)
	}
	other := w.NewGuild("Other")
	if m := other.Invite(w.ada); m.ID != w.ada.ID || other.Invite(w.ada) != m {
		t.Error("one person is two")
	}
}

func TestRenamesAreLimited(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	a := w.call(t, "POST", "/channels/"+w.ops.ID+"/threads", object{"name": "0", "type": 11})
	path := "/channels/" + a.body["id"].(string)
	for i, want := range []int{200, 200, 429} {
		if a := w.call(t, "PATCH", path, object{"name": string(rune('a' + i))}); a.status != want {
			t.Errorf("rename %d: %d, want %d", i, a.status, want)
		}
	}
	w.assertClean(t)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		deny   sim.Permissions
		method string
		path   string
		body   object
		code   int
	}{
		"view":           {sim.ViewChannel, "POST", "/messages", object{"content": "x"}, 50001},
		"view, get":      {sim.ViewChannel, "GET", "", nil, 50001},
		"send":           {sim.SendMessages, "POST", "/messages", object{"content": "x"}, 50013},
		"embed":          {sim.EmbedLinks, "POST", "/messages", object{"embeds": []object{{"title": "x"}}}, 50013},
		"embed, no need": {sim.EmbedLinks, "POST", "/messages", object{"content": "x"}, 0},
		"thread":         {sim.CreatePublicThreads, "POST", "/threads", object{"name": "x", "type": 11}, 50013},
		"private thread": {0, "POST", "/threads", object{"name": "x"}, 50013},
		"topic":          {0, "PATCH", "", object{"topic": "x"}, 50013},
		"typing":         {sim.SendMessages, "POST", "/typing", nil, 50013},
	} {
		w := mustWorld(t, unlimited)
		w.ops.Deny(w.app, test.deny)
		if a := w.call(t, test.method, "/channels/"+w.ops.ID+test.path, test.body); a.code() != test.code {
			t.Errorf("%s: %d %v, want code %d", name, a.status, a.body, test.code)
		}
		w.assertClean(t)
		w.Close()
	}
}

func TestPermissionsInThread(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	a := w.call(t, "POST", "/channels/"+w.ops.ID+"/threads", object{"name": "x", "type": 11})
	path := "/channels/" + a.body["id"].(string) + "/messages"
	w.ops.Deny(w.app, sim.SendMessages)
	if a := w.call(t, "POST", path, object{"content": "x"}); a.status != 200 {
		t.Errorf("a thread needs a permission of its own: %v", a.body)
	}
	w.ops.Deny(w.app, sim.SendMessagesInThreads)
	if a := w.call(t, "POST", path, object{"content": "x"}); a.code() != 50013 {
		t.Errorf("denied: %v", a.body)
	}
}

// Overwrites apply in Discord's order: everyone, roles together, member.
func TestOverwriteOrder(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	role, other := w.guild.NewRole("a", 0), w.guild.NewRole("b", 0)
	w.guild.Assign(w.grace, role)
	w.guild.Assign(w.grace, other)
	sees := func(m *sim.Member) bool {
		_, err := m.Say(w.ops, "x")
		return err == nil
	}
	steps := []struct {
		name string
		do   func()
		want bool
	}{
		{"at first", func() {}, true},
		{"everyone denied", func() { w.ops.Deny(w.guild.Everyone(), sim.SendMessages) }, false},
		{"role allowed", func() { w.ops.Allow(role, sim.SendMessages) }, true},
		{"another role denied: allow wins", func() { w.ops.Deny(other, sim.SendMessages) }, true},
		{"member denied", func() { w.ops.Deny(w.grace, sim.SendMessages) }, false},
		{"administrator", func() { role.SetPermissions(sim.Administrator) }, true},
		{"role taken", func() { w.guild.Unassign(w.grace, role) }, false},
	}
	for _, step := range steps {
		step.do()
		if got := sees(w.grace); got != step.want {
			t.Errorf("%s: may send = %v", step.name, got)
		}
	}
	if !sees(w.guild.Owner()) {
		t.Error("the owner may not send")
	}
	w.guild.Kick(w.grace)
	if w.ops.Messages(w.grace) != nil {
		t.Error("who was kicked still reads")
	}
}
