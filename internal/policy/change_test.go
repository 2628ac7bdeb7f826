package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// A project's admins change its settings, but for those that bind them too.
func TestMayChange(t *testing.T) {
	t.Parallel()
	s := scope(2, everybody)
	s.Project.Rules.GrantMax = 24 * time.Hour
	s.Project.Rules.Enforcement = project.EnforceOverridable
	for name, tc := range map[string]struct {
		change func(p *project.Project)
		refuse string // what a project's admin is told; empty: allowed
	}{
		"nothing":           {func(*project.Project) {}, ""},
		"more approvals":    {func(p *project.Project) { p.Rules.Approvals.Needed = 3 }, ""},
		"fewer approvals":   {func(p *project.Project) { p.Rules.Approvals.Needed = 1 }, "how many approvals it takes"},
		"same level":        {func(p *project.Project) { p.Rules.Approvals.Level = project.Approve }, ""},
		"other level":       {func(p *project.Project) { p.Rules.Approvals.Level = project.Deploy }, "who approves"},
		"other role":        {func(p *project.Project) { p.Rules.Approvals.Role = "9" }, "who approves"},
		"requester counts":  {func(p *project.Project) { p.Rules.Approvals.RequesterCounts = true }, "who approves"},
		"stricter policies": {func(p *project.Project) { p.Rules.Enforcement = project.EnforceMandatory }, ""},
		"milder policies":   {func(p *project.Project) { p.Rules.Enforcement = project.EnforceAdvisory }, "policies to be enforced less"},
		"shorter grants":    {func(p *project.Project) { p.Rules.GrantMax = time.Hour }, ""},
		"longer grants":     {func(p *project.Project) { p.Rules.GrantMax = 48 * time.Hour }, "how long grants may last"},
		"endless grants":    {func(p *project.Project) { p.Rules.GrantMax = 0 }, "how long grants may last"},
		"archived":          {func(p *project.Project) { p.ArchivedAt = &s.Now }, "whether it is archived"},
		"a freeze":          {func(p *project.Project) { p.Rules.Freeze = &project.Freeze{} }, ""},
		"higher level":      {func(p *project.Project) { p.Rules.Approvals.Level = project.Admin }, ""},
		"two things": {func(p *project.Project) { p.Rules.GrantMax, p.Rules.Approvals.Needed = 0, 0 },
			"how many approvals it takes to fewer or how long grants may last to longer"},
	} {
		after := s.Project
		tc.change(&after)
		err := s.MayChange(policy.Person{UserID: "admin"}, after)
		if tc.refuse == "" && err != nil || tc.refuse != "" && (!usererr.Is(err, usererr.Denied) || !strings.Contains(err.Error(), tc.refuse)) {
			t.Errorf("%s by the project's admin: %v", name, err)
		}
		if err := s.MayChange(policy.Person{UserID: "boss", GuildAdmin: true}, after); err != nil {
			t.Errorf("%s by the server's admin: %v", name, err)
		}
		if err := s.MayChange(policy.Person{UserID: "approver"}, after); !usererr.Is(err, usererr.Denied) {
			t.Errorf("%s by an approver: %v", name, err)
		}
	}
}

// A freeze is ended and changed by who set it, and by the server's admins.
func TestMayChangeFreeze(t *testing.T) {
	t.Parallel()
	sooner, later := now.Add(time.Hour), now.Add(2*time.Hour)
	other := &project.Freeze{By: "boss", Reason: "audit", Until: &later}
	for name, tc := range map[string]struct {
		before, after *project.Freeze
		refuse        bool
	}{
		"ended":        {other, nil, true},
		"shortened":    {other, &project.Freeze{By: "admin", Reason: "audit", Until: &sooner}, true},
		"taken over":   {other, &project.Freeze{By: "admin", Reason: "audit"}, true},
		"left":         {other, &project.Freeze{By: "boss", Reason: "audit", Until: &later}, false},
		"over already": {&project.Freeze{By: "boss", Until: &now}, nil, false},
		"one's own":    {&project.Freeze{By: "admin"}, nil, false},
	} {
		s := scope(0, everybody)
		s.Project.Rules.Freeze = tc.before
		after := s.Project
		after.Rules.Freeze = tc.after
		err := s.MayChange(policy.Person{UserID: "admin"}, after)
		if tc.refuse != usererr.Is(err, usererr.Denied) || tc.refuse && !strings.Contains(err.Error(), "the freeze that <@boss> set") {
			t.Errorf("%s by the project's admin: %v", name, err)
		}
		if err := s.MayChange(policy.Person{UserID: "chief", GuildAdmin: true}, after); err != nil {
			t.Errorf("%s by the server's admin: %v", name, err)
		}
	}
}
