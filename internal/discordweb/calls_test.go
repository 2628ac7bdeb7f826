package discordweb

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A deployment as two people see it, each in a window.
func TestADeploymentInTwoWindows(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	mustTool(t, w)
	ada, grace := w.mustWindow(t, "ada"), w.mustWindow(t, w.grace.ID)

	list := ada.mustDo("commands", object{"channel": "#ops"})["commands"]
	deploy := find(list, "name", "deploy")
	if len(list.([]any)) != 5 || find(list, "name", "grant add") == nil || at(deploy, "app", "name") != "Cloud Engine" {
		t.Fatalf("commands %v", list)
	}
	option := func(name string) object { return find(deploy["options"], "name", name) }
	if o := option("project"); o["required"] != true || o["autocomplete"] != true || o["type"] != "string" || len(o["choices"].([]any)) != 0 {
		t.Errorf("project %v", o)
	}
	if o := option("size"); at(o, "choices", 1, "value") != "l" || at(o, "choices", 1, "name") != "Large" {
		t.Errorf("size %v", o)
	}
	if o := option("count"); o["type"] != "integer" || o["min"] != 1.0 || o["max"] != 5.0 {
		t.Errorf("count %v", o)
	}
	if o := option("reason"); o["minLength"] != 3.0 || o["maxLength"] != 10.0 {
		t.Errorf("reason %v", o)
	}
	if o := option("where"); at(o, "channelTypes", 0) != "text" || at(o, "channelTypes", 1) != "thread" {
		t.Errorf("where %v", o)
	}

	choices := ada.mustDo("complete", object{"channel": "ops", "name": "deploy", "args": object{"count": 2}, "option": "project", "typed": "de"})
	if at(choices, "choices", 0, "value") != "dev" || at(choices, "choices", 0, "name") != "Development" {
		t.Errorf("choices %v", choices)
	}
	ada.mustDo("slash", object{"channel": w.ops.ID, "name": "deploy", "args": object{
		"project": "dev", "size": "l", "count": 3, "user": w.grace.ID, "where": w.ops.ID, "now": true, "reason": "because",
	}})
	said := ada.push("message", messageWith("The lobby is open."))
	if flags := at(said, "message", "flags").(float64); int(flags)&discordsim.FlagEphemeral == 0 || at(said, "message", "mine") != false {
		t.Errorf("reply %v", said)
	}
	isLobby := func(f object) bool { return at(f, "message", "embeds", 0, "title") == "Deploy dev" }
	lobby := grace.push("message", isLobby)["message"].(object)
	ada.push("message", isLobby)

	press := func(component int, values ...string) object {
		return object{"channel": w.ops.ID, "message": lobby["id"], "component": at(lobby, "components", component/10, "components", component%10), "values": values}
	}
	grace.mustDo("press", press(10, "vm"))
	grace.push("message", messageWith("chose vm"))
	grace.mustDo("press", press(0))
	for _, b := range []*window{ada, grace} {
		f := b.push("message", func(f object) bool { return at(f, "message", "embeds", 0, "description") == "Approved by grace" })
		if at(f, "message", "id") != lobby["id"] || at(f, "message", "edited_timestamp") == nil {
			t.Errorf("edited: %v", f)
		}
	}
	seen := func(b *window) (texts []string) {
		for _, m := range b.mustDo("history", object{"channel": "ops"})["messages"].([]any) {
			texts = append(texts, at(m, "content").(string))
		}
		return texts
	}
	if got := seen(ada); !slices.Equal(got, []string{"The lobby is open.", ""}) && !slices.Equal(got, []string{"", "The lobby is open."}) {
		t.Errorf("ada sees %q", got)
	}
	if got := seen(grace); !slices.Equal(got, []string{"", "chose vm"}) {
		t.Errorf("grace sees %q", got)
	}
	for _, f := range slices.Concat(grace.aside, ada.aside) {
		if f["push"] == "message" && strings.Contains(at(f, "message", "content").(string), "lobby is open") && at(f, "message", "interaction_metadata") == nil {
			t.Errorf("%v", f)
		}
	}
	w.assertClean(t)
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	mustTool(t, w)
	ada, other, grace := w.mustWindow(t, "ada"), w.mustWindow(t, "ada"), w.mustWindow(t, "grace")
	ada.mustDo("slash", object{"channel": "ops", "name": "form"})
	modal := ada.push("modal", nil)["modal"]
	if at(modal, "title") != "Add" || at(modal, "channel") != w.ops.ID || at(modal, "components", 0, "component", "custom_id") != "name" {
		t.Fatalf("form %v", modal)
	}
	submit := func(b *window, fields object) object {
		return b.call("submit", object{"modal": at(modal, "key"), "fields": fields})
	}
	for name, c := range map[string]struct {
		fields object
		field  string
		says   string
	}{
		"empty":          {object{"name": ""}, "name", "This field is required."},
		"too short":      {object{"name": "x"}, "name", "Must be at least 2 characters long; this is 1."},
		"too long":       {object{"name": "ÄÖÜ45678901"}, "name", "Must be at most 10 characters long; this is 11."},
		"a list":         {object{"name": []string{"x"}}, "name", "This field is a text."},
		"a number":       {object{"name": 5}, "name", "This is neither a text nor a list."},
		"too many":       {object{"name": "web", "zone": []string{"1", "2"}}, "zone", "Choose at most 1."},
		"no such choice": {object{"name": "web", "zone": []string{"3"}}, "", "no such option"},
		"no such field":  {object{"name": "web", "zoo": "1"}, "", `no field "zoo"`},
		"not given":      {object{}, "", "is required"},
	} {
		f := submit(ada, c.fields)
		text, _ := f["error"].(string)
		if field, _ := f["field"].(string); f["code"] != "refused" || field != c.field || !strings.Contains(text, c.says) {
			t.Errorf("%s: %v", name, f)
		}
	}
	if f := submit(grace, object{"name": "web"}); f["code"] != "unknown" {
		t.Errorf("grace sent ada's form: %v", f)
	}
	if f := submit(ada, object{"name": "web", "zone": []string{}}); f["error"] != nil {
		t.Fatalf("submit: %v", f)
	}
	grace.push("message", messageWith("form of web"))
	if f := submit(ada, object{"name": "web"}); f["code"] != "unknown" {
		t.Errorf("sent twice: %v", f)
	}
	// The form was for the window that asked for it alone.
	for _, f := range other.aside {
		if f["push"] == "modal" {
			t.Errorf("another window got the form")
		}
	}
	w.assertClean(t)
}

func TestABotThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	mustTool(t, w)
	ada, other := w.mustWindow(t, "ada"), w.mustWindow(t, "ada")
	id := ada.send("slash", object{"channel": "ops", "name": "silent"})
	ada.mustDo("slash", object{"channel": "ops", "name": "deploy", "args": object{"project": "dev"}}) // meanwhile
	lobby := ada.push("message", func(f object) bool { return at(f, "message", "embeds", 0, "title") == "Deploy dev" })["message"]
	hang := ada.send("press", object{"channel": "ops", "message": at(lobby, "id"), "component": at(lobby, "components", 0, "components", 2)})
	unanswered := func(name any) func(object) bool { return func(f object) bool { return f["command"] == name } } // which comes first is chance
	f := ada.push("failed", unanswered("silent"))
	if f["text"] != "The application did not respond" || f["message"] != "" || f["channel"] != w.ops.ID || at(f, "app", "name") != "Cloud Engine" || f["id"] == "" {
		t.Errorf("push %v", f)
	}
	if f := ada.answer(id); f["code"] != "failed" || f["error"] != "The application did not respond." {
		t.Errorf("answer %v", f)
	}
	if f := ada.push("failed", unanswered("")); f["text"] != "This interaction failed" || f["message"] != at(lobby, "id") {
		t.Errorf("push %v", f)
	}
	if f := ada.answer(hang); f["code"] != "failed" {
		t.Errorf("answer %v", f)
	}
	other.mustDo("read", object{"channel": "ops"})
	for _, f := range other.aside {
		if f["push"] == "failed" {
			t.Errorf("another window was told: %v", f)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	mustTool(t, w)
	secret := w.guild.NewPrivateChannel("secret", w.app)
	quiet := w.guild.NewTextChannel("quiet")
	quiet.Deny(w.guild.Everyone(), discordsim.SendMessages)
	ada := w.mustWindow(t, "ada")
	ada.mustDo("slash", object{"channel": "ops", "name": "deploy", "args": object{"project": "dev"}})
	lobby := ada.push("message", func(f object) bool { return at(f, "message", "embeds", 0, "title") == "Deploy dev" })["message"]
	press := func(n int) object {
		return object{"channel": "ops", "message": at(lobby, "id"), "component": at(lobby, "components", 0, "components", n)}
	}
	deploy := func(args object) object { return object{"channel": "ops", "name": "deploy", "args": args} }
	for name, c := range map[string]struct {
		do         string
		args       object
		code, says string
	}{
		"no such call":        {"dance", nil, "unknown", `no call "dance"`},
		"no such channel":     {"history", object{"channel": "none"}, "unknown", `no channel "none"`},
		"an unseen channel":   {"history", object{"channel": secret.ID}, "unknown", "cannot be seen"},
		"an unseen name":      {"say", object{"channel": "#secret", "text": "x"}, "unknown", "cannot be seen"},
		"a limit below":       {"history", object{"channel": "ops", "limit": -1}, "refused", "between 1 and 100"},
		"a limit above":       {"history", object{"channel": "ops", "limit": 1e9}, "refused", "between 1 and 100"},
		"a channel as number": {"history", object{"channel": 5}, "refused", "The arguments cannot be read"},
		"no such command":     {"slash", object{"channel": "ops", "name": "fly"}, "unknown", "no such command"},
		"a missing option":    {"slash", deploy(object{}), "refused", `option "project" is required`},
		"a number too large":  {"slash", deploy(object{"project": "dev", "count": 6}), "refused", "out of range"},
		"a text too short":    {"slash", deploy(object{"project": "dev", "reason": "x"}), "refused", "3 to 10 characters"},
		"no such choice":      {"slash", deploy(object{"project": "dev", "size": "xl"}), "refused", "not one of the choices"},
		"no such option":      {"slash", deploy(object{"project": "dev", "x": 1}), "refused", `no option "x"`},
		"no subcommand":       {"slash", object{"channel": "ops", "name": "grant"}, "refused", "subcommand is required"},
		"nothing to complete": {"complete", object{"channel": "ops", "name": "deploy", "option": "count", "typed": "1"}, "refused", "no autocomplete"},
		"a disabled button":   {"press", press(1), "refused", "is disabled"},
		"no such message":     {"press", object{"channel": "ops", "message": "1", "component": press(0)["component"]}, "refused", "message is gone"},
		"no such button":      {"press", object{"channel": "ops", "message": at(lobby, "id"), "component": object{"label": "Fly"}}, "unknown", "no such button"},
		"not a component":     {"press", object{"channel": "ops", "message": at(lobby, "id"), "component": object{"type": 10}}, "refused", "cannot be pressed"},
		"no such form":        {"submit", object{"modal": "1"}, "unknown", "no longer open"},
		"nothing to say":      {"say", object{"channel": "ops", "text": " \n"}, "refused", "is empty"},
		"too much to say":     {"say", object{"channel": "ops", "text": strings.Repeat("ä", 2001)}, "refused", "2001 characters; 2000"},
		"not allowed to say":  {"say", object{"channel": "quiet", "text": "x"}, "refused", "may not"},
		"a fault without":     {"fault", object{"what": "drop"}, "unknown", "no fault"},
		"a reset without":     {"reset", nil, "unknown", "cannot be reset"},
		"nobody":              {"hello", object{"as": "mallory"}, "unknown", `nobody called "mallory"`},
		"admin of nothing":    {"admin", object{"what": "planet"}, "unknown", `no "planet"`},
	} {
		f := ada.call(c.do, c.args)
		if text, _ := f["error"].(string); f["code"] != c.code || !strings.Contains(strings.ToLower(text), strings.ToLower(c.says)) || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %v", name, f)
		}
	}
	if at(ada.mustDo("hello", object{"as": "@Ada"}), "me", "id") != w.ada.ID {
		t.Error("after a hello as nobody she is somebody else")
	}
	fresh := w.mustWindow(t, "-")
	if f := fresh.call("history", object{"channel": "ops"}); f["code"] != "refused" || !strings.Contains(f["error"].(string), "hello") {
		t.Errorf("before hello: %v", f)
	}
	w.assertClean(t)
}
