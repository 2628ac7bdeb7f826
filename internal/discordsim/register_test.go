package discordsim_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	const id = "1234567890123456789"
	token := base64.RawStdEncoding.EncodeToString([]byte(id)) + ".abcdef.0123456789"
	free := "a-token-of-ones-own.and-long"
	for name, test := range map[string]struct {
		in        sim.Registration
		id, token string // "" for any
		wrong     string
	}{
		"nothing chosen":        {sim.Registration{}, "", "", ""},
		"an id":                 {sim.Registration{ID: id}, id, "", ""},
		"a token with an id":    {sim.Registration{Token: token}, id, token, ""},
		"both":                  {sim.Registration{ID: id, Token: token}, id, token, ""},
		"a token without an id": {sim.Registration{ID: id, Token: free}, id, free, ""},
		"only such a token":     {sim.Registration{Token: free}, "", free, ""},
		"another's token":       {sim.Registration{ID: "77", Token: token}, "", "", "that of the application " + id},
		"no id":                 {sim.Registration{ID: "x"}, "", "", "no id"},
		"a token too short":     {sim.Registration{Token: "secret"}, "", "", "20 to 200"},
		"a token with a quote":  {sim.Registration{Token: free + `"`}, "", "", "20 to 200"},
	} {
		w := mustWorld(t, unlimited)
		test.in.Name = "Mine"
		app, err := w.Register(test.in)
		switch {
		case test.wrong != "":
			if err == nil || !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", name, err)
			continue
		case test.id != "" && app.ID != test.id, test.token != "" && app.Token != test.token, app.User.ID != app.ID:
			t.Errorf("%s: %s, %s", name, app.ID, app.Token)
		}
		w.app = app
		if a := w.call(t, "GET", "/users/@me", nil); a.status != 200 || a.body["id"] != app.ID {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
		for what, again := range map[string]sim.Registration{"id": {ID: app.ID}, "token": {Token: app.Token}} {
			if _, err := w.Register(again); err == nil {
				t.Errorf("%s: the %s was given twice", name, what)
			}
		}
	}
}

func TestRegisteredIntents(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	w.app = must(w.Register(sim.Registration{Name: "Mine", Intents: sim.IntentGuildMembers | 1}))(t)
	w.guild.AddApplication(w.app, 0)
	w.mustSocket(t, "").identify(w.app.Token)
	s := w.mustSocket(t, "")
	s.send(2, s.identity(w.app.Token, "intents", 1<<15))
	if code := s.closed(); code != 4014 {
		t.Errorf("closed with %d", code)
	}
}

func TestNamesOfPermissions(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]sim.Permissions{
		"KICK_MEMBERS": sim.KickMembers, "ADMINISTRATOR": sim.Administrator, "MANAGE_CHANNELS": sim.ManageChannels, "MANAGE_GUILD": sim.ManageGuild,
		"ADD_REACTIONS": sim.AddReactions, "VIEW_CHANNEL": sim.ViewChannel, "SEND_MESSAGES": sim.SendMessages, "MANAGE_MESSAGES": sim.ManageMessages,
		"EMBED_LINKS": sim.EmbedLinks, "ATTACH_FILES": sim.AttachFiles, "READ_MESSAGE_HISTORY": sim.ReadMessageHistory,
		"MENTION_EVERYONE": sim.MentionEveryone, "MANAGE_ROLES": sim.ManageRoles, "USE_APPLICATION_COMMANDS": sim.UseCommands,
		"MANAGE_THREADS": sim.ManageThreads, "CREATE_PUBLIC_THREADS": sim.CreatePublicThreads, "CREATE_PRIVATE_THREADS": sim.CreatePrivateThreads,
		"SEND_MESSAGES_IN_THREADS": sim.SendMessagesInThreads, "MODERATE_MEMBERS": 1 << 40, "SEND_POLLS": 1 << 49, "PIN_MESSAGES": 1 << 51,
	} {
		if got, err := sim.ParsePermissions(name); err != nil || got != p {
			t.Errorf("%s is %d, %v", name, got, err)
		}
		if got := p.Names(); !slices.Equal(got, []string{name}) {
			t.Errorf("%d is called %v", p, got)
		}
	}
	both := must(sim.ParsePermissions("SEND_MESSAGES", "VIEW_CHANNEL", "SEND_MESSAGES"))(t)
	if got := both.Names(); !slices.Equal(got, []string{"VIEW_CHANNEL", "SEND_MESSAGES"}) {
		t.Errorf("names = %v", got)
	}
	if all := must(sim.ParsePermissions(sim.AllPermissions.Names()...))(t); len(all.Names()) != 51 {
		t.Errorf("%d permissions", len(all.Names()))
	}
	for _, wrong := range []string{"", "ManageGuild", "MANAGE_EVERYTHING"} {
		if _, err := sim.ParsePermissions("VIEW_CHANNEL", wrong); err == nil {
			t.Errorf("%q is a permission", wrong)
		}
	}
}

func TestNamesOfIntents(t *testing.T) {
	t.Parallel()
	got, err := sim.ParseIntents("MESSAGE_CONTENT", "GUILD_MEMBERS")
	if err != nil || got != sim.IntentGuildMembers|sim.IntentMessageContent {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := sim.ParseIntents("GUILD_MEMBERS", "GUILDS"); err == nil || !strings.Contains(err.Error(), `"GUILDS"`) {
		t.Errorf("an intent that is not privileged: %v", err)
	}
}
