package discord

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// mustBot is a bot that knows its commands and reaches nobody.
func mustBot(t *testing.T) *Bot {
	t.Helper()
	known, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	b, err := New(Options{Token: "x", AllGuilds: true, Logger: log, Orchestrator: orchestrator.New(orchestrator.Options{Catalog: known, Logger: log})})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// localesShown are those that the catalogue has texts for, and one that it has not.
func localesShown() []discordgo.Locale {
	return []discordgo.Locale{discordgo.EnglishUS, discordgo.German, discordgo.SpanishES, discordgo.SpanishLATAM, discordgo.French}
}

func in(locale discordgo.Locale, text string, localized map[discordgo.Locale]string) string {
	if s := localized[locale]; s != "" {
		return s
	}
	return text
}

func TestGoldenCommands(t *testing.T) {
	t.Parallel()
	b := mustBot(t)
	drawn := map[discordgo.Locale]string{}
	for _, locale := range localesShown() {
		var out strings.Builder
		for _, c := range b.commands {
			drawCommand(&out, c, locale)
		}
		drawn[locale] = out.String()
	}
	golden(t, "commands/en", drawn[discordgo.EnglishUS])
	golden(t, "commands/de", drawn[discordgo.German])
	golden(t, "commands/es", drawn[discordgo.SpanishES])
	if drawn[discordgo.SpanishLATAM] != drawn[discordgo.SpanishES] {
		t.Error("Spanish differs between Spain and America")
	}
	if drawn[discordgo.French] != drawn[discordgo.EnglishUS] {
		t.Error("who reads none of the languages does not read English")
	}
}

// drawCommand writes a command as somebody sees it, and whom it is for.
func drawCommand(out *strings.Builder, c *command, locale discordgo.Locale) {
	d := c.definition
	fmt.Fprintf(out, "/%s: %s\n  for %s", d.Name, in(locale, d.Description, value(d.DescriptionLocalizations)), c.access)
	if d.DefaultMemberPermissions != nil {
		fmt.Fprintf(out, "; shown to those with permissions %d", *d.DefaultMemberPermissions)
	}
	out.WriteString("\n")
	for _, o := range d.Options {
		fmt.Fprintf(out, "  %s (%s", o.Name, o.Type)
		for _, mark := range []struct {
			on   bool
			text string
		}{{o.Required, "required"}, {o.Autocomplete, "completed"}, {o.MaxLength > 0, fmt.Sprintf("at most %d", o.MaxLength)}, {o.MinValue != nil, fmt.Sprintf("%g to %g", value(o.MinValue), o.MaxValue)}} {
			if mark.on {
				out.WriteString(", " + mark.text)
			}
		}
		fmt.Fprintf(out, "): %s\n", in(locale, o.Description, o.DescriptionLocalizations))
		for _, ch := range o.Choices {
			fmt.Fprintf(out, "    %v = %s\n", ch.Value, in(locale, ch.Name, ch.NameLocalizations))
		}
	}
	out.WriteString("\n")
}

// Texts keep Discord's limits in every language, and a command in all: there the
// longest text of each place counts.
func TestCommandsKeepDiscordsLimits(t *testing.T) {
	t.Parallel()
	const mostText, mostCommand, mostCommandOptions = 100, 8000, 25
	b := mustBot(t)
	for _, c := range b.commands {
		longest := func(where, text string, localized map[discordgo.Locale]string) int {
			most := 0
			for _, locale := range localesShown() {
				n := size(in(locale, text, localized))
				if n == 0 || n > mostText {
					t.Errorf("%s in %s: %d characters", where, string(locale), n)
				}
				most = max(most, n)
			}
			return most
		}
		d := c.definition
		name := "/" + d.Name
		all := size(d.Name) + longest(name, d.Description, *d.DescriptionLocalizations)
		if len(d.Options) > mostCommandOptions {
			t.Errorf("%s has %d options", name, len(d.Options))
		}
		for _, o := range d.Options {
			all += size(o.Name) + longest(name+" "+o.Name, o.Description, o.DescriptionLocalizations)
			if len(o.Choices) > maxOptions || len(o.Choices) > 0 && o.Autocomplete {
				t.Errorf("%s %s has %d choices", name, o.Name, len(o.Choices))
			}
			for _, ch := range o.Choices {
				all += size(fmt.Sprint(ch.Value)) + longest(fmt.Sprint(name, " ", o.Name, " ", ch.Value), ch.Name, ch.NameLocalizations)
			}
		}
		if all > mostCommand {
			t.Errorf("%s has %d characters in all", name, all)
		}
	}
}

// Every command says whom it is for. Discord hides those of the server's admins
// from others, and none but these: a project's admins need no right in the server.
func TestCommandsSayWhomTheyAreFor(t *testing.T) {
	t.Parallel()
	all := []access{anybody, requester, seer, deployer, projectAdmin, guildAdmin}
	for _, c := range mustBot(t).commands {
		if !slices.Contains(all, c.access) {
			t.Errorf("/%s is for %q", c.definition.Name, c.access)
		}
		hidden := c.definition.DefaultMemberPermissions != nil && *c.definition.DefaultMemberPermissions == discordgo.PermissionManageGuild
		if hidden != (c.access == guildAdmin) {
			t.Errorf("/%s is for %s; hidden: %t", c.definition.Name, c.access, hidden)
		}
	}
}

// Options that are completed are completed by something, and only these.
func TestCompletedOptionsAreCompleted(t *testing.T) {
	t.Parallel()
	for _, c := range mustBot(t).commands {
		var completed []string
		for _, o := range c.definition.Options {
			if o.Autocomplete {
				completed = append(completed, o.Name)
			}
		}
		for _, name := range completed {
			if c.complete[name] == nil {
				t.Errorf("/%s %s is completed by nothing", c.definition.Name, name)
			}
		}
		if len(c.complete) != len(completed) {
			t.Errorf("/%s completes %d options, of which Discord asks for %d", c.definition.Name, len(c.complete), len(completed))
		}
	}
}
