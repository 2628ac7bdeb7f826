package discord

import (
	"context"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// helpCommand is /cloud-help.
func helpCommand() *command {
	return &command{
		definition: define("cloud-help"),
		access:     anybody,
		run: func(ctx context.Context, c *call, _ options) (picture, error) {
			h, err := c.situation(ctx)
			if err != nil {
				return picture{}, err
			}
			return h.picture(c.texts, c.commands, c.i.Locale), nil
		},
	}
}

// mayUse reports whether a command makes sense to somebody with these levels in
// the projects of the server. It guides, and decides nothing.
func mayUse(a access, p policy.Person, levels []project.Level) bool {
	if p.GuildAdmin {
		return true
	}
	best := project.NoAccess
	if len(levels) > 0 {
		best = slices.Max(levels)
	}
	if a == requester { // who asked for something could deploy
		return best >= project.Deploy
	}
	return best >= a.least()
}

// situation is where somebody stands, here and now.
type situation struct {
	who      policy.Person
	channel  string
	projects []store.Seen // the first of them, archived ones left out
	total    int
	open     *store.Listed // their newest deployment that has not ended
	waiting  bool          // for an answer to an access request
}

func (c *call) situation(ctx context.Context) (situation, error) {
	const enough = 100
	h := situation{who: c.person(), channel: c.i.ChannelID}
	seen, total, err := c.Store.ProjectsOf(ctx, c.i.GuildID, h.who, store.Page{Limit: enough})
	if err != nil {
		return h, err
	}
	h.projects, h.total = slices.DeleteFunc(seen, func(s store.Seen) bool { return s.ArchivedAt != nil }), total
	if h.waiting, err = c.Store.HasPendingRequest(ctx, c.i.GuildID, h.who.UserID); err != nil {
		return h, err
	}
	recent, _, err := c.Store.Sessions(ctx, store.SessionFilter{GuildID: c.i.GuildID, Requester: h.who.UserID}, store.Page{Limit: listPage})
	if i := slices.IndexFunc(recent, func(s store.Listed) bool { return !s.State.Ended() }); i >= 0 {
		h.open = &recent[i]
	}
	return h, err
}

func (h situation) levels() []project.Level {
	var levels []project.Level
	for _, s := range h.projects {
		levels = append(levels, s.Level)
	}
	return levels
}

// picture says what the person may do here, and what the next step is, in their
// language.
func (h situation) picture(t texts, commands []*command, locale discordgo.Locale) picture {
	lines := []string{h.standing(t, locale), "**→** " + h.next(t, locale)}
	for _, group := range []struct {
		title string
		of    func(access) bool
	}{
		{"help.everyday", func(a access) bool { return a != projectAdmin && a != guildAdmin }},
		{"help.admin", func(a access) bool { return a == projectAdmin || a == guildAdmin }},
	} {
		var rows []string
		for _, cmd := range commands {
			if name := cmd.definition.Name; group.of(cmd.access) && mayUse(cmd.access, h.who, h.levels()) {
				rows = append(rows, "`/"+name+"` "+t.say(locale, name))
			}
		}
		if len(rows) > 0 {
			lines = append(append(lines, "", "**"+t.say(locale, group.title)+"**"), rows...)
		}
	}
	return picture{Embeds: []*discordgo.MessageEmbed{{
		Title: t.say(locale, "help.title"), Description: clip(strings.Join(lines, "\n"), maxDescription), Color: blue,
		Footer: &discordgo.MessageEmbedFooter{Text: t.say(locale, "help.footer")},
	}}}
}

// standing says who somebody is to the engine.
func (h situation) standing(t texts, locale discordgo.Locale) string {
	const most = 8
	if h.who.GuildAdmin {
		return t.say(locale, "help.standing.admin")
	}
	if len(h.projects) == 0 {
		return t.say(locale, "help.standing.stranger")
	}
	var names []string
	for _, s := range h.projects[:min(len(h.projects), most)] {
		names = append(names, "`"+s.Slug+"` ("+s.Level.String()+")")
	}
	if len(h.projects) > most {
		names = append(names, "…")
	}
	return t.say(locale, "help.standing.member", strings.Join(names, ", "))
}

// next is the next sensible step.
func (h situation) next(t texts, locale discordgo.Locale) string {
	if h.open != nil {
		key := "help.next.open"
		if h.open.State == session.PlanReady {
			key = "help.next.plan"
		}
		return t.say(locale, key, "**"+h.open.Project+" · "+h.open.Stack+"**", "<#"+h.open.ChannelID+">")
	}
	deployable, elsewhere := "", ""
	for _, s := range h.projects {
		switch {
		case s.Level < project.Deploy:
		case s.Rules.ChannelAllowed(h.channel):
			if deployable == "" {
				deployable = s.Slug
			}
		case elsewhere == "":
			elsewhere = t.say(locale, "help.next.elsewhere", "`"+s.Slug+"`", "<#"+s.Rules.Channels[0]+">")
		}
	}
	switch {
	case deployable != "":
		return t.say(locale, "help.next.deploy", "`/cloud-deploy project:"+deployable+"`")
	case elsewhere != "":
		return elsewhere
	case h.who.GuildAdmin:
		return t.say(locale, "help.next.create")
	case h.waiting:
		return t.say(locale, "help.next.waiting")
	case len(h.projects) > 0:
		return t.say(locale, "help.next.more", "`/cloud-request project:"+h.projects[0].Slug+" level:deploy`")
	}
	return t.say(locale, "help.next.request")
}
