package discordsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func (w *world) messages() string { return "/channels/" + w.ops.ID + "/messages" }

func (w *world) mustPost(t testing.TB, body object, files ...string) discordsim.Message {
	t.Helper()
	a := w.call(t, "POST", w.messages(), body, files...)
	if a.status != 200 {
		t.Fatalf("post: %d %v", a.status, a.body)
	}
	m, ok := w.ops.Message(w.ada, a.body["id"].(string))
	if !ok {
		t.Fatal("the message is not in the channel")
	}
	return m
}

func TestMessageLife(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	first := w.mustPost(t, object{"content": "  one \n", "tts": false, "embeds": nil, "components": nil})
	if first.Content != "one" || first.EditedAt != nil {
		t.Errorf("message = %+v", first)
	}
	one := w.messages() + "/" + first.ID
	if a := w.call(t, "PATCH", one, object{"embeds": []object{{"title": "Card", "color": 255}}}); a.status != 200 || a.body["content"] != "one" {
		t.Errorf("edit keeps what it does not name: %v", a.body)
	}
	edited, _ := w.ops.Message(w.ada, first.ID)
	if edited.EditedAt == nil || edited.Text() != "one\nCard" {
		t.Errorf("edited = %+v", edited)
	}
	if first.EditedAt != nil || len(first.Embeds) != 0 {
		t.Error("an older snapshot changed")
	}
	if a := w.call(t, "PATCH", one, object{"content": nil}); a.status != 200 || a.body["content"] != "" {
		t.Errorf("null clears: %v", a.body)
	}
	if a := w.call(t, "PATCH", one, object{"embeds": []any{}}); a.code() != 50006 {
		t.Errorf("emptied: %v", a.body)
	}
	said := must(w.ada.Say(w.ops, "hello"))(t)
	if a := w.call(t, "PATCH", w.messages()+"/"+said.ID, object{"content": "x"}); a.code() != 50005 {
		t.Errorf("edit of another's: %v", a.body)
	}
	if a := w.call(t, "DELETE", w.messages()+"/"+said.ID, nil); a.code() != 50013 {
		t.Errorf("delete of another's: %v", a.body)
	}
	a := w.call(t, "DELETE", one, nil)
	if _, typed := a.header["Content-Type"]; a.status != 204 || typed {
		t.Errorf("delete: %d %v", a.status, a.header)
	}
	if a := w.call(t, "GET", one, nil); a.code() != 10008 {
		t.Errorf("gone: %v", a.body)
	}
	if n := len(w.Violations()); n != 1 {
		t.Errorf("%d violations, want the emptied message only: %v", n, w.Violations())
	}
}

