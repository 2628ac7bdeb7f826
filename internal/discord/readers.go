package discord

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Circle are those who may read what is posted about a project.
type Circle struct {
	Members   []string
	Roles     []string
	AdminRole string // of the server; empty: those with Manage Server
	Bot       string // the bot's own id
}

// CircleOf are those with access to a project now.
func CircleOf(scope policy.Scope, adminRole, bot string) Circle {
	return Circle{Members: scope.Members(project.View), Roles: scope.Roles(project.View), AdminRole: adminRole, Bot: bot}
}

// Outsiders can read a channel and are not in the circle. Bots are left out as far
// as they are known.
type Outsiders struct {
	Everybody bool // in the server
	Roles     []*discordgo.Role
	Members   []string // those to whom the channel itself is open
}

// None reports whether the channel is no wider than the circle.
func (o Outsiders) None() bool { return !o.Everybody && len(o.Roles) == 0 && len(o.Members) == 0 }

// mentions names them in a message.
func (o Outsiders) mentions() string {
	if o.Everybody {
		return "everybody in this server"
	}
	var names []string
	for _, r := range o.Roles {
		names = append(names, mentionRole(r.ID))
	}
	for _, id := range o.Members {
		names = append(names, mention(id))
	}
	text := strings.Join(names[:min(len(names), mostPeople)], ", ")
	if more := len(names) - mostPeople; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Beyond says who can read a channel of a server with these roles, and is not in the
// circle.
func (c Circle) Beyond(channel *discordgo.Channel, roles []*discordgo.Role) Outsiders {
	var out Outsiders
	i := slices.IndexFunc(roles, func(r *discordgo.Role) bool { return r.ID == channel.GuildID })
	if i < 0 || slices.Contains(c.Roles, channel.GuildID) {
		return out
	}
	everyone := roles[i]
	if canRead(channel, everyone, nil) {
		return Outsiders{Everybody: true}
	}
	for _, r := range roles {
		if r != everyone && !r.Managed && !c.hasRole(r) && canRead(channel, everyone, r) {
			out.Roles = append(out.Roles, r)
		}
	}
	for _, o := range channel.PermissionOverwrites {
		known := o.ID == c.Bot || slices.Contains(c.Members, o.ID)
		if o.Type == discordgo.PermissionOverwriteTypeMember && o.Allow&discordgo.PermissionViewChannel != 0 && !known {
			out.Members = append(out.Members, o.ID)
		}
	}
	return out
}

// hasRole reports whether those with a role may read by it: it has access, or makes
// an admin of the server.
func (c Circle) hasRole(r *discordgo.Role) bool {
	switch {
	case slices.Contains(c.Roles, r.ID), r.Permissions&discordgo.PermissionAdministrator != 0:
		return true
	case c.AdminRole != "":
		return r.ID == c.AdminRole
	}
	return r.Permissions&discordgo.PermissionManageGuild != 0
}

// canRead reports whether somebody sees a channel who has @everyone and perhaps one
// role more, by Discord's rules for overwrites.
func canRead(channel *discordgo.Channel, everyone, role *discordgo.Role) bool {
	have := everyone.Permissions
	if role != nil {
		have |= role.Permissions
	}
	for _, r := range []*discordgo.Role{everyone, role} {
		for _, o := range channel.PermissionOverwrites {
			if r != nil && o.ID == r.ID {
				have = have&^o.Deny | o.Allow
			}
		}
	}
	return have&discordgo.PermissionViewChannel != 0
}

// widthWarnings are a line for each channel of a project that more people can read
// than may see the project, or that the bot does not see.
func (c *call) widthWarnings(ctx context.Context, scope policy.Scope) []string {
	bound := scope.Project.Rules.Channels
	if len(bound) == 0 {
		return nil
	}
	lines, err := c.widths(ctx, scope, bound)
	if err != nil {
		c.Logger.WarnContext(ctx, "who can read a project's channels could not be looked up", slog.String("project", scope.Project.Slug), slog.Any("error", err))
		return []string{"⚠ Discord did not say who can read the project's channels. `/cloud-project` looks again."}
	}
	return lines
}

func (c *call) widths(ctx context.Context, scope policy.Scope, bound []string) ([]string, error) {
	guild, err := c.Store.Guild(ctx, c.i.GuildID)
	if err != nil {
		return nil, err
	}
	roles, err := c.rest().GuildRoles(c.i.GuildID, discordgo.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("read the server's roles: %w", withoutToken(err))
	}
	all, err := c.rest().GuildChannels(c.i.GuildID, discordgo.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("read the server's channels: %w", withoutToken(err))
	}
	circle := CircleOf(scope, guild.AdminRole, c.userID)
	var lines []string
	for _, id := range bound {
		i := slices.IndexFunc(all, func(ch *discordgo.Channel) bool { return ch.ID == id })
		if i < 0 {
			lines = append(lines, "⚠ The bot does not see <#"+id+">: no deployment can open there.")
			continue
		}
		if beyond := circle.Beyond(all[i], roles); !beyond.None() {
			lines = append(lines, fmt.Sprintf("⚠ <#%s> can be read by %s, without access to %s: whoever reads the channel reads its deployments. Narrow it in the channel's settings, under Permissions.",
				id, beyond.mentions(), code(scope.Project.Slug, 32)))
		}
	}
	return lines, nil
}
