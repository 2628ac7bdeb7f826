package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discord"
)

// channel checks that a deployment can be shown in the channel that was named.
func (e *exam) channel(ctx context.Context, r *rest, me bot) {
	const subject = "channel"
	if e.Channel == "" {
		e.skipChannel("")
		return
	}
	var c discordgo.Channel
	err := r.get(ctx, "/channels/"+url.PathEscape(e.Channel), &c)
	switch status := statusOf(err); {
	case status == http.StatusForbidden:
		e.fail(subject, e.Channel+": the bot lacks View Channel", allow, err)
		return
	case status == http.StatusNotFound, status == http.StatusBadRequest:
		e.fail(subject, "there is no channel "+e.Channel, "It needs the channel's id. "+copyID, err)
		return
	case err != nil:
		e.fail(subject, "Discord does not show the channel", "Look again in a minute.", err)
		return
	}
	name := fmt.Sprintf("#%s (%s)", c.Name, c.ID)
	switch {
	case c.IsThread():
		e.fail(subject, name+" is a thread, and a deployment opens one of its own", "Name the channel that the thread is in: "+c.ParentID+".", nil)
		return
	case c.Type != discordgo.ChannelTypeGuildText && c.Type != discordgo.ChannelTypeGuildNews:
		e.fail(subject, name+" is not a text channel, and a deployment opens a thread in one", "Name a text channel of a server.", nil)
		return
	case !slices.Contains(e.Config.Guilds, c.GuildID):
		e.fail(subject, name+" is in the server "+c.GuildID+", which is not served", "Add that id to CLOUDENGINE_GUILDS, or name another channel.", nil)
		return
	}
	have, err := permissions(ctx, r, me, &c)
	if err != nil {
		e.fail(subject, name+": Discord does not show the bot's roles", "Look again in a minute.", err)
		return
	}
	if lacking := discord.MissingPermissions(have); len(lacking) > 0 {
		e.fail(subject, name+": the bot lacks "+strings.Join(lacking, ", "), allow, nil)
		return
	}
	e.ok(subject, "%s: the bot may do all that a deployment needs", name)
}

// skipChannel says how to have a channel checked where none was named.
func (e *exam) skipChannel(why string) {
	if e.Channel == "" {
		why = "add --channel and the id of one in which people will deploy. (" + copyID + ")"
	}
	e.skip("channel", why)
}

const copyID = "In Discord: settings, advanced, developer mode; then right-click the channel, Copy Channel ID."

const allow = "Allow it in the channel's settings, under Permissions, for the bot or one of its roles. What is denied there to @everyone counts too."

// permissions are what the bot holds in a channel, by its roles and the
// channel's overwrites.
func permissions(ctx context.Context, r *rest, me bot, c *discordgo.Channel) (int64, error) {
	var guild discordgo.Guild
	if err := r.get(ctx, "/guilds/"+c.GuildID, &guild); err != nil {
		return 0, err
	}
	var member discordgo.Member
	if err := r.get(ctx, "/guilds/"+c.GuildID+"/members/"+me.ID, &member); err != nil {
		return 0, err
	}
	member.GuildID = guild.ID
	member.User = &discordgo.User{ID: me.ID}
	guild.Members, guild.Channels = []*discordgo.Member{&member}, []*discordgo.Channel{c}
	state := discordgo.NewState() // knows Discord's rules
	if err := state.GuildAdd(&guild); err != nil {
		return 0, fmt.Errorf("compute the permissions: %w", err)
	}
	have, err := state.UserChannelPermissions(me.ID, c.ID)
	if err != nil {
		return 0, fmt.Errorf("compute the permissions: %w", err)
	}
	if have&discordgo.PermissionSendMessages == 0 {
		// Who may not write may not embed or attach either.
		have &^= discordgo.PermissionEmbedLinks | discordgo.PermissionAttachFiles
	}
	return have, nil
}
