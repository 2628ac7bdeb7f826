package project

import (
	"slices"
	"time"
)

// Person is somebody of a guild, as Discord described them last: with an
// interaction, or when it was asked.
type Person struct {
	UserID string `json:"user_id"`
	// GuildAdmin: owner of the guild, Administrator, or what else makes an admin of
	// the engine there: Manage Server, or the admin role that was set instead.
	GuildAdmin bool     `json:"guild_admin,omitempty"`
	Roles      []string `json:"roles,omitempty"`
	// JoinedAt is when they joined the guild. Who leaves and comes back has another
	// time, and with it none of the grants from before.
	JoinedAt time.Time `json:"joined_at,omitzero"`
	// Gone: they are not in the guild, and may do nothing.
	Gone bool `json:"gone,omitempty"`
}

// Has reports whether the person has a role.
func (p Person) Has(role string) bool { return role != "" && slices.Contains(p.Roles, role) }