func TestMessageList(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	var ids []string
	for i := range 10 {
		ids = append(ids, w.mustPost(t, object{"content": fmt.Sprint(i)}).ID)
	}
	for query, want := range map[string]string{
		"": "9876543210", "?limit=3": "987", "?limit=2&before=" + ids[5]: "43", "?limit=2&after=" + ids[5]: "76",
		"?limit=3&around=" + ids[5]: "654", "?before=" + ids[0]: "", "?after=" + ids[9]: "",
	} {
		got := ""
		for _, m := range w.call(t, "GET", w.messages()+query, nil).list {
			got += m.(object)["content"].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if a := w.call(t, "GET", w.messages()+"?limit=101", nil); a.code() != 50035 {
		t.Errorf("limit 101: %v", a.body)
	}
	w.ops.Deny(w.app, discordsim.ReadMessageHistory)
	if a := w.call(t, "GET", w.messages(), nil); a.status != 200 || len(a.list) != 0 {
		t.Errorf("without history: %+v", a)
	}
	if a := w.call(t, "GET", w.messages()+"/"+ids[0], nil); a.code() != 50001 {
		t.Errorf("one without history: %+v", a)
	}
}

func TestNonce(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.NonceMemory = time.Hour
	w := mustWorld(t, opts)
	first := w.mustPost(t, object{"content": "a", "nonce": "n1", "enforce_nonce": true})
	again := w.mustPost(t, object{"content": "b", "nonce": "n1", "enforce_nonce": true})
	if again.ID != first.ID || again.Content != "a" {
		t.Errorf("a nonce made two messages")
	}
	if other := w.mustPost(t, object{"content": "c", "nonce": "n1"}); other.ID == first.ID {
		t.Error("a nonce was enforced that need not be")
	}
	if other := w.mustPost(t, object{"content": "d", "nonce": 7, "enforce_nonce": true}); other.ID == first.ID {
		t.Error("another nonce is the same message")
	}
	if a := w.call(t, "POST", w.messages(), object{"content": "x", "nonce": strings.Repeat("n", 26)}); a.code() != 50035 {
		t.Errorf("long nonce: %v", a.body)
	}

	opts.NonceMemory = time.Nanosecond
	w = mustWorld(t, opts)
	first = w.mustPost(t, object{"content": "a", "nonce": "n1", "enforce_nonce": true})
	if again := w.mustPost(t, object{"content": "a", "nonce": "n1", "enforce_nonce": true}); again.ID == first.ID {
		t.Error("a nonce was remembered too long")
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	role := w.guild.NewRole("infra", 0)
	text := "hi " + w.ada.Mention() + w.ada.Mention() + role.Mention() + " @everyone"
	none := object{"parse": []any{}}
	for name, test := range map[string]struct {
		allowed            any
		users, roles       int
		everyone, loudBots bool
	}{
		"default":              {nil, 1, 1, false, false},
		"default, bot may":     {nil, 1, 1, true, true},
		"none":                 {none, 0, 0, false, true},
		"null parse":           {object{"parse": nil}, 0, 0, false, true},
		"listed user":          {object{"parse": []any{}, "users": []string{w.ada.ID}}, 1, 0, false, true},
		"another user":         {object{"parse": []any{}, "users": []string{w.grace.ID}}, 0, 0, false, true},
		"listed role":          {object{"parse": []any{}, "roles": []string{role.ID}}, 0, 1, false, true},
		"everyone, bot may":    {object{"parse": []string{"everyone"}}, 0, 0, true, true},
		"everyone, bot mayn't": {object{"parse": []string{"everyone"}}, 0, 0, false, false},
	} {
		if test.loudBots {
			w.ops.Allow(w.app, discordsim.MentionEveryone)
		} else {
			w.ops.Deny(w.app, discordsim.MentionEveryone)
		}
		body := object{"content": text}
		if test.allowed != nil {
			body["allowed_mentions"] = test.allowed
		}
		m := w.mustPost(t, body)
		if len(m.Mentions) != test.users || len(m.MentionRoles) != test.roles || m.MentionEveryone != test.everyone {
			t.Errorf("%s: users %d, roles %d, everyone %v", name, len(m.Mentions), len(m.MentionRoles), m.MentionEveryone)
		}
		if m.Mentioned(w.ada.ID) != (test.users == 1) {
			t.Errorf("%s: Mentioned = %v", name, m.Mentioned(w.ada.ID))
		}
	}
	bad := object{"content": text, "allowed_mentions": object{"parse": []string{"users"}, "users": []string{w.ada.ID}}}
	if a := w.call(t, "POST", w.messages(), bad); a.code() != 50035 {
		t.Errorf("exclusive: %v", a.body)
	}
}

func TestReplyToMessage(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	said := must(w.ada.Say(w.ops, "hello"))(t)
	m := w.mustPost(t, object{"content": "hi", "message_reference": object{"message_id": said.ID}})
	if m.Reference == nil || m.Reference.MessageID != said.ID || m.Type != 19 {
		t.Errorf("reply = %+v", m)
	}
	for name, test := range map[string]struct {
		allowed object
		pinged  bool
	}{
		"nothing said": {nil, true}, "nobody": {object{"parse": []any{}}, false}, "only them": {object{"parse": []any{}, "replied_user": true}, true},
	} {
		m := w.mustPost(t, object{"content": "hi", "message_reference": object{"message_id": said.ID}, "allowed_mentions": test.allowed})
		if m.Mentioned(w.ada.ID) != test.pinged {
			t.Errorf("%s: mentions %v", name, m.Mentions)
		}
	}
	lost := object{"content": "hi", "message_reference": object{"message_id": "1", "fail_if_not_exists": false}}
	if m := w.mustPost(t, lost); m.Reference != nil {
		t.Errorf("reply to nothing = %+v", m)
	}
	lost["message_reference"] = object{"message_id": "1"}
	if a := w.call(t, "POST", w.messages(), lost); a.code() != 50035 {
		t.Errorf("strict reply to nothing: %v", a.body)
	}
}
