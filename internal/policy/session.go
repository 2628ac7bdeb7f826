package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// MayApprove refuses a person whose approval would not count. With no approvers
// required the requester's own is enough; else it takes what the project asks of
// its approvers, and somebody else than the requester unless the project lets
// them count.
func (s Scope) MayApprove(p Person, requester string) error {
	rule := s.Project.Rules.Approvals
	if rule.Needed == 0 && p.UserID == requester {
		return s.Require(p, project.Deploy)
	}
	if rule.Needed > 0 && p.UserID == requester && !rule.RequesterCounts {
		return usererr.New(usererr.Denied, "You asked for this deployment, and `%s` wants somebody else to approve it. Nothing was changed. %s can.", s.Project.Slug, s.whoApproves())
	}
	if err := s.Require(p, rule.AtLevel()); err != nil {
		return err
	}
	if rule.Role != "" && !p.Has(rule.Role) {
		return usererr.New(usererr.Denied, "Deployments of `%s` are approved by members of <@&%s>, and you are not one. Nothing was changed. Ask one of them to approve it, or whoever manages the server for the role.", s.Project.Slug, rule.Role)
	}
	return nil
}

// Approvers returns the members and the roles whose approval would count, but for
// the guild's admins.
func (s Scope) Approvers(requester string) (users, roles []string) {
	rule := s.Project.Rules.Approvals
	switch {
	case rule.Needed == 0:
		return []string{requester}, nil
	case rule.Role != "":
		return nil, []string{rule.Role}
	}
	users, roles = s.Members(rule.AtLevel()), s.Roles(rule.AtLevel())
	if !rule.RequesterCounts {
		users = slices.DeleteFunc(users, func(id string) bool { return id == requester })
	}
	return users, roles
}

// whoApproves names those who may approve, for people to read.
func (s Scope) whoApproves() string {
	rule := s.Project.Rules.Approvals
	if rule.Role != "" {
		return "Members of <@&" + rule.Role + ">"
	}
	return "People with `" + rule.AtLevel().String() + "` in `" + s.Project.Slug + "`"
}

// MayCancel refuses all but the requester and those who may approve. What was only
// asked for, the requester takes back whatever became of their access; to stop what
// is being applied is to deploy.
func (s Scope) MayCancel(p Person, sess session.Session) error {
	switch {
	case p.UserID != sess.Requester:
		return s.Require(p, project.Approve)
	case sess.State == session.Applying:
		return s.Require(p, project.Deploy)
	}
	return nil
}

// Standing returns the approvals that still count now.
func (s Scope) Standing(approvals []session.Approval, requester string) []session.Approval {
	var standing []session.Approval
	for _, a := range approvals {
		if s.MayApprove(a.Person, requester) == nil {
			standing = append(standing, a)
		}
	}
	return standing
}

// MayStart returns every reason why the people of the approved session, as they
// are now, are not enough to apply it; none when they are.
func (s Scope) MayStart(sess session.Session) []string {
	var reasons []string
	if s.LevelOf(sess.RequesterAs) < project.Deploy {
		reasons = append(reasons, fmt.Sprintf("<@%s>, who asked for it, may no longer deploy to `%s`.", sess.Requester, s.Project.Slug))
	}
	if n, need := len(s.Standing(sess.Approvals, sess.Requester)), s.Needed(); n < need {
		reasons = append(reasons, fmt.Sprintf("%s%d of %d approvals count.", s.fallen(sess), n, need))
	}
	return reasons
}

// fallen says whose approval no longer counts, if anybody's.
func (s Scope) fallen(sess session.Session) string {
	var names []string
	for _, a := range sess.Approvals {
		if s.MayApprove(a.Person, sess.Requester) != nil {
			names = append(names, "<@"+a.UserID+">")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, " and ") + " approved and may no longer do so: "
}

// Blocked returns what keeps a plan from being approved and applied now, whoever
// asks: an archived project, a freeze, policies that deny it.
func (s Scope) Blocked(sess session.Session) []string {
	return append(s.Closed(), s.denials(sess)...)
}

// Closed returns why nothing is applied in the project now: it is archived, or
// frozen.
func (s Scope) Closed() []string {
	var reasons []string
	if err := s.RequireOpen(); err != nil {
		reasons = append(reasons, usererr.Text(err, ""))
	}
	if f := s.Project.Rules.Freeze; f.At(s.Now) {
		until := "until they or an admin of this server end it"
		if f.Until != nil {
			until = fmt.Sprintf("until <t:%d:f>", f.Until.Unix())
		}
		reasons = append(reasons, fmt.Sprintf("`%s` is frozen by <@%s> %s: %s", s.Project.Slug, f.By, until, f.Reason))
	}
	return reasons
}

// Denies reports whether policies keep the plan from being approved, as the
// project enforces them.
func (s Scope) Denies(sess session.Session) bool {
	enforced := s.Project.Rules.Enforced()
	if sess.Plan == nil || enforced == project.EnforceAdvisory || enforced == project.EnforceOverridable && s.passed(sess) {
		return false
	}
	return len(sess.Plan.Denied()) > 0
}

// passed reports whether somebody let the plan pass who still may.
func (s Scope) passed(sess session.Session) bool {
	return sess.Override != nil && s.LevelOf(sess.Override.As) >= project.Admin
}

// denials are the policies that deny the plan, where the project enforces them.
func (s Scope) denials(sess session.Session) []string {
	if !s.Denies(sess) {
		return nil
	}
	enforced := s.Project.Rules.Enforced()
	var reasons []string
	if sess.Override != nil && enforced == project.EnforceOverridable {
		reasons = append(reasons, fmt.Sprintf("<@%s> let the plan pass and may no longer do so.", sess.Override.By))
	}
	for _, f := range sess.Plan.Denied() {
		text := fmt.Sprintf("Policy `%s`: %s", f.Policy, f.Message)
		if enforced == project.EnforceOverridable {
			text += " An admin of the project can let it pass, with a reason."
		}
		reasons = append(reasons, text)
	}
	return reasons
}

// Overridable reports whether an admin can let the plan pass.
func (s Scope) Overridable(sess session.Session) bool {
	return s.Denies(sess) && s.Project.Rules.Enforced() == project.EnforceOverridable
}

// MayOverride refuses all but the project's admins, and a plan that cannot be let
// pass or need not be.
func (s Scope) MayOverride(p Person, sess session.Session) error {
	if err := s.Require(p, project.Admin); err != nil {
		return err
	}
	slug := s.Project.Slug
	switch {
	case s.Overridable(sess):
		return nil
	case s.Denies(sess):
		return usererr.New(usererr.Denied, "In `%s` nobody lets a plan pass that a policy denies. Nothing was changed. Change what the policy names: it is planned again.", slug)
	case s.passed(sess) && len(sess.Plan.Denied()) > 0 && s.Project.Rules.Enforced() == project.EnforceOverridable:
		return usererr.New(usererr.Conflict, "<@%s> let this plan pass <t:%d:R>. Nothing more was done.", sess.Override.By, sess.Override.At.Unix())
	}
	return usererr.New(usererr.Conflict, "No policy keeps this plan from being approved. Nothing was changed.")
}

// Needed is how many approvals a plan of the project takes.
func (s Scope) Needed() int { return max(1, s.Project.Rules.Approvals.Needed) }
