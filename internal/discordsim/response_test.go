package discordsim_test

import (
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What the Sim answers is what Discord's OpenAPI description promises.
func TestAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	path := os.Getenv("DISCORD_OPENAPI")
	if path == "" {
		t.Skip("DISCORD_OPENAPI is not set")
	}
	w := mustWorld(t, unlimited)
	doc := must(jsonschema.UnmarshalJSON(strings.NewReader(string(must(os.ReadFile(path))(t)))))(t)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("discord.json", doc); err != nil {
		t.Fatal(err)
	}
	private := w.guild.NewPrivateChannel("private", w.app, w.grace)
	dm := w.mustDM(t, w.ada)
	w.call(t, "PUT", w.commands(), []object{localized()})
	guild := "/guilds/" + w.guild.ID
	for _, test := range []struct {
		method, pattern, path string
		body                  any
	}{
		{"GET", "/guilds/{guild_id}", guild, nil},
		{"GET", "/guilds/{guild_id}/roles", guild + "/roles", nil},
		{"GET", "/guilds/{guild_id}/channels", guild + "/channels", nil},
		{"GET", "/guilds/{guild_id}/members", guild + "/members?limit=9", nil},
		{"GET", "/guilds/{guild_id}/members/{user_id}", guild + "/members/" + w.ada.ID, nil},
		{"GET", "/channels/{channel_id}", "/channels/" + private.ID, nil},
		{"GET", "/channels/{channel_id}", dm, nil},
		{"POST", "/users/@me/channels", "/users/@me/channels", object{"recipient_id": w.ada.ID}},
		{"POST", "/channels/{channel_id}/messages", dm + "/messages", object{"content": "x", "components": []object{rowOf(button("go"))}}},
		{"GET", "/applications/{application_id}/guilds/{guild_id}/commands", w.commands(), nil},
		{"GET", "/applications/{application_id}/guilds/{guild_id}/commands", w.commands() + "?with_localizations=true", nil},
	} {
		a := w.call(t, test.method, test.path, test.body)
		if a.status != 200 {
			t.Fatalf("%s: %v", test.path, a.body)
		}
		pointer := strings.NewReplacer("~", "~0", "/", "~1").Replace(test.pattern)
		schema := must(compiler.Compile("discord.json#/paths/" + pointer + "/" + strings.ToLower(test.method) + "/responses/200/content/application~1json/schema"))(t)
		var body any = a.body
		if a.list != nil {
			body = a.list
		}
		if err := schema.Validate(body); err != nil {
			t.Errorf("%s %s: %v", test.method, test.path, err)
		}
	}
}
