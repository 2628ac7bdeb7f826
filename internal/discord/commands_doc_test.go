package discord

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
)

// examples are how the commands are used, in the document. They are run in its
// order by the tests of internal/app, which have project dev with an applied stack
// main and an open deployment of a stack late, ada who manages the server, grace
// who deploys and eve who is nobody.
var examples = map[string]string{
	"cloud-deploy":         "@grace /cloud-deploy project:dev stack:web regions:eu-1,us-1 tags:team=shop",
	"cloud-list":           "@grace /cloud-list project:dev state:APPLIED",
	"cloud-show":           "@grace /cloud-show project:dev stack:main",
	"cloud-cancel":         "@grace /cloud-cancel deployment:web…",
	"cloud-projects":       "@grace /cloud-projects",
	"cloud-quota":          "@grace /cloud-quota project:dev",
	"cloud-request":        "@eve /cloud-request project:dev level:deploy duration:2h why:Today's release",
	"cloud-grant":          "@ada /cloud-grant to:@grace project:dev level:approve duration:3d reason:On duty this week\n@ada /cloud-grant to:@infra project:dev level:view",
	"cloud-revoke":         "@ada /cloud-revoke to:@infra project:dev reason:The audit is over",
	"cloud-settings":       "@ada /cloud-settings requests_channel:#ops",
	"cloud-create-project": "@ada /cloud-create-project project_id:shop provider:sandbox region:eu-2 approvals:2",
	"cloud-project":        "@ada /cloud-project project:shop approvals:1 grant_default:8h grant_max:7d\n@ada /cloud-project project:shop freeze:2d reason:Nothing changes over the holidays\n@ada /cloud-project project:shop usage:true",
	"cloud-set-quota":      "@ada /cloud-set-quota project:shop limit:kind kind:database value:3\n@ada /cloud-set-quota project:shop limit:stacks value:2 each_person:true",
	"cloud-admin-list":     "@ada /cloud-admin-list project:dev state:DRAFT",
	"cloud-admin-cancel":   "@ada /cloud-admin-cancel deployment:late… reason:Nobody needs it any more",
	"cloud-unlock":         "@ada /cloud-unlock project:dev stack:main\n     ✗ main cannot be unlocked",
	"cloud-audit":          "@ada /cloud-audit project:dev since:7d\n@ada /cloud-audit export:true",
	"cloud-stats":          "@ada /cloud-stats project:dev",
	"cloud-help":           "@eve /cloud-help",
}

const commandsIntroduction = `# Commands

<!-- Written by "make docs" from the table of commands in internal/discord: change it there. -->

Every slash command of the bot. Discord shows them in English, German or Spanish,
as each person's client is set; names and options are the same in all three.

- **Who** is checked when a command is run, and again when something is applied.
  ` + "`view` < `deploy` < `approve` < `admin`" + ` are the levels that people, or roles, are
  granted in a project; each holds what the one before it does. *Admins of the
  server* are its owner and administrators, and those who have **Manage Server**,
  or the role that was set in its place; they are admins of every project.
- **Answers** are seen by who ran the command. What the team should know is a
  message in the channel.
- **Values** are offered while one types, wherever there is something to choose
  from. A refusal names the rule, and what to do next.

The examples are run by a test, in this order: ` + "`ada`" + ` manages the server, ` + "`grace`" + ` has
` + "`deploy`" + `, ` + "`eve`" + ` has nothing, ` + "`infra`" + ` is a role. A value that ends with … is chosen
from what is offered; ✗ is a refusal.
`

// optionTypes are the kinds of values, in words.
var optionTypes = map[discordgo.ApplicationCommandOptionType]string{
	discordgo.ApplicationCommandOptionString: "text", discordgo.ApplicationCommandOptionInteger: "whole number",
	discordgo.ApplicationCommandOptionNumber: "number", discordgo.ApplicationCommandOptionBoolean: "yes or no",
	discordgo.ApplicationCommandOptionUser: "member", discordgo.ApplicationCommandOptionRole: "role",
	discordgo.ApplicationCommandOptionMentionable: "member or role", discordgo.ApplicationCommandOptionChannel: "channel",
}

// commandsDocument is docs/commands.md.
func commandsDocument(t *testing.T, commands []*command) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(commandsIntroduction)
	for _, c := range commands {
		d := c.definition
		fmt.Fprintf(&b, "\n## /%s\n\n%s.\n\nWho: %s.\n", d.Name, d.Description, c.access)
		if len(d.Options) > 0 {
			b.WriteString("\n| option | value | meaning |\n| --- | --- | --- |\n")
		}
		for _, o := range d.Options {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, optionValue(o), o.Description)
		}
		example, ok := examples[d.Name]
		if !ok {
			t.Errorf("/%s has no example", d.Name)
		}
		fmt.Fprintf(&b, "\n```discord\n%s\n```\n", example)
	}
	return b.String()
}

// optionValue says what fits an option.
func optionValue(o *discordgo.ApplicationCommandOption) string {
	var parts []string
	switch {
	case len(o.Choices) > 0:
		var values []string
		for _, ch := range o.Choices {
			values = append(values, fmt.Sprintf("`%v`", ch.Value))
		}
		parts = append(parts, "one of "+strings.Join(values, ", "))
	case o.MinValue != nil:
		parts = append(parts, fmt.Sprintf("%s from %g to %g", optionTypes[o.Type], *o.MinValue, o.MaxValue))
	case o.Autocomplete:
		parts = append(parts, optionTypes[o.Type]+", offered")
	default:
		parts = append(parts, optionTypes[o.Type])
	}
	if o.Required {
		parts[0] = "**required**: " + parts[0]
	}
	return strings.Join(parts, ", ")
}

// commandsTable is the README's overview.
func commandsTable(commands []*command) string {
	var b strings.Builder
	b.WriteString("| command | who | what |\n| --- | --- | --- |\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "| [`/%[1]s`](docs/commands.md#%[1]s) | %[2]s | %[3]s |\n", c.definition.Name, c.access, lowerFirst(c.definition.Description))
	}
	return b.String()
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func TestCommandsDocumentIsCurrent(t *testing.T) {
	commands := mustBot(t).commands
	document(t, "../../docs/commands.md", func(string) string { return commandsDocument(t, commands) })
	document(t, "../../README.md", func(have string) string {
		const from, to = "<!-- commands -->\n", "<!-- /commands -->"
		before, rest, ok := strings.Cut(have, from)
		_, after, ok2 := strings.Cut(rest, to)
		if !ok || !ok2 {
			t.Fatal("the README has no place for the commands")
		}
		return before + from + commandsTable(commands) + to + after
	})
	for name := range examples {
		if !slices.ContainsFunc(commands, func(c *command) bool { return c.definition.Name == name }) {
			t.Errorf("there is an example of /%s, which is no command", name)
		}
	}
}

// document compares a file with what it should be, or writes it.
func document(t *testing.T, path string, want func(have string) string) {
	t.Helper()
	have, err := os.ReadFile(path)
	if err != nil && !(*update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	text := want(string(have))
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(text, string(have)); diff != "" {
		t.Errorf("%s is not current; run `make docs`:\n%s", path, diff)
	}
}
