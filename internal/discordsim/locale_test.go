package discordsim_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// localized is a command in English, German and Spanish, as far as it goes.
func localized() object {
	return object{
		"name": "cloud-list", "name_localizations": object{"de": "cloud-liste"},
		"description": "Your stacks", "description_localizations": object{"de": "Deine Stacks", "es-ES": "Tus stacks"},
		"options": []object{optionOf(3, "state", "name_localizations", object{"de": "zustand"}, "required", true,
			"description_localizations", object{"de": "In welchem Zustand"},
			"choices", []object{{"name": "Failed", "value": "failed", "name_localizations": object{"de": "Gescheitert"}}, {"name": "Draft", "value": "draft"}})},
	}
}

func TestLocalizationLimits(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	with := func(field string, v any) object {
		c := localized()
		c[field] = v
		return c
	}
	inOption := func(field string, v any) object {
		return with("options", []object{optionOf(3, "o", field, v)})
	}
	// full has 7876 characters (25 options of 3 for the name and 100 each for
	// the description and for name and value of a choice; 1 and 100 of the
	// command; 200 of one more choice) beside a last choice of 100 and more.
	full := func(more int) object {
		var options []object
		for i := range 25 {
			options = append(options, optionOf(3, fmt.Sprint("o", 10+i), "description", long(100), "choices", []object{
				{"name": long(100), "value": long(100)},
			}, "description_localizations", object{"de": "kurz", "fr": long(50)}))
		}
		options[0]["choices"] = append(options[0]["choices"].([]object), object{"name": long(100), "value": long(100)},
			object{"name": "x", "value": long(100), "name_localizations": object{"de": long(more), "fr": "y"}})
		return object{"name": "c", "description": "d", "options": options, "description_localizations": object{"de": long(100)}}
	}
	for name, test := range map[string]struct {
		command object
		ok      bool
	}{
		"all of it":                      {localized(), true},
		"null":                           {with("name_localizations", nil), true},
		"no such locale":                 {with("name_localizations", object{"en": "x"}), false},
		"no such locale in an option":    {inOption("name_localizations", object{"de-DE": "x"}), false},
		"upper case":                     {with("name_localizations", object{"de": "Liste"}), false},
		"a space":                        {inOption("name_localizations", object{"de": "der zustand"}), false},
		"umlauts":                        {with("name_localizations", object{"de": "übersicht"}), true},
		"33 characters":                  {with("name_localizations", object{"de": long(33)}), false},
		"empty name":                     {with("name_localizations", object{"de": ""}), false},
		"description of 100":             {with("description_localizations", object{"de": long(100)}), true},
		"description of 101":             {with("description_localizations", object{"de": long(101)}), false},
		"empty description in an option": {inOption("description_localizations", object{"de": ""}), false},
		"choice of 101":                  {inOption("choices", []object{{"name": "x", "value": "x", "name_localizations": object{"de": long(101)}}}), false},
		"a list for a dictionary":        {with("name_localizations", []string{"de"}), false},
		"8000 with the longest":          {full(24), true},
		"8001 with the longest":          {full(25), false},
	} {
		a := w.call(t, "PUT", w.commands(), []object{test.command})
		if test.ok != (a.status == 200) {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
}

// Lists of commands carry the translations only where they are asked for,
// and else those of the locale that the headers name.
func TestTranslationsInLists(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for _, path := range []string{w.commands(), "/applications/" + w.app.ID + "/commands"} {
		a := w.call(t, "PUT", path, []object{localized()})
		checkTranslations(t, "the answer to PUT", a.list[0].(object), true, "")
		one := path + "/" + a.list[0].(object)["id"].(string)
		checkTranslations(t, "one command", w.call(t, "GET", one, nil).body, true, "")
		checkTranslations(t, "the whole list", w.call(t, "GET", path+"?with_localizations=true", nil).list[0].(object), true, "")
		checkTranslations(t, "the list", w.call(t, "GET", path, nil).list[0].(object), false, "")
		checkTranslations(t, "the list in German", w.callIn(t, path, "X-Discord-Locale", "de")[0].(object), false, "cloud-liste")
		checkTranslations(t, "the list in French", w.callIn(t, path, "X-Discord-Locale", "fr")[0].(object), false, "")
		checkTranslations(t, "the list for a browser", w.callIn(t, path, "Accept-Language", "de, en;q=0.5")[0].(object), false, "cloud-liste")

		changed := w.call(t, "PATCH", one, object{"name_localizations": object{"es-ES": "lista"}}).body
		if names := changed["name_localizations"].(object); len(names) != 1 || names["es-ES"] != "lista" || changed["description_localizations"].(object)["de"] != "Deine Stacks" {
			t.Errorf("changed: %v", changed)
		}
	}
	w.assertClean(t)
}

func checkTranslations(t *testing.T, what string, c object, whole bool, name string) {
	t.Helper()
	option := c["options"].([]any)[0].(object)
	choice := option["choices"].([]any)[0].(object)
	for _, texts := range []any{c["name_localizations"], c["description_localizations"], option["name_localizations"], choice["name_localizations"]} {
		if _, got := texts.(object); got != whole {
			t.Errorf("%s: translations %v", what, texts)
		}
	}
	got, _ := c["name_localized"].(string)
	ofOption, _ := option["name_localized"].(string)
	ofChoice, _ := choice["name_localized"].(string)
	if got != name || (ofOption == "zustand") != (name != "") || (ofChoice == "Gescheitert") != (name != "") {
		t.Errorf("%s: localized %q, %q, %q", what, got, ofOption, ofChoice)
	}
}

// callIn lists commands with a header that names a language.
func (w *world) callIn(t *testing.T, path, header, locale string) []any {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL()+"/api/v10"+path, &bytes.Buffer{}))(t)
	req.Header.Set("Authorization", "Bot "+w.app.Token)
	req.Header.Set(header, locale)
	return w.do(t, req).list
}

