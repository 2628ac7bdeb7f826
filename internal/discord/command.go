package discord

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// command is a slash command: how Discord shows it, and what it does.
type command struct {
	definition *discordgo.ApplicationCommand
	access     access
	// run does the work and returns what the person is told.
	run func(ctx context.Context, c *call, o options) (picture, error)
	// form answers with a form instead, at once: nothing can come before one. Without
	// one the command runs.
	form func(ctx context.Context, c *call, o options) (*discordgo.InteractionResponseData, error)
	// complete offers values for the option that is being typed.
	complete map[string]func(ctx context.Context, c *call, o options) ([]choice, error)
}

// choice is a value that is offered for an option.
type choice struct{ label, value string }

// table lists the commands, in the order of their use.
func (b *Bot) table() []*command {
	return []*command{
		deployCommand(),
		listCommand(),
		showCommand(),
		cancelCommand(),
		projectsCommand(),
		quotaCommand(),
		requestCommand(),
		grantCommand(),
		revokeCommand(),
		settingsCommand(),
		createProjectCommand(b),
		projectCommand(),
		setQuotaCommand(),
		adminListCommand(),
		adminCancelCommand(),
		unlockCommand(),
		auditCommand(),
		statsCommand(),
		helpCommand(),
	}
}

// define makes a command of its name and options, with what all commands share:
// they exist in servers only. Its texts follow from the catalogue.
func define(name string, opts ...commandOption) *discordgo.ApplicationCommand {
	c := &discordgo.ApplicationCommand{
		Type: discordgo.ChatApplicationCommand, Name: name,
		Contexts:         &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
		IntegrationTypes: &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
	}
	for _, o := range opts {
		c.Options = append(c.Options, (*discordgo.ApplicationCommandOption)(&o))
	}
	return c
}

// finished gives the commands their texts, and hides those from view that only
// the server's admins may use.
//
// What a project's admins may use stays visible to everybody: Discord hides by
// permissions in the server, which they need not have. Either way, who may is
// decided when a command is run.
func finished(commands []*command, t texts) ([]*command, error) {
	for _, c := range commands {
		if err := t.localize(c.definition); err != nil {
			return nil, fmt.Errorf("command %s: %w", c.definition.Name, err)
		}
		if c.access == guildAdmin {
			manageServer := int64(discordgo.PermissionManageGuild)
			c.definition.DefaultMemberPermissions = &manageServer
		}
	}
	return commands, nil
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
	if form := c.commands[i].form; form != nil {
		modal, err := form(ctx, c, o)
		if err != nil {
			return err
		}
		if modal != nil {
			return c.open(ctx, modal)
		}
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
