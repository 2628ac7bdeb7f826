package discord

import (
	"fmt"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// What the control around a deployment adds to its lobby.
func TestLobbyUnderControl(t *testing.T) {
	t.Parallel()
	ready := withPlan(creates("vpc.main", "database.db"))
	finds := func(findings ...plan.Finding) func(*lobby) {
		return func(l *lobby) { l.Session.Plan.Findings, l.Denied = findings, true }
	}
	enforced := func(e project.Enforcement) func(*lobby) {
		return func(l *lobby) {
			l.Project.Rules.Enforcement = e
			l.Denied = e == project.EnforceMandatory || e == project.EnforceOverridable && l.Session.Override == nil
			l.Overridable = l.Denied && e == project.EnforceOverridable
		}
	}
	public := plan.Finding{Policy: "public_database", Severity: plan.Deny, Message: "The database is open to the internet.", Resource: "database.db"}
	large := plan.Finding{Policy: "instance_sizes", Severity: plan.Warn, Message: "`xlarge` is large. [Look](http://evil.example) ```"}
	passed := func(l *lobby) {
		l.Session.Override = &session.Note{By: "300", Reason: "a demo for\n```# @everyone", At: noon}
	}
	approvers := func(l *lobby) {
		l.Project.Rules.Approvals.Needed, l.Needed, l.Approvers, l.ApproverRoles = 2, 2, []string{"201", "202"}, []string{"301"}
		l.Session.Approvals = []session.Approval{{Person: project.Person{UserID: "201"}, At: noon}}
	}
	destroy := func(l *lobby) { l.Session.Destroy, l.Session.Resources = true, nil }
	many := make([]plan.Finding, 30)
	for i := range many {
		many[i] = plan.Finding{Policy: "public_database", Severity: plan.Deny, Message: "The database is open to the internet.", Resource: fmt.Sprintf("database.d%02d", i)}
	}
	for name, l := range map[string]lobby{
		"denied":             sample(t, session.PlanReady, all(ready, finds(public, large), enforced(project.EnforceMandatory))),
		"denied-many":        sample(t, session.PlanReady, all(ready, finds(many...), enforced(project.EnforceMandatory))),
		"denied-destroys":    sample(t, session.PlanReady, all(withPlan(destroys()), finds(public), enforced(project.EnforceMandatory))),
		"denied-overridable": sample(t, session.PlanReady, all(ready, finds(public, large), approvers, enforced(project.EnforceOverridable))),
		"denied-let-pass":    sample(t, session.PlanReady, all(ready, finds(public, large), passed, approvers, enforced(project.EnforceOverridable))),
		"denied-advisory":    sample(t, session.PlanReady, all(ready, finds(public, large), enforced(project.EnforceAdvisory))),
		"denied-nothing":     sample(t, session.PlanReady, all(withPlan(plan.Digest{Unchanged: 1}), finds(public), enforced(project.EnforceMandatory))),
		"approved-let-pass": sample(t, session.Approved, all(ready, finds(public), passed, approvers, enforced(project.EnforceOverridable), func(l *lobby) {
			l.Run = &store.Run{Kind: store.RunApply, Status: store.RunQueued, CreatedAt: noon}
		})),
		"frozen":             sample(t, session.PlanReady, all(ready, func(l *lobby) { l.Closed = []string{"`dev` is frozen by <@300> until <t:1780000000:f>: audit week"} })),
		"approvers-of-role":  sample(t, session.PlanReady, all(ready, approvers, func(l *lobby) { l.Project.Rules.Approvals.Role, l.Approvers = "301", nil })),
		"approvers-all-done": sample(t, session.PlanReady, all(ready, approvers, func(l *lobby) { l.Approvers, l.ApproverRoles = []string{"201"}, nil })),
		"requester-or-role":  sample(t, session.PlanReady, all(ready, func(l *lobby) { l.Project.Rules.Approvals.Role = "301" })),
		"tagged":             sample(t, session.PlanReady, all(ready, func(l *lobby) { l.Session.Tags = map[string]string{"team": "web", "cost-center": "4`2"} })),
		"destroy":            sample(t, session.PlanReady, all(withPlan(plan.Digest{Destroy: 1, Changes: []plan.Change{{Label: "vpc.main", Action: plan.Delete, Reason: "it is no longer described"}}}), destroy)),
		"destroy-planning":   sample(t, session.Planning, all(destroy, func(l *lobby) { l.Run = &store.Run{Status: store.RunRunning, StartedAt: at(0)} })),
		"destroy-refused":    sample(t, session.Draft, all(destroy, func(l *lobby) { l.Session.Problems = []string{"`dev` is archived."} })),
		"destroy-applied": sample(t, session.Applied, all(withRun(store.Run{Status: store.RunSucceeded, StartedAt: at(0), EndedAt: at(9 * time.Second)},
			`{"total":1,"done":1,"destroyed":["vpc.main"]}`), destroy)),
		"cancelled-by-admin": sample(t, session.Cancelled, func(l *lobby) {
			l.Session.Ending = &session.Note{By: "300", Reason: "the budget is gone", At: noon}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := l.picture()
			golden(t, "lobby/"+name, draw(p))
			if n := size(p.Embeds[0].Description); n > maxDescription {
				t.Errorf("the description has %d characters", n)
			}
		})
	}
	golden(t, "thread/plan-denied", draw(planPicture(sample(t, session.PlanReady, all(ready, finds(public, large))).Session, project.Stack{}, "")))
	golden(t, "form/let-pass", drawModal(reasonForm(route{Session: "4kq2x7", Verb: verbPass, Seen: 3})))
	stopped := sample(t, session.Cancelled, all(withRun(store.Run{Status: store.RunCancelled, StartedAt: at(0), EndedAt: at(9 * time.Second)}, halfDone), func(l *lobby) {
		l.Session.Ending = &session.Note{By: "300", Reason: "the budget is gone", At: noon}
	}))
	golden(t, "thread/result-stopped", draw(stopped.result([]string{"100"}, 1)))
}

// A freeze that has an end redraws the lobby then: Approve can be pressed again.
func TestLobbyIsRedrawnWhenAFreezeEnds(t *testing.T) {
	t.Parallel()
	until := noon.Add(time.Hour)
	l := sample(t, session.PlanReady, func(l *lobby) { l.Project.Rules.Freeze = &project.Freeze{Until: &until} })
	if got, ok := l.changesAt(); !ok || !got.Equal(until) {
		t.Errorf("redrawn at %v, %t", got, ok)
	}
	l.Now = until
	if got, ok := l.changesAt(); ok {
		t.Errorf("redrawn again at %v", got)
	}
}
