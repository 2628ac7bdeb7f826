package orchestrator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

var (
	denies = plan.Finding{Policy: "public_database", Severity: plan.Deny, Message: "The database is open to the internet.", Resource: "database.db"}
	warns  = plan.Finding{Policy: "sizes", Severity: plan.Warn, Message: "That is large."}
)

// judged reports a plan of the session's run, with what policies found in it.
func (w *world) judged(s session.Session, findings ...plan.Finding) session.Session {
	w.t.Helper()
	task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	in := planOf(task, creates)
	in.Findings = findings
	w.must(w.Planned(w.ctx, in))
	return w.wantState(s.ID, session.PlanReady)
}

func TestDeniedPlanIsNotApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(1)
	w.grant(ann, "approve", 0)
	for name, tc := range map[string]struct {
		enforcement project.Enforcement
		found       []plan.Finding
		refused     string // empty: it is approved
		asked       bool
	}{
		"by default":              {"", []plan.Finding{denies, warns}, "An admin of the project can let it pass", false},
		"mandatory":               {project.EnforceMandatory, []plan.Finding{denies}, "Policy `public_database`: The database is open", false},
		"overridable":             {project.EnforceOverridable, []plan.Finding{denies}, "An admin of the project can let it pass", false},
		"advisory":                {project.EnforceAdvisory, []plan.Finding{denies, warns}, "", true},
		"mandatory and a warning": {project.EnforceMandatory, []plan.Finding{warns}, "", true},
	} {
		w.rule(func(r *project.Rules) { r.Enforcement = tc.enforcement })
		s := w.judged(w.planning(strings.ReplaceAll(name, " ", "-")), tc.found...)
		if asked := slices.Contains(kinds(w.owed(s.ID)), "notice"); asked != tc.asked {
			t.Errorf("%s: asked for approval: %t", name, asked)
		}
		err := w.Approve(w.ctx, by(ann), s.ID, s.Generation, "")
		if tc.refused == "" {
			w.must(err)
			continue
		}
		refused(t, err, usererr.Denied, "Nothing was approved", tc.refused)
		if l, err := w.Lobby(w.ctx, s.ID); err != nil || !l.Denied || l.Overridable != (tc.enforcement != project.EnforceMandatory) {
			t.Errorf("%s: denied %t, overridable %t, %v", name, l.Denied, l.Overridable, err)
		}
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(func(r *project.Rules) { r.Enforcement, r.Approvals.Needed = project.EnforceOverridable, 1 })
	w.grant(ann, "approve", 0)
	s := w.judged(w.planning(""), denies)
	w.owed(s.ID)
	pass := func(p orchestrator.Request, reason string) error {
		return w.Override(w.ctx, p, s.ID, s.Generation, reason)
	}
	w.unchanged(s.ID, func() {
		refused(t, pass(by(ann), "because"), usererr.Denied, "does not let you administer it")
		refused(t, pass(by(eve), "because"), usererr.Denied, "no access")
		refused(t, pass(by(owner), strings.Repeat("x", orchestrator.MaxReason+1)), usererr.Invalid, "301", "Nothing was changed")
		refused(t, w.Override(w.ctx, by(owner), s.ID, s.Generation-1, "because"), usererr.Stale)
		if err := pass(by(owner), " \n "); !errors.Is(err, orchestrator.ErrReason) {
			t.Errorf("without a reason: %v", err)
		}
	})
	w.must(pass(by(owner), "the audit\nof May"))
	s = w.session(s.ID)
	if s.Override == nil || s.Override.By != owner.UserID || s.Override.Reason != "the audit of May" {
		t.Fatalf("override: %+v", s.Override)
	}
	if n := w.count("select count(*) from audit where action = 'session.override' and reason = 'the audit of May' and actor = $1", owner.UserID); n != 1 {
		t.Errorf("%d audit rows have the reason", n)
	}
	if !slices.Contains(kinds(w.owed(s.ID)), "notice") {
		t.Error("nobody is asked for approval")
	}
	w.unchanged(s.ID, func() { refused(t, pass(by(owner), "again"), usererr.Conflict, mention(owner)+" let this plan pass") })

	// A new plan has to be let pass anew.
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	s = w.judged(w.session(s.ID), denies)
	if s.Override != nil {
		t.Fatal("an older plan's override lives on")
	}
	refused(t, w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""), usererr.Denied)
	w.must(pass(by(owner), "again"))
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.Approved)
	w.unchanged(s.ID, func() {
		refused(t, pass(by(owner), "too late"), usererr.Conflict, "let pass", "approved and about to be applied")
	})

	// Stricter rules hold from when they are made, an override or not.
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceMandatory })
	w.tryToStart(w.process, s.ID)
	if got := w.wantState(s.ID, session.PlanReady); len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "`public_database`") {
		t.Errorf("problems: %q", got.Problems)
	}
	w.unchanged(s.ID, func() { refused(t, pass(by(owner), "because"), usererr.Denied, "nobody lets a plan pass") })
}

