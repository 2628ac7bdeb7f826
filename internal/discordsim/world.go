package discordsim

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// User is an account, of a person or of a bot, as Discord writes it.
type User struct {
	ID            string  `json:"id"`
	Username      string  `json:"username"`
	Discriminator string  `json:"discriminator"`
	GlobalName    *string `json:"global_name"`
	Avatar        *string `json:"avatar"`
	Bot           bool    `json:"bot,omitempty"`
	PublicFlags   int     `json:"public_flags"`
}

// Mention is the text that mentions the user.
func (u User) Mention() string { return "<@" + u.ID + ">" }

// Application is a bot's registration: what its developer holds.
type Application struct {
	ID        string
	Name      string
	Token     string // for REST and gateway, without "Bot "
	PublicKey string // hexadecimal Ed25519 key of HTTP interactions
	Ed25519   ed25519.PrivateKey
	User      User // the bot's account; its ID is the application's

	sim      *Sim
	global   []*command
	sessions []*gatewaySession
	endpoint string // where interactions are posted; empty means gateway
}

// NewApplication registers a bot. It is in no guild yet.
func (s *Sim) NewApplication(name string) *Application {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(fmt.Errorf("generate key: %w", err)) // crypto/rand never fails
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID()
	app := &Application{
		ID: id, Name: name, Token: botToken(id), sim: s,
		PublicKey: hex.EncodeToString(public), Ed25519: private,
		User: User{ID: id, Username: name, Discriminator: "0001", Bot: true},
	}
	s.apps[id] = app
	s.users[id] = &app.User
	return app
}

// botToken makes a token the way Discord's look: some clients read the
// application's id from the first part.
func botToken(id string) string {
	return base64.RawStdEncoding.EncodeToString([]byte(id)) + "." + randomToken(3) + "." + randomToken(19)
}

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
	created  time.Time
}

// Role gives its members permissions in its guild.
type Role struct {
	ID    string
	Name  string
	guild *Guild
	perms Permissions
	bot   *Application // the application a managed role belongs to
}

// Mention is the text that mentions the role.
func (r *Role) Mention() string { return "<@&" + r.ID + ">" }

// Member is a person (or a bot) in a guild: everything that a person does,
// a Member does.
type Member struct {
	User
	sim    *Sim
	guild  *Guild
	roles  []*Role
	joined time.Time
}

// NewGuild creates a server with an owner called "owner" and no channel.
func (s *Sim) NewGuild(name string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{
		ID: s.newID(), Name: name, sim: s, members: map[string]*Member{}, apps: map[string]*Application{},
		commands: map[string][]*command{}, created: time.Now(),
	}
	g.everyone = &Role{ID: g.ID, Name: "@everyone", guild: g, perms: DefaultPermissions}
	g.roles = []*Role{g.everyone}
	g.owner = g.join(s.newPerson("owner"))
	s.guilds[g.ID] = g
	return g
}

// newPerson creates an account. s.mu is held.
func (s *Sim) newPerson(name string) User {
	u := User{ID: s.newID(), Username: name, Discriminator: "0", GlobalName: &name}
	s.users[u.ID] = &u
	return u
}

// join makes a user a member and tells the bots. s.mu is held.
func (g *Guild) join(u User) *Member {
	m := &Member{User: u, sim: g.sim, guild: g, joined: time.Now()}
	g.members[u.ID] = m
	g.broadcast("GUILD_MEMBER_ADD", intentMembers, withGuild(m.wire(), g.ID))
	return m
}

// Owner is the person who holds every permission in the guild.
func (g *Guild) Owner() *Member { return g.owner }

// Everyone is the role that every member has.
func (g *Guild) Everyone() *Role { return g.everyone }

// NewMember lets a new person join, with a role of their own for perms if
// any are given.
func (g *Guild) NewMember(name string, perms ...Permissions) *Member {
	var sum Permissions
	for _, p := range perms {
		sum |= p
	}
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	m := g.join(g.sim.newPerson(name))
	if sum != 0 {
		m.roles = append(m.roles, g.newRole(name+"'s role", sum))
	}
	return m
}

// Invite lets a person who is in another guild join this one too.
func (g *Guild) Invite(m *Member) *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	if known := g.members[m.ID]; known != nil {
		return known
	}
	return g.join(m.User)
}

// Kick removes a member.
func (g *Guild) Kick(m *Member) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	delete(g.members, m.ID)
	g.broadcast("GUILD_MEMBER_REMOVE", intentMembers, map[string]any{"guild_id": g.ID, "user": m.User})
	g.sim.notify()
}

// newRole adds a role. s.mu is held.
func (g *Guild) newRole(name string, perms Permissions) *Role {
	r := &Role{ID: g.sim.newID(), Name: name, guild: g, perms: perms}
	g.roles = append(g.roles, r)
	g.broadcast("GUILD_ROLE_CREATE", intentGuilds, map[string]any{"guild_id": g.ID, "role": r.wire()})
	return r
}

// NewRole adds a role with permissions.
func (g *Guild) NewRole(name string, perms ...Permissions) *Role {
	var sum Permissions
	for _, p := range perms {
		sum |= p
	}
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return g.newRole(name, sum)
}

// SetPermissions changes what a role may do.
func (r *Role) SetPermissions(perms Permissions) {
	r.guild.sim.mu.Lock()
	defer r.guild.sim.mu.Unlock()
	r.perms = perms
	r.guild.broadcast("GUILD_ROLE_UPDATE", intentGuilds, map[string]any{"guild_id": r.guild.ID, "role": r.wire()})
}

// Assign gives a member a role.
func (g *Guild) Assign(m *Member, r *Role) {
	g.changeRoles(m, func(roles []*Role) []*Role { return append(slices.Clone(roles), r) })
}

// Unassign takes a role from a member.
func (g *Guild) Unassign(m *Member, r *Role) {
	g.changeRoles(m, func(roles []*Role) []*Role {
		return slices.DeleteFunc(slices.Clone(roles), func(x *Role) bool { return x == r })
	})
}

func (g *Guild) changeRoles(m *Member, change func([]*Role) []*Role) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	member := g.members[m.ID]
	if member == nil {
		return
	}
	member.roles = change(member.roles)
	g.broadcast("GUILD_MEMBER_UPDATE", intentMembers, withGuild(member.wire(), g.ID))
}

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
	return m
}

// RemoveApplication kicks a bot; its commands go with it.
func (g *Guild) RemoveApplication(app *Application) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	delete(g.members, app.ID)
	delete(g.apps, app.ID)
	delete(g.commands, app.ID)
	app.dispatch("GUILD_DELETE", intentGuilds, g.ID, map[string]any{"id": g.ID})
	g.sim.notify()
}

// sortedMembers lists the members by id. s.mu is held.
func (g *Guild) sortedMembers() []*Member {
	return slices.SortedFunc(maps.Values(g.members), func(a, b *Member) int {
		return compareIDs(a.ID, b.ID)
	})
}

// compareIDs orders snowflakes by age.
func compareIDs(a, b string) int {
	switch x, y := snowflake(a), snowflake(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
