package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func scope(approvals int, levels map[string]project.Level) policy.Scope {
	s := policy.Scope{Project: project.Project{ID: 1, Slug: "prod", Rules: project.Rules{Approvals: project.ApprovalRule{Needed: approvals}}}, Now: now}
	for user, level := range levels {
		s.Grants = append(s.Grants, project.Grant{ProjectID: 1, UserID: user, Level: level, GrantedAt: now.Add(-time.Hour)})
	}
	return s
}

var everybody = map[string]project.Level{"viewer": project.View, "deployer": project.Deploy, "approver": project.Approve, "admin": project.Admin}

func TestRequire(t *testing.T) {
	s := scope(0, everybody)
	for user, have := range everybody {
		for _, want := range project.Levels() {
			err := s.Require(policy.Person{UserID: user}, want)
			if allowed := have >= want; allowed != (err == nil) {
				t.Errorf("%s asking for %s: %v", user, want, err)
			}
			if err != nil && (!usererr.Is(err, usererr.Denied) || !strings.Contains(err.Error(), "<@admin>")) {
				t.Errorf("the refusal does not say whom to ask: %v", err)
			}
		}
	}
	if err := s.Require(policy.Person{UserID: "stranger"}, project.View); err == nil {
		t.Error("a stranger may see")
	}
	if err := s.Require(policy.Person{UserID: "stranger", GuildAdmin: true}, project.Admin); err != nil {
		t.Errorf("the guild's admin: %v", err)
	}
}

func TestRequireSaysWhenAccessEnded(t *testing.T) {
	s := scope(0, nil)
	ended := now.Add(-time.Minute)
	s.Grants = []project.Grant{{ProjectID: 1, UserID: "ada", Level: project.Deploy, GrantedAt: now.Add(-time.Hour), ExpiresAt: &ended}}
	err := s.Require(policy.Person{UserID: "ada"}, project.Deploy)
	if err == nil || !strings.Contains(err.Error(), "ended <t:") {
		t.Errorf("got %v", err)
	}
}

