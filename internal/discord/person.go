package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// personOf is a member as the engine's decisions see them. Who is an admin of the
// engine in the guild: its owner and administrators, and either those who manage
// it or those with the role that was set instead.
func personOf(m *discordgo.Member, guild project.Guild) policy.Person {
	p := policy.Person{UserID: m.User.ID, Roles: m.Roles, JoinedAt: m.JoinedAt}
	switch {
	case m.Permissions&discordgo.PermissionAdministrator != 0: // the owner has every permission
		p.GuildAdmin = true
	case guild.AdminRole != "":
		p.GuildAdmin = p.Has(guild.AdminRole)
	default:
		p.GuildAdmin = m.Permissions&discordgo.PermissionManageGuild != 0
	}
	return p
}

// enter lets a call that began in a direct message go on in a server, as who the
// person is there now.
func (c *call) enter(ctx context.Context, guildID string) error {
	who, err := c.Orchestrator.Person(ctx, guildID, c.i.User.ID)
	if err != nil {
		return err
	}
	there := *c.i
	there.GuildID = guildID
	c.i, c.who = &there, who
	return nil
}