func TestCommandsAsShown(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	admins := object{"name": "a-grant", "description": "Give access", "default_member_permissions": "32"}
	nobody := object{"name": "b-secret", "description": "Not shown", "default_member_permissions": "0"}
	if a := w.call(t, "PUT", w.commands(), []object{localized(), admins, nobody}); a.status != 200 {
		t.Fatal(a.body)
	}
	shown := func(m *sim.Member, locale string) string {
		m.SetLocale(locale)
		var b strings.Builder
		for _, c := range m.CommandList(w.ops) {
			b.WriteString(c.String())
		}
		return b.String()
	}
	const english = "/cloud-list: Your stacks\n  state*: d [Failed | Draft]\n"
	const german = "/cloud-liste: Deine Stacks\n  zustand*: In welchem Zustand [Gescheitert | Draft]\n"
	const grant, secret = "/a-grant: Give access\n", "/b-secret: Not shown\n"
	for _, test := range []struct {
		who          *sim.Member
		locale, want string
	}{
		{w.grace, "en-US", english},
		{w.grace, "de", german},
		{w.grace, "fr", english},
		{w.grace, "es-419", strings.Replace(english, "Your", "Tus", 1)}, // falls back on es-ES
		{w.ada, "de", grant + german},
		{w.guild.Owner(), "en-GB", grant + secret + english},
	} {
		if got := shown(test.who, test.locale); got != test.want {
			t.Errorf("%s in %s:\n%s\nwant:\n%s", test.who.Username, test.locale, got, test.want)
		}
	}
	w.guild.OfferAll(w.app, true)
	if got := shown(w.grace, "de"); got != grant+secret+german {
		t.Errorf("all are offered:\n%s", got)
	}
	w.ops.Deny(w.guild.Everyone(), sim.UseCommands)
	if got := shown(w.grace, "de"); got != "" {
		t.Errorf("without the permission to use commands:\n%s", got)
	}
}

func TestLocalesOfInteractions(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	c := localized()
	c["options"] = []object{optionOf(3, "stack", "autocomplete", true)}
	b.call(t, "PUT", b.commands(), []object{c, {"name": "hello", "description": "d"}})
	b.ada.SetLocale("de")
	b.guild.SetLocale("es-ES")
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "x"})
	<-done
	if i.Locale != dg.German || i.GuildLocale == nil || *i.GuildLocale != dg.SpanishES {
		t.Errorf("locale %q, guild's %v", i.Locale, i.GuildLocale)
	}
	if a := b.call(t, "GET", "/guilds/"+b.guild.ID, nil); a.body["preferred_locale"] != "es-ES" {
		t.Errorf("guild = %v", a.body["preferred_locale"])
	}
	offered := make(chan []sim.Choice, 1)
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		choices, err := b.ada.Complete(ctx, b.ops, "cloud-list", nil, "stack", "w")
		offered <- choices
		return nil, err
	})
	b.callback(t, i, 8, object{"choices": []object{{"name": "web, failed", "value": "web", "name_localizations": object{"de": "web, gescheitert"}}}})
	if p := <-done; p.err != nil {
		t.Fatal(p.err)
	}
	if got := <-offered; len(got) != 1 || got[0].Name != "web, gescheitert" || got[0].Value != "web" {
		t.Errorf("offered = %v", got)
	}
	dm := b.mustDM(t, b.ada)
	b.call(t, "POST", dm+"/messages", object{"content": "x", "components": []object{rowOf(button("go"))}})
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) { return b.ada.Click(ctx, b.DMsOf(b.ada)[0], "go") })
	b.callback(t, i, 6, nil)
	<-done
	if i.Locale != dg.German || i.GuildLocale != nil {
		t.Errorf("in a direct message: locale %q, guild's %v", i.Locale, i.GuildLocale)
	}
	b.assertClean(t)
}
