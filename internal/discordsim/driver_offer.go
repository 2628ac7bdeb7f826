package discordsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ShownCommand is a command as Discord's client shows it to a person: in
// their language.
type ShownCommand struct {
	App         *Application // whose it is
	Name        string       // as registered: what Slash takes
	Label       string       // as shown
	Description string
	Options     []ShownOption
}

// ShownOption is an option of a command, or a subcommand with its options.
type ShownOption struct {
	Name         string // as registered: what Args take
	Label        string
	Description  string
	Type         OptionType
	Required     bool
	Autocomplete bool     // see Member.Complete
	Choices      []Choice // with the names in the person's language
	Min, Max     *float64 // of a number, nil for no bound
	MinLength    *int     // of a text, in characters
	MaxLength    *int
	ChannelTypes []int // of a channel, Discord's numbers; nil for all
	Options      []ShownOption
}

// OptionType is the type of an option, Discord's number.
type OptionType int

// String names the type in one word: "string", "channel", "subcommand".
func (t OptionType) String() string {
	names := [...]string{
		optionSubcommand: "subcommand", optionGroup: "group", optionString: "string", optionInteger: "integer",
		optionBoolean: "boolean", optionUser: "user", optionChannel: "channel", optionRole: "role",
		optionMentionable: "mentionable", optionNumber: "number", optionAttachment: "attachment",
	}
	if t < optionSubcommand || int(t) >= len(names) {
		return strconv.Itoa(int(t))
	}
	return names[t]
}

// CommandList lists the commands that a person is offered in a channel, by
// label, as the client shows them.
func (m *Member) CommandList(c *Channel) []ShownCommand {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	locale := m.sim.localeOf(m.ID)
	var out []ShownCommand
	for _, o := range m.offered(c) {
		cmd := o.command
		out = append(out, ShownCommand{
			App: o.app, Name: cmd.Name, Label: translate(cmd.Name, cmd.Names, locale),
			Description: translate(cmd.Description, cmd.Descriptions, locale), Options: shownOptions(cmd.Options, locale),
		})
	}
	slices.SortFunc(out, func(a, b ShownCommand) int { return strings.Compare(a.Label, b.Label) })
	return out
}

func shownOptions(options []commandOption, locale string) []ShownOption {
	var out []ShownOption
	for _, o := range options {
		shown := ShownOption{
			Name: o.Name, Label: translate(o.Name, o.Names, locale), Required: o.Required,
			Description: translate(o.Description, o.Descriptions, locale), Options: shownOptions(o.Options, locale),
			Type: OptionType(o.Type), Autocomplete: o.Autocomplete, Min: o.MinValue, Max: o.MaxValue,
			MinLength: o.MinLength, MaxLength: o.MaxLength, ChannelTypes: o.ChannelTypes,
		}
		for _, c := range o.Choices {
			shown.Choices = append(shown.Choices, Choice{Name: translate(c.Name, c.Names, locale), Value: c.Value})
		}
		out = append(out, shown)
	}
	return out
}

// String writes the command over several lines, for people and for golden
// files.
func (c ShownCommand) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "/%s: %s\n", c.Label, c.Description)
	writeOptions(&b, c.Options, "  ")
	return b.String()
}

func writeOptions(b *strings.Builder, options []ShownOption, indent string) {
	for _, o := range options {
		label := o.Label
		if o.Required {
			label += "*"
		}
		fmt.Fprintf(b, "%s%s: %s", indent, label, o.Description)
		if len(o.Choices) > 0 {
			names := make([]string, len(o.Choices))
			for i, c := range o.Choices {
				names[i] = c.Name
			}
			fmt.Fprintf(b, " [%s]", strings.Join(names, " | "))
		}
		b.WriteString("\n")
		writeOptions(b, o.Options, indent+"  ")
	}
}

// Commands lists the commands that a person is offered in a channel.
func (m *Member) Commands(c *Channel) []string {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	var names []string
	for _, o := range m.offered(c) {
		names = append(names, o.command.Name)
	}
	slices.Sort(names)
	return names
}

// offer is a command of an application, as a person is shown it.
type offer struct {
	app     *Application
	command *command
}

// offered lists the slash commands that a person is shown in a channel.
// s.mu is held.
func (m *Member) offered(c *Channel) []offer {
	var out []offer
	perms := c.permissions(m.ID)
	for _, app := range c.installed() {
		if c.guild == nil {
			for _, cmd := range app.global {
				if cmd.Type == 1 && !cmd.guildOnly() {
					out = append(out, offer{app, cmd})
				}
			}
			continue
		}
		for _, cmd := range slices.Concat(c.guild.commands[app.ID], app.global) {
			if cmd.Type == 1 && cmd.inGuilds() && cmd.mayRun(perms, c.guild.offerAll[app.ID]) {
				out = append(out, offer{app, cmd})
			}
		}
	}
	return out
}

// installed are the bots whose commands exist in a channel: those of the
// guild, whether they see the channel or not.
func (c *Channel) installed() []*Application {
	if c.guild == nil {
		return c.apps()
	}
	var out []*Application
	for _, app := range c.guild.apps {
		out = append(out, app)
	}
	slices.SortFunc(out, func(a, b *Application) int { return compareIDs(a.ID, b.ID) })
	return out
}