// Who let a plan pass must be allowed to when it is approved, and when it starts.
func TestOverrideFallsWithItsGiver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceOverridable })
	revoke := func() {
		t.Helper()
		_, err := w.Revoke(w.ctx, by(owner), orchestrator.Revocation{Project: "dev", UserID: bob.UserID})
		w.must(err)
	}
	w.grant(bob, "admin", 0)
	s := w.judged(w.planning(""), denies)
	w.must(w.Override(w.ctx, by(bob), s.ID, s.Generation, "trust me"))
	revoke()
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, mention(bob)+" let the plan pass and may no longer do so", "`public_database`")
	})

	w.must(w.Override(w.ctx, by(owner), s.ID, s.Generation, "the audit"))
	w.grant(bob, "admin", 0)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.Approved)

	other := w.judged(w.planning("other"), denies)
	w.must(w.Override(w.ctx, by(bob), other.ID, other.Generation, "trust me"))
	w.must(w.Approve(w.ctx, by(dev), other.ID, other.Generation, ""))
	revoke()
	w.tryToStart(w.process, other.ID)
	if got := w.wantState(other.ID, session.PlanReady); len(got.Problems) != 2 || !strings.Contains(got.Problems[0], mention(bob)) {
		t.Errorf("problems: %q", got.Problems)
	}
}

func TestOverrideOfWhatIsNotDenied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceOverridable })
	s := w.judged(w.planning(""), warns)
	w.unchanged(s.ID, func() {
		refused(t, w.Override(w.ctx, by(owner), s.ID, s.Generation, "because"), usererr.Conflict, "No policy keeps")
	})
	s = w.draft("other")
	w.unchanged(s.ID, func() {
		refused(t, w.Override(w.ctx, by(owner), s.ID, s.Generation, "because"), usererr.Conflict, "no plan yet")
	})
}

// A plan that other policies judged is planned again before it is applied.
func TestOtherPoliciesMakeAPlanStale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.approved("")
	w.policies = "new"
	after := w.join(nil, builtIn(t)) // the restart
	_, err := after.BeginApply(w.ctx, s.RunID, "h1")
	if !orchestrator.IsFinal(err) {
		t.Fatalf("began: %v", err)
	}
	s = w.wantState(s.ID, session.Planning)
	if len(s.Approvals) != 0 || s.Plan != nil {
		t.Errorf("the old plan lives on: %+v", s)
	}

	// What an older process brings back is made again too.
	task, err := after.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	w.must(after.Planned(w.ctx, planOf(task, creates)))
	s = w.wantState(s.ID, session.Planning)
	task, err = after.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	in := planOf(task, creates)
	in.Policies = "new"
	w.must(after.Planned(w.ctx, in))
	w.wantState(s.ID, session.PlanReady)
}

// Policies see the session as it was planned.
func TestPoliciesSeeTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := by(dev)
	req.Person.Roles = []string{"9"}
	s, err := w.StartSession(w.ctx, req, orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7"})
	w.must(err)
	w.must(w.PutResource(w.ctx, req, form(s, "vpc", "main")))
	task, err := w.BeginPlan(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	got := task.Session
	if got.ID != s.ID || got.Requester != dev.UserID || !slices.Equal(got.Roles, []string{"9"}) || got.Project != "dev" || got.Provider != "sandbox" || got.Stack != "web" || got.Region == "" || got.Destroy {
		t.Errorf("session: %+v", got)
	}
	if len(got.Resources) != 1 || got.Resources[0].Kind != "vpc" || got.Resources[0].Name != "main" {
		t.Errorf("resources: %+v", got.Resources)
	}
}
