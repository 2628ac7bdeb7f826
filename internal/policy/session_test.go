package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestWhoseApprovalCounts(t *testing.T) {
	member := func(user string, roles ...string) policy.Person { return policy.Person{UserID: user, Roles: roles} }
	for name, tc := range map[string]struct {
		rule project.ApprovalRule
		who  policy.Person
		want string // part of the refusal; empty: it counts
	}{
		"level: enough":                {project.ApprovalRule{Needed: 1, Level: project.Admin}, member("admin"), ""},
		"level: less":                  {project.ApprovalRule{Needed: 1, Level: project.Admin}, member("approver"), "level:admin"},
		"role: with it":                {project.ApprovalRule{Needed: 1, Role: "9"}, member("viewer", "9"), ""},
		"role: without":                {project.ApprovalRule{Needed: 1, Role: "9"}, member("admin"), "Ask one of them to approve it, or whoever manages the server"},
		"role: a guild admin without":  {project.ApprovalRule{Needed: 1, Role: "9"}, policy.Person{UserID: "owner", GuildAdmin: true}, "members of <@&9>"},
		"role: cannot see the project": {project.ApprovalRule{Needed: 1, Role: "9"}, member("stranger", "9"), "no access"},
		"requester":                    {project.ApprovalRule{Needed: 1, Level: project.Deploy}, member("deployer"), "wants somebody else"},
		"requester counts":             {project.ApprovalRule{Needed: 2, Level: project.Deploy, RequesterCounts: true}, member("deployer"), ""},
		"requester counts, too low":    {project.ApprovalRule{Needed: 2, RequesterCounts: true}, member("deployer"), "level:approve"},
		"requester counts, other role": {project.ApprovalRule{Needed: 2, Role: "9", RequesterCounts: true}, member("deployer"), "members of <@&9>"},
		"nobody required, requester":   {project.ApprovalRule{Role: "9"}, member("deployer"), ""},
		"nobody required, other":       {project.ApprovalRule{Role: "9"}, member("approver"), "members of <@&9>"},
		"somebody who left":            {project.ApprovalRule{Needed: 1}, policy.Person{UserID: "approver", Gone: true}, "no access"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scope(0, everybody)
			s.Project.Rules.Approvals = tc.rule
			err := s.MayApprove(tc.who, "deployer")
			if tc.want == "" && err != nil || tc.want != "" && (!usererr.Is(err, usererr.Denied) || !strings.Contains(usererr.Text(err, ""), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestApprovers(t *testing.T) {
	s := scope(2, everybody)
	s.Grants = append(s.Grants, project.Grant{ProjectID: 1, RoleID: "7", Level: project.Approve, GrantedAt: now.Add(-time.Hour)})
	check := func(name, requester string, users, roles []string) {
		t.Helper()
		gotUsers, gotRoles := s.Approvers(requester)
		if !slices.Equal(gotUsers, users) || !slices.Equal(gotRoles, roles) {
			t.Errorf("%s: %v and the roles %v", name, gotUsers, gotRoles)
		}
	}
	check("by level", "deployer", []string{"admin", "approver"}, []string{"7"})
	check("the requester aside", "admin", []string{"approver"}, []string{"7"})
	s.Project.Rules.Approvals.RequesterCounts = true
	check("the requester counts", "admin", []string{"admin", "approver"}, []string{"7"})
	s.Project.Rules.Approvals.Role = "9"
	check("by role", "deployer", nil, []string{"9"})
	s.Project.Rules.Approvals.Needed = 0
	check("nobody required", "deployer", []string{"deployer"}, nil)
}

// Whatever names a person in a refusal to start is about that person.
func TestMayStartNamesThem(t *testing.T) {
	s := scope(2, everybody)
	sess := session.Session{Requester: "deployer", RequesterAs: policy.Person{UserID: "deployer"}, Approvals: []session.Approval{
		{Person: policy.Person{UserID: "approver"}}, {Person: policy.Person{UserID: "viewer"}}, {Person: policy.Person{UserID: "admin", Gone: true}},
	}}
	want := "<@viewer> and <@admin> approved and may no longer do so: 1 of 2 approvals count."
	if got := s.MayStart(sess); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	sess.Approvals = sess.Approvals[:1] // two are needed since then
	if got := s.MayStart(sess); len(got) != 1 || got[0] != "1 of 2 approvals count." {
		t.Errorf("got %q", got)
	}
}

func TestBlocked(t *testing.T) {
	soon, past := now.Add(time.Hour), now
	denied := session.Session{Plan: &session.Plan{Findings: []plan.Finding{{Policy: "a", Severity: plan.Deny, Message: "No."}, {Policy: "b", Severity: plan.Warn, Message: "Hm."}}}}
	passed := denied
	passed.Override = &session.Note{By: "admin", As: policy.Person{UserID: "admin"}, At: now}
	fallen := denied
	fallen.Override = &session.Note{By: "approver", As: policy.Person{UserID: "approver"}, At: now}
	warned := session.Session{Plan: &session.Plan{Findings: denied.Plan.Findings[1:]}}
	for name, tc := range map[string]struct {
		rules       project.Rules
		archived    bool
		sess        session.Session
		want        []string // parts of the reasons, in order
		overridable bool
	}{
		"nothing":                     {project.Rules{}, false, warned, nil, false},
		"no plan":                     {project.Rules{}, false, session.Session{}, nil, false},
		"denied":                      {project.Rules{}, false, denied, []string{"Policy `a`: No."}, true},
		"denied, let pass before":     {project.Rules{Enforcement: project.EnforceMandatory}, false, passed, []string{"Policy `a`: No."}, false},
		"denied, overridable":         {project.Rules{Enforcement: project.EnforceOverridable}, false, denied, []string{"can let it pass"}, true},
		"denied, let pass":            {project.Rules{Enforcement: project.EnforceOverridable}, false, passed, nil, false},
		"denied, let pass no longer":  {project.Rules{Enforcement: project.EnforceOverridable}, false, fallen, []string{"<@approver> let the plan pass and may no longer do so", "can let it pass"}, true},
		"denied, advisory":            {project.Rules{Enforcement: project.EnforceAdvisory}, false, denied, nil, false},
		"unknown enforcement":         {project.Rules{Enforcement: "later"}, false, denied, []string{"Policy `a`: No."}, false},
		"frozen":                      {project.Rules{Freeze: &project.Freeze{Reason: "audit", By: "admin"}}, false, warned, []string{"frozen by <@admin> until they or an admin of this server end it: audit"}, false},
		"frozen until":                {project.Rules{Freeze: &project.Freeze{Until: &soon, Reason: "audit", By: "admin"}}, false, warned, []string{"frozen by <@admin> until <t:"}, false},
		"the freeze is over":          {project.Rules{Freeze: &project.Freeze{Until: &past, Reason: "audit", By: "admin"}}, false, warned, nil, false},
		"archived, frozen and denied": {project.Rules{Freeze: &project.Freeze{By: "admin"}}, true, denied, []string{"was archived", "is frozen", "Policy `a`"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := scope(0, everybody)
			s.Project.Rules = tc.rules
			if tc.archived {
				s.Project.ArchivedAt = &past
			}
			got := s.Blocked(tc.sess)
			if len(got) != len(tc.want) {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			for i, part := range tc.want {
				if !strings.Contains(got[i], part) {
					t.Errorf("got %q, want %q", got[i], part)
				}
			}
			if s.Overridable(tc.sess) != tc.overridable {
				t.Errorf("overridable: %t", !tc.overridable)
			}
		})
	}
}
