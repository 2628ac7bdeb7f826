package discordsim

import "slices"

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

// NewRole adds a role with permissions.
func (g *Guild) NewRole(name string, perms ...Permissions) *Role {
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	return g.newRole(name, allOf(perms))
}

// newRole adds a role. s.mu is held.
func (g *Guild) newRole(name string, perms Permissions) *Role {
	r := &Role{ID: g.sim.newID(), Name: name, guild: g, perms: perms}
	g.roles = append(g.roles, r)
	g.broadcast("GUILD_ROLE_CREATE", intentGuilds, object{"guild_id": g.ID, "role": r.wire()})
	g.tellWorld()
	return r
}

// SetPermissions changes what a role may do.
func (r *Role) SetPermissions(perms Permissions) {
	r.guild.sim.mu.Lock()
	defer r.guild.sim.mu.Unlock()
	r.perms = perms
	r.guild.broadcast("GUILD_ROLE_UPDATE", intentGuilds, object{"guild_id": r.guild.ID, "role": r.wire()})
	r.guild.tellWorld()
	r.guild.sim.notify()
}

// Delete removes a role from its guild and from everybody who has it.
func (r *Role) Delete() {
	g := r.guild
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	isIt := func(x *Role) bool { return x == r }
	g.roles = slices.DeleteFunc(g.roles, isIt)
	for _, m := range g.members {
		m.roles = slices.DeleteFunc(slices.Clone(m.roles), isIt)
	}
	for _, c := range g.channels {
		delete(c.overwrites, r.ID)
	}
	g.broadcast("GUILD_ROLE_DELETE", intentGuilds, object{"guild_id": g.ID, "role_id": r.ID})
	g.tellWorld()
	g.sim.notify()
}

// Assign gives a member a role.
func (g *Guild) Assign(m *Member, r *Role) {
	g.changeRoles(m, func(roles []*Role) []*Role {
		if slices.Contains(roles, r) {
			return roles
		}
		return append(slices.Clone(roles), r)
	})
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
	member.updated()
	g.sim.notify()
}

// role finds a role by id, nil if there is none. s.mu is held.
func (g *Guild) role(id string) *Role {
	for _, r := range g.roles {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (r *Role) position() int { return max(0, slices.Index(r.guild.roles, r)) }

func (r *Role) wire() object {
	o := object{
		"id": r.ID, "name": r.Name, "permissions": r.perms.String(), "color": 0, "hoist": false,
		"managed": r.bot != nil, "mentionable": true, "position": r.position(), "flags": 0,
		"icon": nil, "unicode_emoji": nil,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
	}
	if r.bot != nil {
		o["tags"] = object{"bot_id": r.bot.ID}
	}
	return o
}
