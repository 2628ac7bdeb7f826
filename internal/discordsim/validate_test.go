package discordsim_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func long(n int) string { return strings.Repeat("é", n) }

func button(id string, more ...any) object {
	o := object{"type": 2, "style": 1, "label": "Go", "custom_id": id}
	for i := 0; i < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

func rowOf(components ...object) object { return object{"type": 1, "components": components} }

func selectOf(n int, more ...any) object {
	options := []object{}
	for i := range n {
		options = append(options, object{"label": fmt.Sprint("L", i), "value": fmt.Sprint(i)})
	}
	o := object{"type": 3, "custom_id": "s", "options": options}
	for i := 0; i < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

func repeat(n int, make func(int) object) []object {
	out := []object{}
	for i := range n {
		out = append(out, make(i))
	}
	return out
}

// messageFaults are bodies that Discord refuses, by name; the value is the
// error code, 0 for those it takes.
func messageFaults() map[string]struct {
	body object
	code int
} {
	type entry = struct {
		body object
		code int
	}
	with := func(components ...object) object { return object{"content": "x", "components": components} }
	embed := func(e object) object { return object{"embeds": []object{e}} }
	v2 := func(components ...object) object { return object{"flags": 1 << 15, "components": components} }
	text := object{"type": 10, "content": "hello"}
	return map[string]entry{
		"empty":                   {object{}, 50006},
		"blank":                   {object{"content": " \n"}, 50006},
		"nulls":                   {object{"content": "x", "embeds": nil, "components": nil, "allowed_mentions": nil, "sticker_ids": nil}, 0},
		"extras":                  {object{"content": "x", "something": 1}, 0},
		"wrong type":              {object{"content": []int{1}}, 50035},
		"content 2000":            {object{"content": long(2000)}, 0},
		"content 2001":            {object{"content": long(2001)}, 50035},
		"10 embeds":               {object{"embeds": repeat(10, func(int) object { return object{"title": "t"} })}, 0},
		"11 embeds":               {object{"embeds": repeat(11, func(int) object { return object{"title": "t"} })}, 50035},
		"empty embed":             {embed(object{}), 50035},
		"title 257":               {embed(object{"title": long(257)}), 50035},
		"description 4096":        {embed(object{"description": long(4096)}), 0},
		"description 4097":        {embed(object{"description": long(4097)}), 50035},
		"26 fields":               {embed(object{"fields": repeat(26, func(int) object { return object{"name": "n", "value": "v"} })}), 50035},
		"empty field value":       {embed(object{"fields": []object{{"name": "n", "value": ""}}}), 50035},
		"field value 1025":        {embed(object{"fields": []object{{"name": "n", "value": long(1025)}}}), 50035},
		"footer 2049":             {embed(object{"title": "t", "footer": object{"text": long(2049)}}), 50035},
		"6001 in all":             {object{"embeds": []object{{"description": long(4000)}, {"description": long(2001)}}}, 50035},
		"colour":                  {embed(object{"title": "t", "color": 1 << 24}), 50035},
		"scheme of a link":        {embed(object{"title": "t", "url": "ftp://x"}), 50035},
		"5 rows of 5":             {object{"content": "x", "components": repeat(5, func(i int) object { return rowOf(repeat(5, func(j int) object { return button(fmt.Sprint(i, j)) })...) })}, 0},
		"6 rows":                  {object{"content": "x", "components": repeat(6, func(i int) object { return rowOf(button(fmt.Sprint(i))) })}, 50035},
		"6 buttons":               {with(rowOf(repeat(6, func(i int) object { return button(fmt.Sprint(i)) })...)), 50035},
		"empty row":               {with(rowOf()), 50035},
		"button without row":      {with(button("a")), 50035},
		"no custom id":            {with(rowOf(button(""))), 50035},
		"custom id 100":           {with(rowOf(button(long(100)))), 0},
		"custom id 101":           {with(rowOf(button(long(101)))), 50035},
		"custom id twice":         {with(rowOf(button("a")), rowOf(button("a"))), 50035},
		"label 81":                {with(rowOf(button("a", "label", long(81)))), 50035},
		"no label":                {with(rowOf(button("a", "label", ""))), 50035},
		"emoji for a label":       {with(rowOf(button("a", "label", "", "emoji", object{"name": "🔥"}))), 0},
		"style 9":                 {with(rowOf(button("a", "style", 9))), 50035},
		"link":                    {with(rowOf(object{"type": 2, "style": 5, "label": "x", "url": "https://x.example"})), 0},
		"link with custom id":     {with(rowOf(button("a", "style", 5, "url", "https://x.example"))), 50035},
		"link without url":        {with(rowOf(object{"type": 2, "style": 5, "label": "x"})), 50035},
		"select 25":               {with(rowOf(selectOf(25))), 0},
		"select 26":               {with(rowOf(selectOf(26))), 50035},
		"select 0":                {with(rowOf(selectOf(0))), 50035},
		"select beside a button":  {with(rowOf(selectOf(1), button("a"))), 50035},
		"select min over max":     {with(rowOf(selectOf(3, "min_values", 3, "max_values", 2))), 50035},
		"placeholder 151":         {with(rowOf(selectOf(1, "placeholder", long(151)))), 50035},
		"option value twice":      {with(rowOf(object{"type": 3, "custom_id": "s", "options": []object{{"label": "a", "value": "1"}, {"label": "b", "value": "1"}}})), 50035},
		"option label 101":        {with(rowOf(object{"type": 3, "custom_id": "s", "options": []object{{"label": long(101), "value": "1"}}})), 50035},
		"two defaults":            {with(rowOf(object{"type": 3, "custom_id": "s", "options": []object{{"label": "a", "value": "1", "default": true}, {"label": "b", "value": "2", "default": true}}})), 50035},
		"text input in a message": {with(rowOf(object{"type": 4, "custom_id": "t", "style": 1})), 50035},
		"v2":                      {v2(text, object{"type": 17, "components": []object{text, rowOf(button("a"))}}, object{"type": 14}), 0},
		"v2 section":              {v2(object{"type": 9, "components": []object{text}, "accessory": button("a")}), 0},
		"v2 section alone":        {v2(object{"type": 9, "components": []object{text}}), 50035},
		"v2 with content":         {object{"flags": 1 << 15, "content": "x", "components": []object{text}}, 50035},
		"v2 with embeds":          {object{"flags": 1 << 15, "embeds": []object{{"title": "t"}}, "components": []object{text}}, 50035},
		"v2 without flag":         {with(text), 50035},
		"v2 nested container":     {v2(object{"type": 17, "components": []object{{"type": 17, "components": []object{text}}}}), 50035},
		"v2 41 components":        {v2(repeat(41, func(int) object { return text })...), 50035},
		"v2 text 4001":            {v2(object{"type": 10, "content": long(2000)}, object{"type": 10, "content": long(2001)}), 50035},
		"v2 gallery 11":           {v2(object{"type": 12, "items": repeat(11, func(int) object { return object{"media": object{"url": "https://x.example/a.png"}} })}), 50035},
	}
}

func TestMessageLimits(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, test := range messageFaults() {
		before := len(w.Violations())
		a := w.call(t, "POST", w.messages(), test.body)
		if a.code() != test.code || (test.code == 0) != (a.status == 200) {
			t.Errorf("%s: %d %v, want code %d", name, a.status, a.body, test.code)
		}
		if recorded := len(w.Violations()) - before; (recorded == 1) != (test.code != 0) {
			t.Errorf("%s: %d violations recorded", name, recorded)
		}
	}
}

// The hand-written rules hold without the OpenAPI description too; only the
// few faults that no rule of theirs covers may pass.
func TestMessageLimitsWithoutDescription(t *testing.T) {
	t.Parallel()
	sim := must(discordsim.Start(unlimited))(t)
	t.Cleanup(sim.Close)
	if sim.OpenAPIChecked() {
		t.Fatal("a description was loaded from nowhere")
	}
	w := &world{Sim: sim, app: sim.NewApplication("b"), guild: sim.NewGuild("g")}
	w.guild.AddApplication(w.app, 0)
	w.ops = w.guild.NewTextChannel("ops")
	for name, test := range messageFaults() {
		if a := w.call(t, "POST", w.messages(), test.body); a.code() != test.code {
			t.Errorf("%s: %d %v, want code %d", name, a.status, a.body, test.code)
		}
	}
}

func TestErrorNamesTheField(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	a := w.call(t, "POST", w.messages(), object{"content": "x", "components": []object{rowOf(button("a", "label", long(81)))}})
	at := a.body["errors"]
	for _, step := range []string{"components", "0", "components", "0", "label", "_errors"} {
		next, ok := at.(object)
		if !ok {
			t.Fatalf("no %s in %v", step, a.body)
		}
		at = next[step]
	}
	if at == nil {
		t.Errorf("answer = %v", a.body)
	}
}

func TestCommandLimits(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	path := "/applications/" + w.app.ID + "/guilds/" + w.guild.ID + "/commands"
	command := func(more ...any) object {
		o := object{"name": "deploy", "description": "d"}
		for i := 0; i < len(more); i += 2 {
			o[more[i].(string)] = more[i+1]
		}
		return o
	}
	option := func(more ...any) []object {
		o := object{"type": 3, "name": "project", "description": "d"}
		for i := 0; i < len(more); i += 2 {
			o[more[i].(string)] = more[i+1]
		}
		return []object{o}
	}
	choices := func(n int) []object {
		return repeat(n, func(i int) object { return object{"name": fmt.Sprint(i), "value": fmt.Sprint(i)} })
	}
	for name, test := range map[string]struct {
		body object
		ok   bool
	}{
		"plain":                 {command(), true},
		"permissions as string": {command("default_member_permissions", "32"), true},
		"permissions zero":      {command("default_member_permissions", "0"), true},
		"nulls":                 {command("options", nil, "name_localizations", nil), true},
		"upper case":            {command("name", "Deploy"), false},
		"space":                 {command("name", "de ploy"), false},
		"name 33":               {command("name", strings.Repeat("a", 33)), false},
		"no description":        {object{"name": "deploy"}, false},
		"description 101":       {command("description", long(101)), false},
		"25 choices":            {command("options", option("choices", choices(25))), true},
		"26 choices":            {command("options", option("choices", choices(26))), false},
		"choices null":          {command("options", option("choices", nil, "options", nil, "channel_types", nil)), true},
		"choice and complete":   {command("options", option("choices", choices(1), "autocomplete", true)), false},
		"choice's type":         {command("options", option("choices", []object{{"name": "a", "value": 1}})), false},
		"choice name 101":       {command("options", option("choices", []object{{"name": long(101), "value": "1"}})), false},
		"26 options":            {command("options", repeat(26, func(i int) object { return object{"type": 3, "name": fmt.Sprint("o", i), "description": "d"} })), false},
		"option twice":          {command("options", append(option(), option()...)), false},
		"required last":         {command("options", append(option(), object{"type": 3, "name": "b", "description": "d", "required": true})), false},
		"option type 12":        {command("options", option("type", 12)), false},
		"too large": {command("options", repeat(4, func(i int) object {
			return object{"type": 3, "name": fmt.Sprint("o", i), "description": "d", "choices": repeat(25, func(j int) object {
				return object{"name": long(80) + fmt.Sprint(j), "value": "v"}
			})}
		})), false},
	} {
		a := w.call(t, "PUT", path, []object{test.body})
		if ok := a.status == 200; ok != test.ok {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	hundred := repeat(100, func(i int) object { return command("name", fmt.Sprint("c", i)) })
	if a := w.call(t, "PUT", path, hundred); a.status != 200 {
		t.Errorf("100 commands: %v", a.body)
	}
	if a := w.call(t, "POST", path, command("name", "c100")); a.code() != 30032 {
		t.Errorf("one more: %v", a.body)
	}
	if a := w.call(t, "PUT", path, append(hundred, command())); a.status != 400 {
		t.Errorf("101 commands: %d", a.status)
	}
	if a := w.call(t, "PUT", path, []object{command(), command()}); a.status != 400 {
		t.Errorf("name twice: %d", a.status)
	}
}

func TestCommandLife(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for _, path := range []string{"/applications/" + w.app.ID + "/commands", "/applications/" + w.app.ID + "/guilds/" + w.guild.ID + "/commands"} {
		made := w.call(t, "POST", path, object{"name": "a", "description": "d"})
		if made.status != 201 {
			t.Fatalf("post: %v", made.body)
		}
		id := made.body["id"].(string)
		if again := w.call(t, "POST", path, object{"name": "a", "description": "e"}); again.status != 200 || again.body["id"] != id {
			t.Errorf("upsert: %v", again.body)
		}
		if p := w.call(t, "PATCH", path+"/"+id, object{"description": "f"}); p.body["description"] != "f" || p.body["name"] != "a" || p.body["id"] != id {
			t.Errorf("patch: %v", p.body)
		}
		if all := w.call(t, "PUT", path, []object{{"name": "a", "description": "g"}, {"name": "b", "description": "h"}}); all.list[0].(object)["id"] != id {
			t.Errorf("overwriting changed the id: %v", all.list)
		}
		if g := w.call(t, "GET", path+"/"+id, nil); g.body["description"] != "g" {
			t.Errorf("get: %v", g.body)
		}
		if d := w.call(t, "DELETE", path+"/"+id, nil); d.status != 204 {
			t.Errorf("delete: %v", d.body)
		}
		if g := w.call(t, "GET", path+"/"+id, nil); g.code() != 10063 {
			t.Errorf("gone: %v", g.body)
		}
		if l := w.call(t, "GET", path, nil); len(l.list) != 1 {
			t.Errorf("list: %v", l.list)
		}
	}
	if a := w.call(t, "GET", "/applications/1/commands", nil); a.code() != 10002 {
		t.Errorf("another's: %v", a.body)
	}
	if a := w.call(t, "PUT", "/applications/"+w.app.ID+"/guilds/1/commands", []object{}); a.code() != 50001 {
		t.Errorf("another guild: %v", a.body)
	}
	w.assertClean(t)
}

func TestCommandsKeepTheirNamesApart(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	path := "/applications/" + w.app.ID + "/commands"
	all := w.call(t, "PUT", path, []object{{"name": "a", "description": "d"}, {"name": "b", "description": "d"}})
	one := path + "/" + all.list[0].(object)["id"].(string)
	if a := w.call(t, "PATCH", one, object{"name": "b"}); a.code() != 50035 {
		t.Errorf("two of a name: %d %v", a.status, a.body)
	}
	for _, name := range []string{"a", "c"} {
		if a := w.call(t, "PATCH", one, object{"name": name}); a.status != 200 || a.body["name"] != name {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
}

func TestOpenAPIDescription(t *testing.T) {
	t.Parallel()
	path := os.Getenv("DISCORD_OPENAPI")
	if path == "" {
		t.Skip("DISCORD_OPENAPI is not set: requests are not checked against Discord's description")
	}
	w := mustWorld(t, unlimited)
	if !w.OpenAPIChecked() {
		t.Fatal("the description is not used")
	}
	// No rule of ours knows locales; the description does.
	body := object{"name": "a", "description": "d", "description_localizations": 7}
	a := w.call(t, "POST", "/applications/"+w.app.ID+"/commands", body)
	if a.code() != 50035 || !strings.Contains(fmt.Sprint(a.body), "description_localizations") {
		t.Errorf("answer = %v", a.body)
	}
	if len(w.Violations()) != 1 {
		t.Errorf("violations = %v", w.Violations())
	}
	if _, err := discordsim.Start(discordsim.Options{OpenAPI: "/no/such/file"}); err == nil {
		t.Error("a missing description was taken")
	}
}
