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

// Grant is somebody's permission on a project until a time.
type Grant struct {
	ID        int64
	GuildID   string
	ProjectID int64
	UserID    string
	Level     Level
	GrantedBy string
	GrantedAt time.Time
	ExpiresAt *time.Time // nil: until revoked
	RevokedAt *time.Time
}

// ActiveAt reports whether g permits anything at t. A grant ends exactly at
// its expiry: the instant itself is no longer covered.
func (g Grant) ActiveAt(t time.Time) bool {
	switch {
	case t.Before(g.GrantedAt):
		return false
	case g.RevokedAt != nil && !t.Before(*g.RevokedAt):
		return false
	case g.ExpiresAt != nil && !t.Before(*g.ExpiresAt):
		return false
	}
	return true
}

// Effective returns the highest level that grants give a person on a project
// at t, and NoAccess without any.
func Effective(grants []Grant, projectID int64, userID string, t time.Time) Level {
	best := NoAccess
	for _, g := range grants {
		if g.ProjectID == projectID && g.UserID == userID && g.ActiveAt(t) && g.Level > best {
			best = g.Level
		}
	}
	return best
}
