// Package policy decides, and does nothing else: who may do what in a project
// at a time, and whether a session may go on. Its functions are pure. What they
// refuse comes with every reason, in words that say what to do next.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Person is who asks.
type Person = project.Person

// Scope is what a decision about a project is made from: its grants that are not
// revoked, and the transaction's time.
type Scope struct {
	Project project.Project
	Grants  []project.Grant
	Now     time.Time
}

// LevelOf returns what the person may do in the project now.
func (s Scope) LevelOf(p Person) project.Level {
	switch {
	case p.Gone:
		return project.NoAccess
	case p.GuildAdmin:
		return project.Admin
	}
	return project.Effective(s.Grants, s.Project.ID, p, s.Now)
}

// Members returns the ids of the people who were granted at least the level and
// have it now, sorted; Roles those of the roles.
func (s Scope) Members(level project.Level) []string {
	return s.granted(level, func(g project.Grant) string { return g.UserID })
}

// Roles returns the ids of the roles whose members have at least the level now.
func (s Scope) Roles(level project.Level) []string {
	return s.granted(level, func(g project.Grant) string { return g.RoleID })
}

func (s Scope) granted(level project.Level, id func(project.Grant) string) []string {
	var ids []string
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.Level >= level && g.ActiveAt(s.Now) && id(g) != "" {
			ids = append(ids, id(g))
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
	ended := s.ended(p, level)
	switch {
	case ended != nil:
		text = fmt.Sprintf("Your access to `%s` ended <t:%d:R>.", slug, ended.ExpiresAt.Unix())
	case have == project.NoAccess:
		text = fmt.Sprintf("You have no access to `%s`.", slug)
	default:
		text = fmt.Sprintf("You have `%s` in `%s`, which does not let you %s.", have, slug, verbs[level])
	}
	refusal := usererr.New(usererr.Denied, "%s Nothing was changed. Ask for it: `/cloud-request project:%s level:%s`. It is decided by %s.",
		text, slug, level, s.whoGrants())
	if ended != nil && ended.RoleID == "" {
		return &EndedError{Grant: *ended, said: refusal}
	}
	return refusal
}

// EndedError refuses somebody whose own grant would have done, and is over.
type EndedError struct {
	Grant project.Grant
	said  *usererr.Error
}

func (e *EndedError) Error() string { return e.said.Error() }

// Unwrap is what people may read of it.
func (e *EndedError) Unwrap() error { return e.said }

// ended is the grant that would do and ended last, if one did.
func (s Scope) ended(p Person, level project.Level) *project.Grant {
	var last *project.Grant
	for _, g := range s.Grants {
		if g.ProjectID == s.Project.ID && g.IsFor(p) && g.Level >= level && g.StateAt(s.Now) == project.GrantExpired {
			if last == nil || g.ExpiresAt.After(*last.ExpiresAt) {
				last = &g
			}
		}
	}
	return last
}

// whoGrants names the project's admins: at most three, and always a way.
func (s Scope) whoGrants() string {
	const most = 3
	var names []string
	for _, id := range s.Members(project.Admin) {
		names = append(names, "<@"+id+">")
	}
	for _, id := range s.Roles(project.Admin) {
		names = append(names, "<@&"+id+">")
	}
	return strings.Join(append(names[:min(len(names), most)], "an admin of this server"), " or ")
}

// RequireOpen refuses to begin anything in an archived project.
func (s Scope) RequireOpen() error {
	if s.Project.ArchivedAt == nil {
		return nil
	}
	return usererr.New(usererr.Conflict, "Project `%s` was archived <t:%d:R>: nothing can be deployed to it. Nothing was changed. An admin of this server can take it up again with `/cloud-project`.", s.Project.Slug, s.Project.ArchivedAt.Unix())
}
