package policy

import (
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Grantee is to whom something is granted: a member or a role.
type Grantee struct {
	Person project.Person // of a member
	RoleID string         // of a role
}

// is reports whether the person gains by what the grantee gets.
func (g Grantee) is(p Person) bool {
	if g.RoleID != "" {
		return p.Has(g.RoleID)
	}
	return g.Person.UserID == p.UserID
}

// MayGrant refuses a grant beyond the giver's own level, to the giver, and in
// place of another admin's: admins are made and unmade by who manages the guild.
func (s Scope) MayGrant(giver Person, to Grantee, level project.Level) error {
	if err := s.Require(giver, project.Admin); err != nil {
		return err
	}
	if to.is(giver) && !giver.GuildAdmin {
		return usererr.New(usererr.Denied, "Nobody grants to themselves, nor to a role that they have. Nothing was changed. Another admin of `%s` can do it.", s.Project.Slug)
	}
	if have := s.LevelOf(giver); level > have {
		return usererr.New(usererr.Denied, "You have `%s` in `%s` and cannot grant `%s`. Nothing was changed.", have, s.Project.Slug, level)
	}
	return s.mayUnmake(giver, to)
}

// MayRevoke refuses whoever is no admin, and an admin who takes from another.
func (s Scope) MayRevoke(admin Person, from Grantee) error {
	if err := s.Require(admin, project.Admin); err != nil {
		return err
	}
	if from.RoleID == "" && from.Person.UserID == admin.UserID {
		return nil // everybody may give up what they have
	}
	return s.mayUnmake(admin, from)
}

// mayUnmake refuses an admin who would replace or revoke an admin's grant.
func (s Scope) mayUnmake(admin Person, whose Grantee) error {
	held := s.GrantOf(whose)
	if admin.GuildAdmin || held == nil || held.Level < project.Admin || !held.ActiveAt(s.Now) {
		return nil
	}
	name := "<@" + whose.Person.UserID + ">"
	if whose.RoleID != "" {
		name = "<@&" + whose.RoleID + ">"
	}
	return usererr.New(usererr.Denied, "%s has `admin` in `%s`, which another admin of the project can neither replace nor revoke. Nothing was changed. An admin of this server can do it.", name, s.Project.Slug)
}

// GrantOf is the grant on the project to exactly that member or role which is not
// revoked; nil without one. It may be over.
func (s Scope) GrantOf(whose Grantee) *project.Grant {
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.RoleID == whose.RoleID && (whose.RoleID != "" || g.UserID == whose.Person.UserID) {
			return &g
		}
	}
	return nil
}

// MayDecide refuses those who may not answer a request for a level: its author,
// and whoever could not grant it.
func (s Scope) MayDecide(p Person, r project.AccessRequest, grant bool) error {
	if p.UserID == r.UserID {
		return usererr.New(usererr.Denied, "Nobody decides on their own request. Nothing was changed. Another admin of `%s` can do it.", s.Project.Slug)
	}
	if !grant {
		return s.Require(p, project.Admin)
	}
	return s.MayGrant(p, Grantee{Person: project.Person{UserID: r.UserID}}, r.Level)
}

// GrantEnd is when a grant by the giver ends that was asked for some time (0: as
// the project has it): not after the project's longest, and not after the giver's
// own, or access would outlive its source. Nil: until it is revoked.
func (s Scope) GrantEnd(giver Person, asked time.Duration) *time.Time {
	rules := s.Project.Rules
	life := asked
	if life == 0 {
		life = rules.GrantDefault
	}
	if rules.GrantMax > 0 && (life == 0 || life > rules.GrantMax) {
		life = rules.GrantMax
	}
	var end *time.Time
	if life > 0 {
		t := s.Now.Add(life)
		end = &t
	}
	if own := s.ownEnd(giver); own != nil && (end == nil || own.Before(*end)) {
		return own
	}
	return end
}

// ownEnd is when the giver's own right to grant ends; nil when it does not.
func (s Scope) ownEnd(giver Person) *time.Time {
	if giver.GuildAdmin {
		return nil
	}
	last := s.Now
	for _, g := range s.Grants {
		if g.ProjectID != s.Project.ID || !g.IsFor(giver) || g.Level < project.Admin || !g.ActiveAt(s.Now) {
			continue
		}
		if g.ExpiresAt == nil {
			return nil
		}
		if g.ExpiresAt.After(last) {
			last = *g.ExpiresAt
		}
	}
	return &last
}
