package project

import (
	"fmt"
	"time"
)

// Level is how much somebody may do in a project. Levels are ordered: who has
// one has all below.
type Level int

// The levels.
const (
	NoAccess Level = iota
	View
	Deploy
	Approve
	Admin
)

var levelNames = [...]string{"none", "view", "deploy", "approve", "admin"}

func (l Level) String() string {
	if l < NoAccess || l > Admin {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return levelNames[l]
}

// Levels returns those that can be granted, lowest first.
func Levels() []Level { return []Level{View, Deploy, Approve, Admin} }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for _, l := range Levels() {
		if l.String() == s {
			return l, nil
		}
	}
	return NoAccess, fmt.Errorf("level %q: expected view, deploy, approve or admin", s)
}

// MarshalText and UnmarshalText keep a level by its name in documents.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (l *Level) UnmarshalText(text []byte) error {
	if string(text) == NoAccess.String() {
		*l = NoAccess
		return nil
	}
	level, err := ParseLevel(string(text))
	*l = level
	return err
}

// Grant is a permission on a project until a time: a member's, or that of
// whoever has a role.
type Grant struct {
	ID        int64
	GuildID   string
	ProjectID int64
	UserID    string // empty: the grant is to a role
	RoleID    string // empty: the grant is to a member
	Level     Level
	Reason    string
	// MemberSince is when the member had joined the guild; nil where it is not known,
	// and for roles.
	MemberSince *time.Time
	GrantedBy   string
	GrantedAt   time.Time
	ExpiresAt   *time.Time // nil: until revoked
	RevokedAt   *time.Time
	RevokedBy   *string
	WarnedAt    *time.Time // when its end was announced
	EndedAt     *time.Time // when its end was noted: it stays ended where the clock is put back
	ChannelID   string     // where it was given; empty where that is not known
}

// GrantState is where a grant stands.
type GrantState string

// The states of a grant.
const (
	GrantActive  GrantState = "ACTIVE"
	GrantRevoked GrantState = "REVOKED"
	GrantExpired GrantState = "EXPIRED"
)

// StateAt is where g stands at t. A grant ends exactly at its expiry: the instant
// itself is no longer covered.
func (g Grant) StateAt(t time.Time) GrantState {
	expired := g.EndedAt != nil || g.ExpiresAt != nil && !t.Before(*g.ExpiresAt)
	revoked := g.RevokedAt != nil && !t.Before(*g.RevokedAt)
	switch {
	case expired && (!revoked || !g.RevokedAt.Before(*g.ExpiresAt)): // what takes its place later revokes it
		return GrantExpired
	case revoked:
		return GrantRevoked
	}
	return GrantActive
}

// Covers reports whether g gives all that h does, for as long.
func (g Grant) Covers(h Grant) bool { return g.Level >= h.Level && !Sooner(g.ExpiresAt, h.ExpiresAt) }

// Sooner reports whether one end comes before another. Nil never comes.
func Sooner(end, than *time.Time) bool { return end != nil && (than == nil || end.Before(*than)) }

// ActiveAt reports whether g permits anything at t.
func (g Grant) ActiveAt(t time.Time) bool {
	return !t.Before(g.GrantedAt) && g.StateAt(t) == GrantActive
}

// IsFor reports whether g is the person's: by a role that they have, or to the
// member that they are. Who left the guild since and came back is another member.
func (g Grant) IsFor(p Person) bool {
	if g.RoleID != "" {
		return p.Has(g.RoleID)
	}
	return g.UserID == p.UserID && (g.MemberSince == nil || g.MemberSince.Equal(p.JoinedAt))
}

// Effective returns the highest level that grants give a person on a project
// at t, and NoAccess without any.
func Effective(grants []Grant, projectID int64, p Person, t time.Time) Level {
	best := NoAccess
	for _, g := range grants {
		if g.ProjectID == projectID && g.IsFor(p) && g.ActiveAt(t) && g.Level > best {
			best = g.Level
		}
	}
	return best
}
