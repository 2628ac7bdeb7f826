package discordsim_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Ids may be written as numbers, as discord.py does; none of their digits is lost.
func TestIDsWrittenAsNumbers(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	number := func(id string) json.Number { return json.Number(id) }
	said := must(w.ada.Say(w.ops, "hello"))(t)

	text := w.ada.Mention() + w.grace.Mention()
	m := w.mustPost(t, object{
		"content": text, "message_reference": object{"message_id": number(said.ID), "channel_id": number(w.ops.ID), "guild_id": number(w.guild.ID)},
		"allowed_mentions": object{"parse": []any{}, "users": []any{number(w.grace.ID)}},
	}, "a file", "another")
	if m.Reference == nil || m.Reference.MessageID != said.ID {
		t.Errorf("reference = %+v", m.Reference)
	}
	if len(m.Mentions) != 1 || m.Mentions[0].ID != w.grace.ID {
		t.Errorf("mentions = %+v", m.Mentions)
	}
	kept := m.Attachments[1].ID
	a := w.call(t, "PATCH", w.messages()+"/"+m.ID, object{
		"attachments": []any{object{"id": number(kept)}},
		"components": []any{rowOf(object{
			"type": 5, "custom_id": "who", "default_values": []any{object{"id": number(w.ada.ID), "type": "user"}},
		})},
	})
	text = string(must(json.Marshal(a.body))(t))
	if a.status != 200 || !strings.Contains(text, `"default_values":[{"id":"`+w.ada.ID+`","type":"user"}]`) || len(a.body["attachments"].([]any)) != 1 {
		t.Errorf("edit: %d %s", a.status, text)
	}
	if a := w.call(t, "POST", "/users/@me/channels", object{"recipient_id": number(w.ada.ID)}); a.status != 200 {
		t.Errorf("direct message: %v", a.body)
	}

	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	for name, asked := range map[string]object{
		"numbers": {"guild_id": number(w.guild.ID), "user_ids": []any{number(w.ada.ID)}},
		"one":     {"guild_id": w.guild.ID, "user_ids": w.ada.ID},
		"lists":   {"guild_id": []any{w.guild.ID}, "user_ids": []any{w.ada.ID}},
	} {
		s.send(8, asked)
		if text := string(s.until("GUILD_MEMBERS_CHUNK").Data); strings.Count(text, `"username"`) != 1 || !strings.Contains(text, w.ada.ID) {
			t.Errorf("members, %s: %s", name, text)
		}
	}
	w.assertClean(t)

	for name, bad := range map[string]any{"a word": object{"message_id": true}, "no object": "x"} {
		if a := w.call(t, "POST", w.messages(), object{"content": "x", "message_reference": bad}); a.code() != 50035 {
			t.Errorf("%s: %v", name, a.body)
		}
	}
}
