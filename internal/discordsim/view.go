package discordsim

import (
	"maps"
	"slices"
)

// Applications lists the applications, oldest first.
func (s *Sim) Applications() []*Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sortedApps()
}

// sortedApps is Applications with s.mu held.
func (s *Sim) sortedApps() []*Application {
	return slices.SortedFunc(maps.Values(s.apps), func(a, b *Application) int { return compareIDs(a.ID, b.ID) })
}

// Guilds lists the guilds, oldest first.
func (s *Sim) Guilds() []*Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sortedGuilds()
}

// sortedGuilds is Guilds with s.mu held.
func (s *Sim) sortedGuilds() []*Guild {
	return slices.SortedFunc(maps.Values(s.guilds), func(a, b *Guild) int { return compareIDs(a.ID, b.ID) })
}

// Guild finds a guild by id, nil if there is none.
func (s *Sim) Guild(id string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guilds[id]
}

// Channel finds a channel, a thread or a direct message by id, nil if there
// is none.
func (s *Sim) Channel(id string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels[id]
}

// Member finds a user as the member of the oldest guild that they are in,
// nil if they are in none.
func (s *Sim) Member(id string) *Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.sortedGuilds() {
		if m := g.members[id]; m != nil {
			return m
		}
	}
	return nil
}

// Members lists the guild's members, people and bots, by id.
func (g *Guild) Members() []*Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return g.sortedMembers()
}

// Member finds a member by the id of the user, nil if there is none.
func (g *Guild) Member(id string) *Member {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return g.members[id]
}

// Roles lists the guild's roles, @everyone first.
func (g *Guild) Roles() []*Role {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return slices.Clone(g.roles)
}

// Channels lists the guild's text channels, oldest first. Their threads are
// in Channel.Threads.
func (g *Guild) Channels() []*Channel {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.channels), (*Channel).isThread)
}

// Guild is where the member is one.
func (m *Member) Guild() *Guild { return m.guild }

// Guild is the guild of the role.
func (r *Role) Guild() *Guild { return r.guild }

// Permissions is what the role gives.
func (r *Role) Permissions() Permissions {
	r.guild.sim.mu.Lock()
	defer r.guild.sim.mu.Unlock()
	return r.perms
}

// Managed reports whether the role is a bot's own, which no person is given.
func (r *Role) Managed() bool { return r.bot != nil }
