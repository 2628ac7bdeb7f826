// Package policy decides, and does nothing else: who may do what in a project
// at a time. Its functions are pure. What they refuse comes with every reason,
// in words that say what to do next.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Person is who asks. GuildAdmin is Discord's word of the very interaction:
// owner of the guild, Administrator or Manage Server.
type Person struct {
	UserID     string
	GuildAdmin bool
}

// Scope is what a decision about a project is made from: its grants that are not
// revoked, and the transaction's time.
type Scope struct {
	Project project.Project
	Grants  []project.Grant
	Now     time.Time
}

// LevelOf returns what the person may do in the project now.
func (s Scope) LevelOf(p Person) project.Level {
	if p.GuildAdmin {
		return project.Admin
	}
	return project.Effective(s.Grants, s.Project.ID, p.UserID, s.Now)
}

// With returns the ids of the people with at least the level now, sorted.
func (s Scope) With(level project.Level) []string {
	var ids []string
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.Level >= level && g.ActiveAt(s.Now) {
			ids = append(ids, g.UserID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// verbs say what a level is asked for.
var verbs = map[project.Level]string{
	project.View: "see it", project.Deploy: "deploy to it", project.Approve: "approve deployments of it", project.Admin: "administer it",
}

// Require refuses a person who has not the level now, and says how to get it.
func (s Scope) Require(p Person, level project.Level) error {
	have := s.LevelOf(p)
	if have >= level {
		return nil
	}
	slug := s.Project.Slug
	var text string
	switch ended := s.endedAt(p.UserID, level); {
	case ended != nil:
		text = fmt.Sprintf("Your access to `%s` ended <t:%d:R>.", slug, ended.Unix())
	case have == project.NoAccess:
		text = fmt.Sprintf("You have no access to `%s`.", slug)
	default:
		text = fmt.Sprintf("You have `%s` in `%s`, which does not let you %s.", have, slug, verbs[level])
	}
	return usererr.New(usererr.Denied, "%s Nothing was changed. Ask for it: `/cloud-grant project:%s level:%s`, run by %s.",
		text, slug, level, s.whoGrants())
}

// endedAt is when a grant that would do ended, if one did.
func (s Scope) endedAt(userID string, level project.Level) *time.Time {
	var last *time.Time
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.UserID == userID && g.Level >= level && g.ExpiresAt != nil && !s.Now.Before(*g.ExpiresAt) {
			if last == nil || g.ExpiresAt.After(*last) {
				last = g.ExpiresAt
			}
		}
	}
	return last
}

// whoGrants names the project's admins: at most three, and always a way.
func (s Scope) whoGrants() string {
	const most = 3
	admins := s.With(project.Admin)
	names := make([]string, 0, most+1)
	for _, id := range admins[:min(len(admins), most)] {
		names = append(names, "<@"+id+">")
	}
	return strings.Join(append(names, "somebody with Manage Server"), " or ")
}

// MayGrant refuses a grant beyond the giver's own level, to the giver, and in
// place of another admin's: admins are made and unmade by who manages the guild.
func (s Scope) MayGrant(giver Person, to string, level project.Level) error {
	if err := s.Require(giver, project.Admin); err != nil {
		return err
	}
	if to == giver.UserID && !giver.GuildAdmin {
		return usererr.New(usererr.Denied, "Nobody grants to themselves. Nothing was changed. Another admin of `%s` can do it.", s.Project.Slug)
	}
	if have := s.LevelOf(giver); level > have {
		return usererr.New(usererr.Denied, "You have `%s` in `%s` and cannot grant `%s`. Nothing was changed.", have, s.Project.Slug, level)
	}
	if !giver.GuildAdmin && s.LevelOf(Person{UserID: to}) == project.Admin {
		return usererr.New(usererr.Denied, "<@%s> is an admin of `%s`, whose grant another admin cannot replace. Nothing was changed. Somebody with Manage Server can do it.", to, s.Project.Slug)
	}
	return nil
}

// GrantEnd is when a grant by the giver ends that was asked for until a time (nil:
// until revoked): not after the giver's own, or access would outlive its source.
func (s Scope) GrantEnd(giver Person, asked *time.Time) *time.Time {
	if giver.GuildAdmin {
		return asked
	}
	var last time.Time
	for _, g := range s.Grants {
		if g.ProjectID != s.Project.ID || g.UserID != giver.UserID || g.Level < project.Admin || !g.ActiveAt(s.Now) {
			continue
		}
		if g.ExpiresAt == nil {
			return asked
		}
		if g.ExpiresAt.After(last) {
			last = *g.ExpiresAt
		}
	}
	if asked != nil && asked.Before(last) {
		return asked
	}
	return &last
}

// MayApprove refuses a person whose approval would not count. With no approvers
// required the requester's own is enough; else it takes `approve`.
func (s Scope) MayApprove(p Person, requester string) error {
	level := project.Approve
	if s.Project.RequiredApprovals == 0 && p.UserID == requester {
		level = project.Deploy
	}
	return s.Require(p, level)
}

// MayCancel refuses all but the requester and those who may approve.
func (s Scope) MayCancel(p Person, requester string) error {
	if p.UserID == requester {
		return nil
	}
	return s.Require(p, project.Approve)
}

// Standing returns the approvals that still count now.
func (s Scope) Standing(approvals []session.Approval, requester string) []session.Approval {
	var standing []session.Approval
	for _, a := range approvals {
		if s.MayApprove(Person{UserID: a.UserID, GuildAdmin: a.Admin}, requester) == nil {
			standing = append(standing, a)
		}
	}
	return standing
}

// MayStart returns every reason why the approved session must not be applied
// now; none when it may.
func (s Scope) MayStart(sess session.Session) []string {
	var reasons []string
	if s.LevelOf(Person{UserID: sess.Requester, GuildAdmin: sess.RequesterAdmin}) < project.Deploy {
		reasons = append(reasons, fmt.Sprintf("<@%s>, who asked for it, may no longer deploy to `%s`.", sess.Requester, s.Project.Slug))
	}
	if n, need := len(s.Standing(sess.Approvals, sess.Requester)), s.Needed(); n < need {
		reasons = append(reasons, fmt.Sprintf("%d of %d approvals still count: somebody who approved may no longer do so.", n, need))
	}
	return reasons
}

// Needed is how many approvals a plan of the project takes.
func (s Scope) Needed() int { return max(1, s.Project.RequiredApprovals) }
