package policy

import (
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Grantee is to whom something is granted: a member or a role.
type Grantee struct {
	Person project.Person // of a member; without JoinedAt where that is not known
	RoleID string         // of a role
}

// Asker is who made a request, as the member that they were then.
func Asker(r project.AccessRequest) Grantee {
	asker := Grantee{Person: project.Person{UserID: r.UserID}}
	if r.MemberSince != nil {
		asker.Person.JoinedAt = *r.MemberSince
	}
	return asker
}

// is reports whether the person gains by what the grantee gets.
func (g Grantee) is(p Person) bool {
	if g.RoleID != "" {
		return p.Has(g.RoleID)
	}
	return g.Person.UserID == p.UserID
}

// has reports whether a grant that is to a role or to a member, as the grantee is,
// is to this one.
func (g Grantee) has(held project.Grant) bool {
	switch {
	case g.RoleID != "":
		return held.RoleID == g.RoleID
	case g.Person.JoinedAt.IsZero():
		return held.UserID == g.Person.UserID
	}
	return held.IsFor(g.Person)
}

// mention is the grantee as people read them.
func (g Grantee) mention() string {
	if g.RoleID != "" {
		return "<@&" + g.RoleID + ">"
	}
	return "<@" + g.Person.UserID + ">"
}

// MayGrant refuses a grant beyond the giver's own level, to the giver, and in
// place of another admin's: admins are made and unmade by who manages the guild.
func (s Scope) MayGrant(giver Person, to Grantee, level project.Level) error {
	if err := s.Require(giver, project.Admin); err != nil {
		return err
	}
	switch {
	case to.is(giver) && !giver.GuildAdmin:
		return usererr.New(usererr.Denied, "Nobody grants to themselves, nor to a role that they have. Nothing was changed. Another admin of `%s` can do it.", s.Project.Slug)
	case to.is(giver) && to.RoleID == "": // it would outlast what makes them an admin
		return usererr.New(usererr.Denied, "Nobody grants to themselves. Nothing was changed. As an admin of this server you can do everything in `%s`.", s.Project.Slug)
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
	if admin.GuildAdmin {
		return nil
	}
	for _, held := range s.GrantsTo(whose) {
		if held.Level >= project.Admin && held.ActiveAt(s.Now) {
			return usererr.New(usererr.Denied, "%s has `admin` in `%s`, which another admin of the project can neither replace nor revoke. Nothing was changed. An admin of this server can do it.", whose.mention(), s.Project.Slug)
		}
	}
	return nil
}

// GrantsTo are the grants on the project to exactly that member or role which are
// not revoked. They may be over. What somebody had before they left and came back
// is not theirs, where it is known when they joined.
func (s Scope) GrantsTo(whose Grantee) []project.Grant {
	var grants []project.Grant
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && whose.has(g) {
			grants = append(grants, g)
		}
	}
	return grants
}

// MayRequest refuses to ask for what the person has already, for as long.
func (s Scope) MayRequest(p Person, level project.Level, life time.Duration) error {
	if err := s.RequireOpen(); err != nil {
		return err
	}
	if p.GuildAdmin {
		return usererr.New(usererr.Conflict, "You are an admin of this server and can do everything in `%s`. Nothing was asked for.", s.Project.Slug)
	}
	end, _ := s.ruledEnd(life)
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.IsFor(p) && g.ActiveAt(s.Now) && g.Covers(project.Grant{Level: level, ExpiresAt: end}) {
			return usererr.New(usererr.Conflict, "You have `%s` in `%s` already, %s. Nothing was asked for.", g.Level, s.Project.Slug, Until(g.ExpiresAt))
		}
	}
	return nil
}

// Until says when something ends; nil is never.
func Until(end *time.Time) string {
	if end == nil {
		return "until somebody changes it"
	}
	return fmt.Sprintf("until <t:%d:f>", end.Unix())
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
	return s.MayGrant(p, Asker(r), r.Level)
}

// Limit is what decided when a grant ends.
type Limit int

// The limits.
const (
	AsAsked   Limit = iota
	ByDefault       // nothing was asked for, and the project has a default
	ByMaximum       // the project's longest
	ByGiver         // the giver's own end
)

// GrantEnd is when a grant by the giver ends that was asked for some time (0: as
// the project has it): not after the project's longest, and not after the giver's
// own, or access would outlive its source. Nil: until it is revoked.
func (s Scope) GrantEnd(giver Person, asked time.Duration) (*time.Time, Limit) {
	end, limit := s.ruledEnd(asked)
	if own := s.ownEnd(giver); project.Sooner(own, end) {
		return own, ByGiver
	}
	return end, limit
}

// ruledEnd is when a grant ends by the project's rules.
func (s Scope) ruledEnd(asked time.Duration) (*time.Time, Limit) {
	life, limit := GrantLife(s.Project.Rules, asked)
	if life == 0 {
		return nil, limit
	}
	// As precise as it is stored, so that what is said and what holds are one.
	end := s.Now.Add(life).Truncate(time.Microsecond)
	return &end, limit
}

// GrantLife is how long a grant lasts by a project's rules that was asked for some time
// (0: as the project has it). 0: until it is revoked.
func GrantLife(rules project.Rules, asked time.Duration) (time.Duration, Limit) {
	life, limit := asked, AsAsked
	if life == 0 && rules.GrantDefault > 0 {
		life, limit = rules.GrantDefault, ByDefault
	}
	if rules.GrantMax > 0 && (life == 0 || life > rules.GrantMax) {
		life, limit = rules.GrantMax, ByMaximum
	}
	return life, limit
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
