package discordsim

import "strconv"

// Permissions is Discord's bit set of what somebody may do.
type Permissions uint64

// The permissions that matter here, with Discord's bits.
const (
	KickMembers           Permissions = 1 << 1
	Administrator         Permissions = 1 << 3
	ManageChannels        Permissions = 1 << 4
	ManageGuild           Permissions = 1 << 5
	AddReactions          Permissions = 1 << 6
	ViewChannel           Permissions = 1 << 10
	SendMessages          Permissions = 1 << 11
	ManageMessages        Permissions = 1 << 13
	EmbedLinks            Permissions = 1 << 14
	AttachFiles           Permissions = 1 << 15
	ReadMessageHistory    Permissions = 1 << 16
	MentionEveryone       Permissions = 1 << 17
	ManageRoles           Permissions = 1 << 28
	UseCommands           Permissions = 1 << 31
	ManageThreads         Permissions = 1 << 34
	CreatePublicThreads   Permissions = 1 << 35
	CreatePrivateThreads  Permissions = 1 << 36
	SendMessagesInThreads Permissions = 1 << 38
)

// AllPermissions is what a guild's owner and its administrators hold.
const AllPermissions Permissions = 1<<53 - 1

// DefaultPermissions is what @everyone holds in a new guild.
const DefaultPermissions = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles |
	ReadMessageHistory | UseCommands | CreatePublicThreads | SendMessagesInThreads

// dmPermissions is what everybody holds in a direct message.
const dmPermissions = DefaultPermissions | MentionEveryone

// Has reports whether p holds all of want.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// allOf is the union of permissions.
func allOf(list []Permissions) Permissions {
	var sum Permissions
	for _, p := range list {
		sum |= p
	}
	return sum
}

// String is how permissions travel: the number in decimal.
func (p Permissions) String() string { return strconv.FormatUint(uint64(p), 10) }

// overwrite changes permissions in one channel for one role or member.
type overwrite struct {
	kind        int // 0 role, 1 member
	allow, deny Permissions
}

// basePermissions are a member's permissions in the guild as a whole.
func (g *Guild) basePermissions(m *Member) Permissions {
	if m == nil {
		return 0
	}
	if g.owner != nil && g.owner.ID == m.ID {
		return AllPermissions
	}
	p := g.everyone.perms
	for _, r := range m.roles {
		p |= r.perms
	}
	if p.Has(Administrator) {
		return AllPermissions
	}
	return p
}

// permissions computes what a user may do in a channel, the way Discord
// documents it: base, @everyone's overwrite, the roles' together, the
// member's own; then what a missing permission implies. s.mu is held.
func (c *Channel) permissions(userID string) Permissions {
	if c.guild == nil {
		for _, u := range c.recipients {
			if u.ID == userID {
				return dmPermissions
			}
		}
		return 0
	}
	if c.parent != nil {
		return c.parent.permissions(userID)
	}
	member := c.guild.members[userID]
	p := c.guild.basePermissions(member)
	if member == nil || p == AllPermissions {
		return p
	}
	apply := func(o overwrite) { p = p&^o.deny | o.allow }
	apply(c.overwrites[c.guild.ID])
	var roles overwrite
	for _, r := range member.roles {
		o := c.overwrites[r.ID]
		roles.allow |= o.allow
		roles.deny |= o.deny
	}
	apply(roles)
	apply(c.overwrites[userID])
	if !p.Has(ViewChannel) {
		return 0
	}
	if !p.Has(SendMessages) {
		p &^= MentionEveryone | AttachFiles | EmbedLinks
	}
	return p
}

// sees reports whether a user can see a channel.
func (c *Channel) sees(userID string) bool { return c.permissions(userID).Has(ViewChannel) }
