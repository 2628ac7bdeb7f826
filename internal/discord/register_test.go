package discord

import (
	"encoding/json"
	"testing"

	"github.com/bwmarrin/discordgo"
)

// everyOption is a command with an option of each kind.
func everyOption() *discordgo.ApplicationCommand {
	return define("cloud-every",
		userOption("who").required(),
		textOption("text").completed().most(32),
		textOption("level").choices("view", "admin"),
		textOption("cloud").titled(choice{"Sandbox", "sandbox"}),
		flagOption("flag"), intOption("count", 1, 20),
		roleOption("role"), channelOption("channel", discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews), mentionOption("whom"))
}

// everyText are the texts of everyOption.
func everyText(t *testing.T) texts {
	t.Helper()
	known := texts{}
	for _, s := range slots(everyOption()) {
		known[s.keys[0]] = map[language]string{english: s.keys[0], german: s.keys[0] + " (de)", spanish: s.keys[0] + " (es)"}
	}
	return known
}

// A change that people would see is told from none.
func TestSameCommand(t *testing.T) {
	t.Parallel()
	ours := everyOption()
	if err := everyText(t).localize(ours); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(c *discordgo.ApplicationCommand)
		same   bool
	}{
		"nothing":                 {func(*discordgo.ApplicationCommand) {}, true},
		"what Discord adds":       {func(c *discordgo.ApplicationCommand) { c.ID, c.Version, c.NameLocalizations = "1", "2", nil }, true},
		"the description":         {func(c *discordgo.ApplicationCommand) { c.Description = "x" }, false},
		"it in German":            {func(c *discordgo.ApplicationCommand) { (*c.DescriptionLocalizations)[discordgo.German] = "x" }, false},
		"it in no language":       {func(c *discordgo.ApplicationCommand) { c.DescriptionLocalizations = nil }, false},
		"who sees it":             {func(c *discordgo.ApplicationCommand) { c.DefaultMemberPermissions = new(int64) }, false},
		"an option more":          {func(c *discordgo.ApplicationCommand) { c.Options = append(c.Options, c.Options[1]) }, false},
		"an option's description": {func(c *discordgo.ApplicationCommand) { c.Options[0].Description = "x" }, false},
		"it in Spanish": {func(c *discordgo.ApplicationCommand) {
			c.Options[0].DescriptionLocalizations[discordgo.SpanishES] = "x"
		}, false},
		"that it is required":  {func(c *discordgo.ApplicationCommand) { c.Options[0].Required = false }, false},
		"that it is completed": {func(c *discordgo.ApplicationCommand) { c.Options[1].Autocomplete = false }, false},
		"a length":             {func(c *discordgo.ApplicationCommand) { c.Options[1].MaxLength = 3 }, false},
		"a choice's name":      {func(c *discordgo.ApplicationCommand) { c.Options[2].Choices[0].Name = "x" }, false},
		"it in American Spanish": {func(c *discordgo.ApplicationCommand) {
			c.Options[2].Choices[0].NameLocalizations[discordgo.SpanishLATAM] = "x"
		}, false},
		"a choice's value":     {func(c *discordgo.ApplicationCommand) { c.Options[2].Choices[0].Value = 1.0 }, false},
		"the least":            {func(c *discordgo.ApplicationCommand) { c.Options[5].MinValue = nil }, false},
		"the most":             {func(c *discordgo.ApplicationCommand) { c.Options[5].MaxValue = 21 }, false},
		"the kinds of channel": {func(c *discordgo.ApplicationCommand) { c.Options[7].ChannelTypes = c.Options[7].ChannelTypes[:1] }, false},
	} {
		var theirs discordgo.ApplicationCommand
		if err := json.Unmarshal(raw, &theirs); err != nil {
			t.Fatal(err)
		}
		c.change(&theirs)
		if sameCommand(ours, &theirs) != c.same {
			t.Errorf("%s: same is %t", name, !c.same)
		}
	}
}

// Discord has the commands in every language; a text that changes in one of them
// reaches it with the next start.
func TestRegistersLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	registered := func() map[string]*discordgo.ApplicationCommand {
		found := map[string]*discordgo.ApplicationCommand{}
		for _, c := range get(w.bot.rest().ApplicationCommands(w.app.ID, w.guild.ID, discordgo.WithContext(w.ctx)))(w) {
			found[c.Name] = c
		}
		return found
	}
	for _, c := range w.bot.commands {
		if got := registered()[c.definition.Name]; got == nil || !sameCommand(got, c.definition) {
			t.Errorf("/%s is registered as %+v", c.definition.Name, got)
		}
	}
	next := w.newBot(nil)
	w.must(next.identify(w.ctx))
	for _, want := range []struct {
		text    string
		changed bool
	}{{"Zeigt alles", true}, {"Zeigt alles", false}} {
		(*next.commands[0].definition.DescriptionLocalizations)[discordgo.German] = want.text
		if changed := get(next.overwriteCommands(w.ctx, w.guild.ID))(w); changed != want.changed {
			t.Errorf("with %q: changed is %t", want.text, changed)
		}
	}
	if got := (*registered()[next.commands[0].definition.Name].DescriptionLocalizations)[discordgo.German]; got != "Zeigt alles" {
		t.Errorf("in German: %q", got)
	}
}
