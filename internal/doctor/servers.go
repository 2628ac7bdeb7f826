package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/discord"
)

// server is a Discord server as the list of the bot's own shows it.
type server struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions int64  `json:"permissions,string"` // of the bot's roles, before channels change them
}

func (s server) String() string { return fmt.Sprintf("%s (%s)", s.Name, s.ID) }

// servers compares the servers that are to be served with those the bot is in.
func (e *exam) servers(ctx context.Context, r *rest, me bot) {
	const subject = "server"
	list, err := memberships(ctx, r)
	if err != nil {
		e.fail(subject, "Discord does not say in which servers the bot is", "Look again in a minute.", err)
		return
	}
	for _, id := range e.Config.Guilds {
		i := slices.IndexFunc(list, func(s server) bool { return s.ID == id })
		if i < 0 {
			e.fail(subject, "the bot is not in "+id, fmt.Sprintf("Open %s as somebody who manages that server; or correct CLOUDENGINE_GUILDS.", invite(me, id)), nil)
			continue
		}
		e.server(ctx, r, me, list[i])
		list = slices.Delete(list, i, i+1)
	}
	if len(e.Config.Guilds) == 0 {
		e.skip(subject, "CLOUDENGINE_GUILDS is not set, or wrong. The bot is in "+names(list))
		return
	}
	if len(list) > 0 {
		e.warn(subject, "the bot is also in "+names(list)+", and ignores everybody there",
			"Add the id to CLOUDENGINE_GUILDS, or remove the bot there. To be the only one who can invite it, switch Public Bot off in the developer portal.")
	}
}

// server checks one that the bot is in.
func (e *exam) server(ctx context.Context, r *rest, me bot, s server) {
	const subject = "server"
	var commands []struct{}
	err := r.get(ctx, "/applications/"+me.AppID+"/guilds/"+s.ID+"/commands", &commands)
	switch {
	case statusOf(err) == http.StatusForbidden:
		e.fail(subject, s.String()+": the bot may not register commands",
			fmt.Sprintf("It was invited without the scope applications.commands. Open %s: nothing else changes.", invite(me, s.ID)), err)
		return
	case err != nil:
		e.fail(subject, s.String()+": Discord does not say which commands are registered", "Look again in a minute.", err)
		return
	}
	if lacking := discord.MissingPermissions(s.Permissions); len(lacking) > 0 {
		e.warn(subject, fmt.Sprintf("%s: the bot's roles lack %s, so it can deploy only in channels that allow it", s, strings.Join(lacking, ", ")),
			fmt.Sprintf("Allow it in the server's settings, under Roles; or open %s.", invite(me, s.ID)))
		return
	}
	registered := "at its first start"
	if n := len(commands); n > 0 {
		registered = fmt.Sprintf("(%d now)", n)
	}
	e.ok(subject, "%s: the bot is in it and may register its commands %s", s, registered)
}

// memberships lists the servers that the bot is in.
func memberships(ctx context.Context, r *rest) ([]server, error) {
	const page, most = 200, 100 // Discord's page; a bot is in as many pages at most
	var all []server
	after := ""
	for range most {
		var some []server
		if err := r.get(ctx, fmt.Sprintf("/users/@me/guilds?limit=%d%s", page, after), &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) != page {
			break
		}
		after = "&after=" + some[page-1].ID
	}
	return all, nil
}

// names lists the first few servers.
func names(list []server) string {
	const most = 5
	if len(list) == 0 {
		return "none"
	}
	var texts []string
	for _, s := range list[:min(most, len(list))] {
		texts = append(texts, s.String())
	}
	if more := len(list) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, ", ")
}

// invite is the link that adds the bot to a server with what it needs.
func invite(me bot, guildID string) string {
	return discord.InviteURL(me.AppID) + "&guild_id=" + guildID
}
