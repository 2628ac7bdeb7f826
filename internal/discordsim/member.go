package discordsim

import (
	"slices"
	"time"
)

// Member is a person (or a bot) in a guild: everything that a person does,
// a Member does. Who has left keeps the value, and may come back with it.
type Member struct {
	User
	sim    *Sim
	guild  *Guild
	roles  []*Role
	joined time.Time
}

// NewMember lets a new person join, with a role of their own for perms if
// any are given.
func (g *Guild) NewMember(name string, perms ...Permissions) *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	m := g.join(g.sim.newPerson(name))
	if sum := allOf(perms); sum != 0 {
		m.roles = append(m.roles, g.newRole(name+"'s role", sum))
	}
	return m
}

// Invite lets a person who is in another guild, or who left this one, join.
func (g *Guild) Invite(m *Member) *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	switch known := g.members[m.ID]; {
	case known != nil:
		return known
	case m.guild == g:
		g.admit(m)
		return m
	}
	return g.join(m.User)
}

// join makes a user a member. s.mu is held.
func (g *Guild) join(u User) *Member {
	m := &Member{User: u, sim: g.sim, guild: g}
	g.admit(m)
	return m
}

// admit lets somebody who has no role in, with the time of now, and tells
// the bots. s.mu is held.
func (g *Guild) admit(m *Member) {
	now := time.Now().Truncate(time.Microsecond) // what the wire carries
	if !now.After(m.joined) {
		now = m.joined.Add(time.Microsecond)
	}
	m.joined = now
	g.members[m.ID] = m
	g.broadcast("GUILD_MEMBER_ADD", intentMembers, withGuild(m.wire(), g.ID))
	g.tellWorld()
	g.sim.notify()
}

// Leave lets a member go, by themselves; their roles are lost. The owner
// cannot leave: see SetOwner.
func (m *Member) Leave() { m.guild.Kick(m) }

// Rejoin lets a member who left come back: without roles, joined anew.
func (m *Member) Rejoin() { m.guild.Invite(m) }

// Kick removes a member; their roles are lost. A bot is removed as by
// RemoveApplication.
func (g *Guild) Kick(m *Member) {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	member := g.members[m.ID]
	if member == nil {
		return
	}
	if member == g.owner {
		panic("discordsim: the owner cannot leave the guild")
	}
	if app := g.apps[m.ID]; app != nil {
		g.removeApplication(app)
		return
	}
	member.roles = nil
	g.tellWorld()
	delete(g.members, m.ID)
	g.broadcast("GUILD_MEMBER_REMOVE", intentMembers, object{"guild_id": g.ID, "user": member.User})
	g.sim.notify()
}

// JoinedAt is when the member joined the guild, the last time.
func (m *Member) JoinedAt() time.Time {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	return m.joined
}

// Roles lists the member's roles without @everyone, in the order in which
// they were given.
func (m *Member) Roles() []*Role {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	return slices.Clone(m.roles)
}

// Permissions is what the member may do in a channel; nothing once they
// have left.
func (m *Member) Permissions(c *Channel) Permissions {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	return c.permissions(m.ID)
}

// updated tells everybody about a member who changed. A bot hears of itself
// without the intent too. s.mu is held.
func (m *Member) updated() {
	data := withGuild(m.wire(), m.guild.ID)
	for _, app := range m.guild.apps {
		intent := uint64(intentMembers)
		if app.ID == m.ID {
			intent = 0
		}
		app.dispatch("GUILD_MEMBER_UPDATE", intent, m.guild.ID, data)
	}
	m.guild.tellWorld()
}

func (m *Member) wire() object {
	o := m.wirePartial()
	o["user"], o["deaf"], o["mute"] = m.User, false, false
	return o
}

// wirePartial is a member as `resolved` carries it: without its user and
// its voice.
func (m *Member) wirePartial() object {
	roles := make([]string, 0, len(m.roles))
	for _, r := range m.roles {
		roles = append(roles, r.ID)
	}
	return object{
		"roles": roles, "joined_at": Timestamp{m.joined}, "pending": false, "nick": nil, "avatar": nil,
		"banner": nil, "premium_since": nil, "communication_disabled_until": nil, "flags": 0,
	}
}
