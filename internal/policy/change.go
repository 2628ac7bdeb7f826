package policy

import (
	"reflect"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// MayChange refuses a change to a project's settings by who is no admin of it, and
// one that takes away what binds the project's admins themselves: that is for an
// admin of the server.
func (s Scope) MayChange(p Person, after project.Project) error {
	if err := s.Require(p, project.Admin); err != nil {
		return err
	}
	if loosened := s.loosened(p, after); len(loosened) > 0 && !p.GuildAdmin {
		return usererr.New(usererr.Denied, "Admins of `%s` cannot change %s: it binds them too. Nothing was changed. An admin of this server can do it.", s.Project.Slug, strings.Join(loosened, " or "))
	}
	return nil
}

// loosened names what a change by the person takes away of the control over a
// project's admins.
func (s Scope) loosened(p Person, after project.Project) []string {
	was, is := s.Project.Rules, after.Rules
	var names []string
	for _, c := range []struct {
		name   string
		looser bool
	}{
		{"how many approvals it takes to fewer", is.Approvals.Needed < was.Approvals.Needed},
		{"who approves", is.Approvals.Role != was.Approvals.Role || is.Approvals.AtLevel() < was.Approvals.AtLevel() || is.Approvals.RequesterCounts && !was.Approvals.RequesterCounts},
		{"policies to be enforced less", strictness(is.Enforced()) < strictness(was.Enforced())},
		{"how long grants may last to longer", was.GrantMax > 0 && (is.GrantMax == 0 || is.GrantMax > was.GrantMax)},
		{"whether it is archived", (s.Project.ArchivedAt == nil) != (after.ArchivedAt == nil)},
	} {
		if c.looser {
			names = append(names, c.name)
		}
	}
	// A freeze is its setter's. To prolong it would make it one's own, to end at will.
	if f := was.Freeze; f.At(s.Now) && f.By != p.UserID && !reflect.DeepEqual(f, is.Freeze) {
		names = append(names, "the freeze that <@"+f.By+"> set")
	}
	return names
}

func strictness(e project.Enforcement) int { return slices.Index(project.Enforcements(), e) }