func TestMayApprove(t *testing.T) {
	for name, tc := range map[string]struct {
		needed int
		user   string
		want   bool
	}{
		"alone: the requester":           {0, "deployer", true},
		"alone: another with approve":    {0, "approver", true},
		"alone: another without":         {0, "viewer", false},
		"two: the requester with deploy": {2, "deployer", false},
		"two: approver":                  {2, "approver", true},
		"two: admin":                     {2, "admin", true},
	} {
		t.Run(name, func(t *testing.T) {
			err := scope(tc.needed, everybody).MayApprove(policy.Person{UserID: tc.user}, "deployer")
			if (err == nil) != tc.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMayGrant(t *testing.T) {
	s := scope(0, everybody)
	ended := now.Add(-time.Minute)
	s.Grants = append(s.Grants, project.Grant{ProjectID: 1, UserID: "other admin", Level: project.Admin, GrantedAt: now.Add(-time.Hour)},
		project.Grant{ProjectID: 1, UserID: "former admin", Level: project.Admin, GrantedAt: now.Add(-time.Hour), ExpiresAt: &ended})
	for name, tc := range map[string]struct {
		giver policy.Person
		to    string
		want  bool
	}{
		"admin to another":   {policy.Person{UserID: "admin"}, "new", true},
		"admin to self":      {policy.Person{UserID: "admin"}, "admin", false},
		"approver":           {policy.Person{UserID: "approver"}, "new", false},
		"guild admin":        {policy.Person{UserID: "owner", GuildAdmin: true}, "new", true},
		"guild admin, self":  {policy.Person{UserID: "owner", GuildAdmin: true}, "owner", false},
		"stranger to self":   {policy.Person{UserID: "stranger"}, "stranger", false},
		"deployer to other":  {policy.Person{UserID: "deployer"}, "new", false},
		"viewer to somebody": {policy.Person{UserID: "viewer"}, "new", false},
		"admin to approver":  {policy.Person{UserID: "admin"}, "approver", true},
		"admin to admin":     {policy.Person{UserID: "admin"}, "other admin", false},
		"owner to admin":     {policy.Person{UserID: "owner", GuildAdmin: true}, "admin", true},
		"admin to former":    {policy.Person{UserID: "admin"}, "former admin", true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.MayGrant(tc.giver, policy.Grantee{Person: policy.Person{UserID: tc.to}}, project.Deploy); (err == nil) != tc.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestGrantEnd(t *testing.T) {
	soon, own, late := now.Add(time.Hour), now.Add(2*time.Hour), now.Add(3*time.Hour)
	for name, tc := range map[string]struct {
		giver policy.Person
		own   *time.Time
		asked time.Duration
		want  *time.Time
	}{
		"for ever":            {policy.Person{UserID: "ada"}, &own, 0, &own},
		"longer":              {policy.Person{UserID: "ada"}, &own, 3 * time.Hour, &own},
		"shorter":             {policy.Person{UserID: "ada"}, &own, time.Hour, &soon},
		"own without end":     {policy.Person{UserID: "ada"}, nil, 3 * time.Hour, &late},
		"neither has one":     {policy.Person{UserID: "ada"}, nil, 0, nil},
		"guild admin":         {policy.Person{UserID: "ada", GuildAdmin: true}, &own, 0, nil},
		"guild admin, longer": {policy.Person{UserID: "ada", GuildAdmin: true}, &own, 3 * time.Hour, &late},
	} {
		t.Run(name, func(t *testing.T) {
			s := scope(0, everybody)
			s.Grants = append(s.Grants, project.Grant{ProjectID: 1, UserID: "ada", Level: project.Admin, GrantedAt: now.Add(-time.Hour), ExpiresAt: tc.own})
			got, _ := s.GrantEnd(tc.giver, tc.asked)
			if (got == nil) != (tc.want == nil) || got != nil && !got.Equal(*tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestMayStart(t *testing.T) {
	approved := session.Session{Requester: "deployer", RequesterAs: policy.Person{UserID: "deployer"}, Approvals: []session.Approval{{Person: policy.Person{UserID: "approver"}}, {Person: policy.Person{UserID: "admin"}}}}
	if r := scope(2, everybody).MayStart(approved); len(r) != 0 {
		t.Errorf("refused: %v", r)
	}
	without := map[string]project.Level{"approver": project.Deploy, "admin": project.Admin}
	if r := scope(2, without).MayStart(approved); len(r) != 2 {
		t.Errorf("want both reasons, got %v", r)
	}
	owner := policy.Person{UserID: "owner", GuildAdmin: true}
	alone := session.Session{Requester: "owner", RequesterAs: owner, Approvals: []session.Approval{{Person: owner}}}
	if r := scope(0, nil).MayStart(alone); len(r) != 0 {
		t.Errorf("the guild's admin was refused: %v", r)
	}
}

func TestMayCancel(t *testing.T) {
	s := scope(0, everybody)
	for user, want := range map[string]bool{"deployer": true, "approver": true, "viewer": false, "stranger": false} {
		if err := s.MayCancel(policy.Person{UserID: user}, session.Session{Requester: "deployer"}); (err == nil) != want {
			t.Errorf("%s: %v", user, err)
		}
	}
	for state, want := range map[session.State]bool{session.Draft: true, session.PlanReady: true, session.Approved: true, session.Applying: false} {
		revoked := session.Session{Requester: "viewer", State: state}
		if err := s.MayCancel(policy.Person{UserID: "viewer"}, revoked); (err == nil) != want {
			t.Errorf("a requester who may no longer deploy, in %s: %v", state, err)
		}
	}
	if err := s.MayCancel(policy.Person{UserID: "deployer"}, session.Session{Requester: "deployer", State: session.Applying}); err != nil {
		t.Errorf("a requester who may deploy: %v", err)
	}
}
