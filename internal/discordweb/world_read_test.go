package discordweb_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/discordweb"
)

const smallFile = `{
  "applications": [
    {"name": "Mine", "client_id": "1234567890123456789", "token": "a-token-of-ones-own.and-long",
     "intents": ["MESSAGE_CONTENT"], "permissions": ["MODERATE_MEMBERS"]}
  ],
  "guilds": [
    {"name": "Acme", "owner": "ada",
     "roles": [{"name": "dev", "permissions": ["MANAGE_GUILD"]}],
     "people": [{"name": "grace", "roles": ["dev"], "locale": "de"}],
     "channels": [{"name": "ops"}, {"name": "secret", "private_to": ["dev", "Mine"]}]}
  ]
}`

func TestWorldOfAFile(t *testing.T) {
	t.Parallel()
	sim, err := discordsim.Start(discordsim.Options{OpenAPI: os.Getenv("DISCORD_OPENAPI")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	w, err := discordweb.ParseWorld([]byte(smallFile))
	if err == nil {
		err = w.Build(sim)
	}
	if err != nil {
		t.Fatal(err)
	}
	app, g := sim.Applications()[0], sim.Guilds()[0]
	if app.ID != "1234567890123456789" || app.Token != "a-token-of-ones-own.and-long" {
		t.Errorf("application %+v", app)
	}
	bot, secret := g.Member(app.ID), g.Channels()[1]
	if !bot.Permissions(secret).Has(1<<40) || g.Owner().Username != "ada" {
		t.Errorf("may %v, owner %s", bot.Permissions(secret).Names(), g.Owner().Username)
	}
	for _, m := range g.Members() {
		if m.Username == "grace" && (!secret.VisibleTo(m) || m.Locale() != "de") {
			t.Errorf("grace sees %v in %s", secret.VisibleTo(m), m.Locale())
		}
	}
}

func TestWrongWorlds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"a name for terminals":   {`"Mine"`, `"\u001b[2Jx"`, "The name has characters that cannot be shown"},
		"a slip":                 {`"locale"`, `"langage"`, `line 9: there is no field "langage" here`},
		"a field of another":     {`"private_to"`, `"roles"`, `line 10: there is no field "roles" here`},
		"a field at the top":     {`"guilds"`, `"servers"`, `line 6: there is no field "servers" here`},
		"no list":                {`["dev"]`, `"dev"`, "line 9: guilds.people.roles cannot be a string"},
		"a comma too many":       {`"de"}]`, `"de"},]`, "line 9: invalid character"},
		"cut off":                {"\n}", "", "line 11: it ends in the middle"},
		"more":                   {"\n}", "\n}\n{}", "line 13: there is more after its end"},
		"an unknown permission":  {"MANAGE_GUILD", "MANAGE_ALL", `There is no permission "MANAGE_ALL"`},
		"an intent for all":      {"MESSAGE_CONTENT", "GUILDS", `There is no privileged intent "GUILDS"`},
		"an id that is none":     {"1234567890123456789", "x", "is no id"},
		"nobody of that name":    {`"dev", "Mine"`, `"Mine", "joan"`, `called "joan"`},
		"a language of nobody's": {`"de"`, `"xx"`, `no language "xx"`},
	} {
		sim, err := discordsim.Start(discordsim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w, err := discordweb.ParseWorld([]byte(strings.Replace(smallFile, test.old, test.new, 1)))
		if err == nil {
			err = w.Build(sim)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		sim.Close()
	}
}
