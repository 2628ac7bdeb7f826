package discord

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/bwmarrin/discordgo"
)

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

// sameCommand compares what people see and can fill in, in every language.
func sameCommand(a, b *discordgo.ApplicationCommand) bool {
	return a.Name == b.Name && a.Description == b.Description && maps.Equal(value(a.DescriptionLocalizations), value(b.DescriptionLocalizations)) &&
		samePointed(a.DefaultMemberPermissions, b.DefaultMemberPermissions) && slices.EqualFunc(a.Options, b.Options, sameOption)
}

func sameOption(a, b *discordgo.ApplicationCommandOption) bool {
	return a.Type == b.Type && a.Name == b.Name && a.Description == b.Description && maps.Equal(a.DescriptionLocalizations, b.DescriptionLocalizations) &&
		a.Required == b.Required && a.Autocomplete == b.Autocomplete && slices.Equal(a.ChannelTypes, b.ChannelTypes) &&
		a.MaxLength == b.MaxLength && samePointed(a.MinValue, b.MinValue) && a.MaxValue == b.MaxValue &&
		slices.EqualFunc(a.Choices, b.Choices, func(x, y *discordgo.ApplicationCommandOptionChoice) bool {
			return x.Name == y.Name && maps.Equal(x.NameLocalizations, y.NameLocalizations) && x.Value == y.Value
		})
}

// samePointed compares values of which either may be absent.
func samePointed[T comparable](a, b *T) bool {
	return (a == nil) == (b == nil) && value(a) == value(b)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
