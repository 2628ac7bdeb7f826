package discordsim_test

import (
	"testing"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A bot that is kicked is out of the guild, like one that is removed, with its role
// and its commands.
func TestKickedBots(t *testing.T) {
	t.Parallel()
	for name, kick := range map[string]func(w *world){
		"removed": func(w *world) { w.guild.RemoveApplication(w.app) },
		"kicked":  func(w *world) { w.guild.Kick(w.guild.Member(w.app.ID)) },
	} {
		w := mustWorld(t, unlimited)
		if a := w.call(t, "POST", "/applications/"+w.app.ID+"/guilds/"+w.guild.ID+"/commands", object{"name": "a", "description": "d"}); a.status != 201 {
			t.Fatalf("register: %v", a.body)
		}
		kick(w)
		if a := w.call(t, "GET", "/guilds/"+w.guild.ID, nil); a.code() != 50001 {
			t.Errorf("%s: it still sees the guild: %d %v", name, a.status, a.body)
		}
		for _, r := range w.guild.Roles() {
			if r.Managed() {
				t.Errorf("%s: its role is left", name)
			}
		}
		w.guild.AddApplication(w.app, 0)
		if list := w.ada.Commands(w.ops); len(list) != 0 {
			t.Errorf("%s: commands %v are left", name, list)
		}
	}
}

func TestGuildDelete(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	other := w.NewGuild("Other")
	other.Invite(w.ada)
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	s.until("GUILD_CREATE")
	thread := w.mustPost(t, object{"content": "a start"})
	w.call(t, "POST", w.messages()+"/"+thread.ID+"/threads", object{"name": "run"})
	events, stop := w.Watch(w.grace)
	defer stop()

	w.guild.Delete()
	w.guild.Delete()
	s.until("GUILD_DELETE")
	for e := range events {
		if e.Kind == sim.EventWorld {
			break
		}
	}
	if w.Guild(w.guild.ID) != nil || w.Channel(w.ops.ID) != nil || w.Channel(thread.ID) != nil || w.Member(w.grace.ID) != nil {
		t.Error("guild, channel, thread or member is still there")
	}
	if a := w.call(t, "GET", "/guilds/"+w.guild.ID, nil); a.status != 404 {
		t.Errorf("the bot still sees it: %d", a.status)
	}
	if m := w.Member(w.ada.ID); m == nil || len(w.Guilds()) != 1 {
		t.Errorf("ada is %v in another guild of %d", m, len(w.Guilds()))
	}
	if w.ops.VisibleTo(w.ada) || len(w.ada.Commands(w.ops)) != 0 {
		t.Error("the channel can still be seen")
	}
}
