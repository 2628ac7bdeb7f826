package discord

import (
	"context"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The settings of a server, as options and as what can be cleared.
const (
	settingAdminRole       = "admin_role"
	settingRequestsChannel = "requests_channel"
)

// settingsCommand is /cloud-settings.
func settingsCommand() *command {
	return &command{
		definition: define("cloud-settings",
			roleOption(settingAdminRole),
			channelOption(settingRequestsChannel, discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews),
			textOption("clear").choices(settingAdminRole, settingRequestsChannel)),
		access: guildAdmin,
		run:    settings,
	}
}

func settings(ctx context.Context, c *call, o options) (picture, error) {
	guild, err := c.Orchestrator.Settings(ctx, c.request())
	if err != nil {
		return picture{}, err
	}
	in, err := c.newSettings(ctx, o)
	if err != nil {
		return picture{}, err
	}
	if in == (orchestrator.GuildSettings{}) {
		return text(settingsText(guild)), nil
	}
	before, after, err := c.Orchestrator.ChangeSettings(ctx, c.request(), in)
	if err != nil {
		return picture{}, err
	}
	lines := []string{settingsText(after)}
	if before.AdminRole != after.AdminRole && !personOf(c.i.Member, after).GuildAdmin {
		lines = append(lines, "⚠ You are no longer an admin here yourself. The server's owner can change it back.")
	}
	if before.AdminRole != after.AdminRole && after.AdminRole != "" {
		lines = append(lines, "Discord shows the commands for admins to who manages the server. Server Settings, Integrations, shows them to the role too.")
	}
	return text(strings.Join(lines, "\n")), nil
}

// newSettings are those that were filled in.
func (c *call) newSettings(ctx context.Context, o options) (orchestrator.GuildSettings, error) {
	var in orchestrator.GuildSettings
	none := ""
	switch o.text("clear") {
	case settingAdminRole:
		in.AdminRole = &none
	case settingRequestsChannel:
		in.RequestsChannel = &none
	}
	if role := o.role(settingAdminRole); role != nil {
		in.AdminRole, in.Managed = &role.ID, role.Managed
	}
	if channel := o.channel(settingRequestsChannel); channel != nil {
		in.RequestsChannel = &channel.ID
		return in, c.checkVisible(ctx, channel.ID)
	}
	return in, nil
}

// checkVisible refuses a channel that the bot cannot see.
func (c *call) checkVisible(ctx context.Context, channelID string) error {
	_, err := c.rest().Channel(channelID, discordgo.WithContext(ctx))
	switch {
	case err == nil:
		return nil
	case statusOf(err) == http.StatusForbidden:
		return usererr.New(usererr.Denied, "The bot cannot see <#%s>. Nothing was changed. Somebody who manages the channel can let it in, in the channel's settings, under Permissions.", channelID).Wrap(err)
	}
	return usererr.New(usererr.Unavailable, "Discord did not say whether the bot can see <#%s>. Nothing was changed. Try again in a minute.", channelID).Wrap(err)
}

// settingsText says what is set.
func settingsText(g project.Guild) string {
	admins, requests := "members with Manage Server", "where the project lives, else where they are made"
	if g.AdminRole != "" {
		admins = "members of " + mentionRole(g.AdminRole)
	}
	if g.RequestsChannel != "" {
		requests = "in <#" + g.RequestsChannel + ">"
	}
	return "**Admins** (`admin_role`): " + admins + ", besides the owner and administrators.\n**Access requests** (`requests_channel`): posted " + requests + "."
}
