package discord

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// command is a slash command: how Discord shows it, and what it does.
type command struct {
	definition *discordgo.ApplicationCommand
	// run does the work and returns what the person is told.
	run func(ctx context.Context, c *call, o options) (picture, error)
	// complete offers values for the option that is being typed.
	complete map[string]func(ctx context.Context, c *call, o options) ([]choice, error)
}

// choice is a value that is offered for an option.
type choice struct{ label, value string }

// table lists the commands, in the order of their use.
func (b *Bot) table() []*command {
	return []*command{createProjectCommand(b), grantCommand(), deployCommand(), listCommand(), cancelCommand()}
}

// define fills in what all commands share: they exist in servers only.
func define(name, description string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommand {
	return &discordgo.ApplicationCommand{
		Type: discordgo.ChatApplicationCommand, Name: name, Description: description, Options: options,
		Contexts:         &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
		IntegrationTypes: &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
	}
}

// textOption is an option that is typed; completed says that values are offered.
func textOption(name, description string, required, completed bool, most int) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: name, Description: description, Required: required, Autocomplete: completed, MaxLength: most,
	}
}

// options are what was filled in, by name.
type options struct {
	texts   map[string]string
	users   map[string]*discordgo.User
	focused string
}

func readOptions(data discordgo.ApplicationCommandInteractionData) options {
	o := options{texts: map[string]string{}, users: map[string]*discordgo.User{}}
	for _, opt := range data.Options {
		value, ok := opt.Value.(string)
		if !ok {
			continue
		}
		if opt.Focused {
			o.focused = opt.Name
		}
		if opt.Type == discordgo.ApplicationCommandOptionUser && data.Resolved != nil {
			o.users[opt.Name] = data.Resolved.Users[value]
			continue
		}
		o.texts[opt.Name] = value
	}
	return o
}

// command runs a slash command, or completes one of its options.
func (c *call) command(ctx context.Context, data discordgo.ApplicationCommandInteractionData) error {
	i := slices.IndexFunc(c.commands, func(x *command) bool { return x.definition.Name == data.Name })
	if i < 0 {
		return errUnknownButton
	}
	o := readOptions(data)
	if c.i.Type == discordgo.InteractionApplicationCommandAutocomplete {
		return c.completed(ctx, c.commands[i], o)
	}
	if err := c.think(ctx); err != nil {
		return err
	}
	reply, err := c.commands[i].run(ctx, c, o)
	if err != nil {
		return err
	}
	return c.say(ctx, reply)
}

// completed offers values. A completion that fails offers nothing: it is typed on
// anyway, and the command itself says what is wrong.
func (c *call) completed(ctx context.Context, cmd *command, o options) error {
	var choices []*discordgo.ApplicationCommandOptionChoice
	if complete := cmd.complete[o.focused]; complete != nil {
		offered, err := complete(ctx, c, o)
		if err != nil {
			c.Logger.WarnContext(ctx, "a completion failed", slog.String("command", cmd.definition.Name), slog.String("option", o.focused), slog.Any("error", err))
		}
		for _, ch := range offered[:min(len(offered), maxOptions)] {
			choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(ch.label, maxOptionText), Value: ch.value})
		}
	}
	return c.choose(ctx, choices)
}

// register makes the commands known in a guild, if they are not. A guild that
// the bot is not in yet is named; it is tried again when the bot joins it.
func (b *Bot) register(ctx context.Context, guildID string) {
	b.registering.Lock() // of two at once the second finds nothing to do
	defer b.registering.Unlock()
	changed, err := b.overwriteCommands(ctx, guildID)
	switch code := codeOf(err); {
	case err == nil:
		b.Logger.InfoContext(ctx, "commands are registered", slog.String("guild", guildID), slog.Bool("changed", changed))
	case code == discordgo.ErrCodeMissingAccess || code == discordgo.ErrCodeUnknownGuild:
		b.Logger.WarnContext(ctx, "the bot is not in a server that it is to serve: open the invite URL", slog.String("guild", guildID), slog.String("invite", b.InviteURL()))
	default:
		b.Logger.ErrorContext(ctx, "the commands could not be registered", slog.String("guild", guildID), slog.Any("error", err))
	}
}

// overwriteCommands replaces a guild's commands where they differ from ours.
func (b *Bot) overwriteCommands(ctx context.Context, guildID string) (bool, error) {
	known, err := b.rest().ApplicationCommands(b.appID, guildID, discordgo.WithContext(ctx))
	if err != nil {
		return false, fmt.Errorf("read the guild's commands: %w", err)
	}
	var wanted []*discordgo.ApplicationCommand
	for _, c := range b.commands {
		wanted = append(wanted, c.definition)
	}
	if slices.EqualFunc(byName(known), byName(wanted), sameCommand) {
		return false, nil
	}
	if _, err := b.rest().ApplicationCommandBulkOverwrite(b.appID, guildID, wanted, discordgo.WithContext(ctx)); err != nil {
		return false, fmt.Errorf("overwrite the guild's commands: %w", err)
	}
	return true, nil
}

func byName(commands []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
	return slices.SortedFunc(slices.Values(commands), func(a, b *discordgo.ApplicationCommand) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}

// sameCommand compares what people see and can fill in.
func sameCommand(a, b *discordgo.ApplicationCommand) bool {
	return a.Name == b.Name && a.Description == b.Description && permissionsOf(a) == permissionsOf(b) &&
		slices.EqualFunc(a.Options, b.Options, sameOption)
}

func permissionsOf(c *discordgo.ApplicationCommand) int64 {
	if c.DefaultMemberPermissions == nil {
		return -1
	}
	return *c.DefaultMemberPermissions
}

func sameOption(a, b *discordgo.ApplicationCommandOption) bool {
	return a.Type == b.Type && a.Name == b.Name && a.Description == b.Description && a.Required == b.Required &&
		a.Autocomplete == b.Autocomplete && a.MaxLength == b.MaxLength &&
		slices.EqualFunc(a.Choices, b.Choices, func(x, y *discordgo.ApplicationCommandOptionChoice) bool {
			return x.Name == y.Name && reflect.DeepEqual(x.Value, y.Value)
		})
}
