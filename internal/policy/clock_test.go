package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// history is what happened in a guild, twice: as grants the way they are stored,
// and as somebody would remember it who simply watched.
type history struct {
	t      *rapid.T
	now    time.Time
	grants []project.Grant
	joined map[string]time.Time    // who is in the guild, and since when
	roles  map[string][]string     // by user
	holds  map[string][]remembered // what a user ("u0") or a role ("r0") has
}

// remembered is what somebody was given, and until when; a zero time is for ever.
type remembered struct {
	level project.Level
	until time.Time
}

var (
	users = []string{"u0", "u1", "u2"}
	roles = []string{"r0", "r1"}
)

// levelOf is what a watcher says that somebody may do now.
func (h *history) levelOf(user string) project.Level {
	best := project.NoAccess
	if _, there := h.joined[user]; !there {
		return best
	}
	for _, whose := range append([]string{user}, h.roles[user]...) {
		for _, r := range h.holds[whose] {
			if (r.until.IsZero() || h.now.Before(r.until)) && r.level > best {
				best = r.level
			}
		}
	}
	return best
}

// person is somebody as Discord describes them now.
func (h *history) person(user string) policy.Person {
	joined, there := h.joined[user]
	return policy.Person{UserID: user, JoinedAt: joined, Roles: h.roles[user], Gone: !there}
}

func (h *history) give() {
	level := rapid.SampledFrom(project.Levels()).Draw(h.t, "level")
	g := project.Grant{ProjectID: 1, Level: level, GrantedAt: h.now}
	until := time.Time{}
	if rapid.Bool().Draw(h.t, "ends") {
		until = h.now.Add(time.Duration(rapid.Int64Range(1, 100).Draw(h.t, "life")))
		g.ExpiresAt = &until
	}
	whose := rapid.SampledFrom(append(slices.Clone(users), roles...)).Draw(h.t, "to")
	if whose[0] == 'r' {
		g.RoleID = whose
	} else {
		joined, there := h.joined[whose]
		if !there {
			return
		}
		g.UserID, g.MemberSince = whose, &joined
	}
	h.grants = append(h.grants, g)
	h.holds[whose] = append(h.holds[whose], remembered{level, until})
}

func (h *history) revoke() {
	whose := rapid.SampledFrom(append(slices.Clone(users), roles...)).Draw(h.t, "whose")
	now := h.now
	for i, g := range h.grants {
		if g.UserID+g.RoleID == whose && g.RevokedAt == nil {
			h.grants[i].RevokedAt = &now
		}
	}
	delete(h.holds, whose)
}

// leaveOrJoin moves somebody out of the guild, or in. Nobody tells the engine.
func (h *history) leaveOrJoin() {
	user := rapid.SampledFrom(users).Draw(h.t, "user")
	if _, there := h.joined[user]; there {
		delete(h.joined, user)
		delete(h.roles, user)
		delete(h.holds, user)
		return
	}
	h.joined[user] = h.now
}

func (h *history) changeRoles() {
	user := rapid.SampledFrom(users).Draw(h.t, "user")
	if _, there := h.joined[user]; there {
		h.roles[user] = rapid.SliceOfDistinct(rapid.SampledFrom(roles), rapid.ID[string]).Draw(h.t, "roles")
	}
}

// check compares what the policy decides with what was watched.
func (h *history) check() {
	stored := slices.DeleteFunc(slices.Clone(h.grants), func(g project.Grant) bool { return g.RevokedAt != nil }) // as the store reads them
	for _, grants := range [][]project.Grant{stored, h.grants} {
		s := policy.Scope{Project: project.Project{ID: 1, Slug: "dev"}, Grants: grants, Now: h.now}
		for _, user := range users {
			p, want := h.person(user), h.levelOf(user)
			if got := s.LevelOf(p); got != want {
				h.t.Fatalf("%s at %d: %s, want %s\ngrants %+v\nperson %+v", user, h.now.UnixNano(), got, want, grants, p)
			}
			for _, level := range project.Levels() {
				if allowed := s.Require(p, level) == nil; allowed != (want >= level) {
					h.t.Fatalf("%s at %d: %s is allowed: %v, with %s", user, h.now.UnixNano(), level, allowed, want)
				}
			}
		}
	}
}

// instants are the next moments of interest: ends, and the instants around them.
func (h *history) instants() []time.Time {
	next := []time.Time{h.now.Add(time.Duration(rapid.Int64Range(1, 60).Draw(h.t, "pause")))}
	for _, g := range h.grants {
		if g.ExpiresAt != nil && g.ExpiresAt.After(h.now.Add(1)) {
			next = append(next, g.ExpiresAt.Add(-1), *g.ExpiresAt)
		}
	}
	return next
}

// Whatever is granted to people and roles, ends, is revoked, whoever leaves and
// comes back: at every instant somebody may do what a watcher says they may.
func TestGrantsAgainstAClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &history{t: t, now: time.Unix(0, 1000).UTC(), joined: map[string]time.Time{}, roles: map[string][]string{}, holds: map[string][]remembered{}}
		for _, u := range users {
			h.joined[u] = h.now
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				h.give()
			case 2:
				h.revoke()
			case 3:
				h.leaveOrJoin()
			case 4:
				h.changeRoles()
			}
			h.check()
			h.now = rapid.SampledFrom(h.instants()).Draw(t, "now")
			h.check()
		}
	})
}

// A grant by somebody never outlasts what they have, nor what the project allows.
func TestGrantEndNeverOutlasts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		life := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(0, 5).Draw(t, name)) * time.Hour
		}
		s := scope(0, nil)
		s.Project.Rules.GrantDefault, s.Project.Rules.GrantMax = life("default"), life("max")
		var last *time.Time
		for i := range rapid.IntRange(1, 3).Draw(t, "own") {
			g := project.Grant{ID: int64(i), ProjectID: 1, UserID: "ada", Level: project.Admin, GrantedAt: now.Add(-time.Hour)}
			if d := life(fmt.Sprint("own", i)); d > 0 {
				end := now.Add(d)
				g.ExpiresAt = &end
			}
			if s.Grants = append(s.Grants, g); i == 0 || project.Sooner(last, g.ExpiresAt) {
				last = g.ExpiresAt
			}
		}
		asked := life("asked")
		end, limit := s.GrantEnd(policy.Person{UserID: "ada"}, asked)
		if project.Sooner(last, end) {
			t.Fatalf("ends at %v, the giver's own at %v", end, last)
		}
		if most := s.Project.Rules.GrantMax; most > 0 && (end == nil || end.Sub(now) > most) {
			t.Fatalf("ends at %v, the longest is %s", end, most)
		}
		if asked > 0 && (end == nil || end.Sub(now) > asked) {
			t.Fatalf("ends at %v, asked for %s", end, asked)
		}
		if (limit == policy.AsAsked) != (asked == 0 && end == nil || asked > 0 && end != nil && end.Sub(now) == asked) {
			t.Fatalf("limit %d, ends at %v, asked for %s", limit, end, asked)
		}
	})
}
