package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/discord"
)

// bound is a channel that a project is bound to, with those who may see the project.
type bound struct {
	GuildID   string
	Slug      string
	Channel   string
	AdminRole string
	Members   []string
	Roles     []string
}

// readers looks for channels that more people can read than may see the project
// which is bound to them.
func (e *exam) readers(ctx context.Context, conn *pgx.Conn) {
	const subject = "readers"
	switch {
	case !e.current:
		e.skip(subject, "the schema is not this program's")
		return
	case e.bot.ID == "":
		e.skip(subject, "the bot cannot log in")
		return
	}
	list, err := boundChannels(ctx, conn)
	if err != nil {
		e.fail(subject, "the projects' channels cannot be read", ownTables(err), err)
		return
	}
	well, looked := true, 0
	for _, guild := range e.Config.Guilds {
		here := slices.DeleteFunc(slices.Clone(list), func(b bound) bool { return b.GuildID != guild })
		if len(here) > 0 {
			well = e.readersIn(ctx, guild, here) && well
		}
		looked += len(here)
	}
	switch {
	case looked == 0:
		e.ok(subject, "no project is bound to a channel")
	case well:
		e.ok(subject, "the channels that projects are bound to are read by nobody else, as far as roles tell")
	}
}

func boundChannels(ctx context.Context, conn *pgx.Conn) ([]bound, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	const inForce = "from grants where project_id = p.id and revoked_at is null and (expires_at is null or expires_at > now())"
	rows, err := conn.Query(ctx, `
		select p.guild_id, p.slug, c.id as channel, coalesce(g.admin_role, '') as admin_role,
		       array(select user_id `+inForce+` and user_id <> '') as members, array(select role_id `+inForce+` and role_id <> '') as roles
		from projects p cross join lateral jsonb_array_elements_text(p.rules->'channels') c(id) left join guilds g on g.id = p.guild_id
		where p.archived_at is null order by p.guild_id, p.slug, c.id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[bound])
}

// readersIn checks the channels of one server, and reports whether nothing is to be
// said of them.
func (e *exam) readersIn(ctx context.Context, guildID string, list []bound) bool {
	const subject = "readers"
	var roles []*discordgo.Role
	var channels []*discordgo.Channel
	err := e.rest.get(ctx, "/guilds/"+guildID+"/roles", &roles)
	if err == nil {
		err = e.rest.get(ctx, "/guilds/"+guildID+"/channels", &channels)
	}
	if err != nil {
		e.fail(subject, "Discord does not show who can read the channels of "+guildID, "Look again in a minute.", err)
		return false
	}
	well := true
	for _, b := range list {
		i := slices.IndexFunc(channels, func(c *discordgo.Channel) bool { return c.ID == b.Channel })
		if i < 0 {
			e.warn(subject, fmt.Sprintf("project %s is bound to the channel %s, which is gone or hidden from the bot", b.Slug, b.Channel), "Let the bot in, or bind the project to another channel with /cloud-project.")
			well = false
			continue
		}
		c := channels[i]
		beyond := discord.Circle{Members: b.Members, Roles: b.Roles, AdminRole: b.AdminRole, Bot: e.bot.ID}.Beyond(c, roles)
		if !beyond.None() {
			e.warn(subject, fmt.Sprintf("#%s (%s) can be read by %s, and shows the deployments of project %s, which they may not see", c.Name, c.ID, outsiders(beyond), b.Slug),
				"Narrow the channel in its settings, under Permissions, or bind the project to another with /cloud-project.")
			well = false
		}
	}
	return well
}

// outsiders names a few of those who can read a channel.
func outsiders(o discord.Outsiders) string {
	const most = 5
	if o.Everybody {
		return "everybody in the server"
	}
	var names []string
	for _, r := range o.Roles {
		names = append(names, "those with the role "+r.Name)
	}
	for _, id := range o.Members {
		names = append(names, "member "+id)
	}
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
