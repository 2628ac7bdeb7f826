package discordsim

import (
	"maps"
	"slices"
	"time"
)

// Guild is a server and those in it.
type Guild struct {
	ID   string
	Name string

	sim      *Sim
	owner    *Member
	everyone *Role
	roles    []*Role
	members  map[string]*Member // by user id
	channels []*Channel         // text channels and threads, oldest first
	apps     map[string]*Application
	commands map[string][]*command // by application id
	offerAll map[string]bool       // application ids; see OfferAll
	locale   string                // empty means defaultLocale
	created  time.Time
}

// NewGuild creates a server with an owner called "owner" and no channel.
func (s *Sim) NewGuild(name string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{
		ID: s.newID(), Name: name, sim: s, members: map[string]*Member{}, apps: map[string]*Application{},
		commands: map[string][]*command{}, offerAll: map[string]bool{}, created: time.Now(),
	}
	g.everyone = &Role{ID: g.ID, Name: "@everyone", guild: g, perms: DefaultPermissions}
	g.roles = []*Role{g.everyone}
	g.owner = g.join(s.newPerson("owner"))
	s.guilds[g.ID] = g
	return g
}

// Owner is the person who holds every permission in the guild.
func (g *Guild) Owner() *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return g.owner
}

// SetOwner hands the guild over to another member.
func (g *Guild) SetOwner(m *Member) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	member := g.members[m.ID]
	if member == nil {
		panic("discordsim: only a member can own the guild")
	}
	g.owner = member
	g.changed()
}

// changed tells the bots that the guild is another. s.mu is held.
func (g *Guild) changed() {
	g.broadcast("GUILD_UPDATE", intentGuilds, g.wire())
	g.tellWorld()
	g.sim.notify()
}

// Everyone is the role that every member has.
func (g *Guild) Everyone() *Role { return g.everyone }

// AddApplication invites a bot with the permissions that its role holds (on
// top of @everyone's). The bot sees the guild at once.
func (g *Guild) AddApplication(app *Application, perms Permissions) *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	m := g.join(app.User)
	role := g.newRole(app.Name, perms)
	role.bot = app
	m.roles = append(m.roles, role)
	g.apps[app.ID] = app
	for _, session := range app.sessions {
		session.guildCreate(g)
	}
	g.sim.tellCommands(app, g)
	return m
}

// RemoveApplication kicks a bot; its commands go with it.
func (g *Guild) RemoveApplication(app *Application) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	g.removeApplication(app)
}

// removeApplication is RemoveApplication with s.mu held. The bot's own role goes
// too, as nobody else has it.
func (g *Guild) removeApplication(app *Application) {
	delete(g.members, app.ID)
	delete(g.apps, app.ID)
	delete(g.commands, app.ID)
	g.roles = slices.DeleteFunc(slices.Clone(g.roles), func(r *Role) bool { return r.bot == app })
	app.dispatch("GUILD_DELETE", intentGuilds, g.ID, object{"id": g.ID})
	g.tellWorld()
	g.sim.tellCommands(app, g)
	g.sim.notify()
}

// Delete ends the guild, with its channels and what was said there: bots and
// people are in it no more. Accounts stay.
func (g *Guild) Delete() {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	if g.sim.guilds[g.ID] != g {
		return
	}
	delete(g.sim.guilds, g.ID)
	for _, c := range g.channels {
		delete(g.sim.channels, c.ID)
	}
	g.broadcast("GUILD_DELETE", intentGuilds, object{"id": g.ID})
	g.tellWorld()
	clear(g.members)
	clear(g.apps)
	clear(g.commands)
	g.channels = nil
	g.sim.notify()
}

// OfferAll shows every member all commands of a bot, whatever permissions
// these ask for by default, as an admin can in the settings of a server.
func (g *Guild) OfferAll(app *Application, on bool) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	g.offerAll[app.ID] = on
	g.sim.tellCommands(app, g)
}

// sortedMembers lists the members by id. s.mu is held.
func (g *Guild) sortedMembers() []*Member {
	return slices.SortedFunc(maps.Values(g.members), func(a, b *Member) int {
		return compareIDs(a.ID, b.ID)
	})
}

// wire writes a guild as GET /guilds/{id} returns it.
func (g *Guild) wire() object {
	roles := []object{}
	for _, r := range g.roles {
		roles = append(roles, r.wire())
	}
	return object{
		"id": g.ID, "name": g.Name, "owner_id": g.owner.ID, "roles": roles, "emojis": []any{}, "stickers": []any{},
		"features": []any{}, "icon": nil, "splash": nil, "discovery_splash": nil, "banner": nil, "description": nil,
		"afk_channel_id": nil, "afk_timeout": 300, "application_id": nil, "default_message_notifications": 0,
		"explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "nsfw": false, "verification_level": 0,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
		"preferred_locale": localeOr(g.locale), "public_updates_channel_id": nil, "rules_channel_id": nil,
		"home_header": nil, "incidents_data": nil,
		"safety_alerts_channel_id": nil, "system_channel_flags": 0, "system_channel_id": nil,
		"vanity_url_code": nil, "region": "us-east", "widget_enabled": false, "widget_channel_id": nil,
		"max_members": 500000, "max_presences": nil, "max_video_channel_users": 25,
		"max_stage_video_channel_users": 50, "approximate_member_count": len(g.members),
	}
}

// wireCreate writes a guild as GUILD_CREATE carries it to a bot's session:
// without the intent for members, the bot is the only one it hears of.
func (g *Guild) wireCreate(app *Application, intents uint64) object {
	o := g.wire()
	members, channels, threads := []object{}, []object{}, []object{}
	for _, m := range g.sortedMembers() {
		if m.ID == app.ID || intents&intentMembers != 0 {
			members = append(members, m.wire())
		}
	}
	for _, c := range g.channels {
		switch {
		case !c.sees(app.ID):
		case c.isThread():
			if !c.archived {
				threads = append(threads, c.wire(""))
			}
		default:
			channels = append(channels, c.wire(""))
		}
	}
	o["members"], o["channels"], o["threads"] = members, channels, threads
	o["joined_at"], o["large"], o["unavailable"] = Timestamp{g.created}, false, false
	o["member_count"] = len(g.members)
	for _, k := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		o[k] = []any{}
	}
	return o
}
