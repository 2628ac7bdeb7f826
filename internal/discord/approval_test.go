package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// rule changes what dev's admins have decided.
func (w *world) rule(change func(*project.Rules)) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, w.guild.ID, "dev")
		if err != nil {
			return err
		}
		change(&p.Rules)
		return tx.SaveProject(w.ctx, p)
	}))
}

// may grants a level of dev.
func (w *world) may(m *discordsim.Member, level project.Level) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, w.guild.ID, "dev")
		if err != nil {
			return err
		}
		_, err = tx.PutGrant(w.ctx, project.Grant{GuildID: w.guild.ID, ProjectID: p.ID, UserID: m.ID, Level: level, GrantedBy: w.boss.ID, GrantedAt: tx.Now})
		return err
	}))
}

// judged makes the plan that is asked for, with what policies found in it.
func (w *world) judged(d plan.Digest, findings ...plan.Finding) {
	w.t.Helper()
	w.must(w.store.RegisterHost(w.ctx, "host", "test"))
	task := get(w.orch.BeginPlan(w.ctx, w.session().RunID, "host"))(w)
	w.must(w.orch.Planned(w.ctx, orchestrator.Planned{Task: task, Digest: d, SHA256: "abc", Files: map[string][]byte{"main.tf.json": []byte("{}")}, Findings: findings}))
}

// asked brings a deployment to where its plan is asked for.
func (w *world) asked() {
	w.t.Helper()
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
}

func lacks(t *testing.T, m *discordsim.Message, label string) {
	t.Helper()
	if _, ok := m.Button(label); ok {
		t.Errorf("there is a button %s in:\n%s", label, m.Text())
	}
}

var public = plan.Finding{Policy: "public_database", Severity: plan.Deny, Message: "The database is open to the internet.", Resource: "database.db"}

// Two approve; one takes it back, and gives it again. The second starts the apply.
func TestApprovalsInTheLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	linus := w.guild.NewMember("linus")
	w.rule(func(r *project.Rules) { r.Approvals.Needed = 2 })
	w.may(w.grace, project.Approve)
	w.may(linus, project.Approve)
	w.asked()
	w.plan(creates("vpc.main"))
	lobby := w.lobby("Approvals **0 of 2**", "may approve: ")
	lacks(t, lobby, "Withdraw")
	if got := w.says(w.ada.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "You asked for this deployment, and `dev` wants somebody else to approve it.") {
		t.Errorf("the requester reads: %s", got)
	}
	get(w.grace.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	lobby = w.lobby("Approvals **1 of 2**: "+w.grace.Mention(), "may approve: "+linus.Mention())
	if got := w.says(linus.Click(w.ctx, *lobby, "Withdraw")); !strings.Contains(got, "You have not approved this plan") {
		t.Errorf("linus reads: %s", got)
	}
	get(w.grace.Click(w.ctx, *lobby, "Withdraw"))(w)
	lobby = w.lobby("Approvals **0 of 2**", w.grace.Mention()+" withdrew their approval.")
	lacks(t, lobby, "Withdraw")
	get(w.grace.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	lobby = w.lobby("Approvals **1 of 2**: " + w.grace.Mention())
	get(linus.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	lobby = w.lobby("Approved", "Approved by "+w.grace.Mention()+", "+linus.Mention())
	get(linus.Click(w.ctx, *lobby, "Withdraw"))(w)
	lobby = w.lobby("Approvals **1 of 2**", linus.Mention()+" withdrew their approval.")
	get(linus.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	w.lobby("Approved by ")
	w.apply()
	lacks(t, w.lobby("Applying"), "Withdraw")
	if got := w.says(linus.Click(w.ctx, *lobby, "Withdraw")); !strings.Contains(got, "your approval cannot be taken back any more") {
		t.Errorf("linus reads: %s", got)
	}
}

// The members of the approvers' role are asked, as a role.
func TestAsksTheApproversRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	role := w.guild.NewRole("infra-leads")
	w.rule(func(r *project.Rules) { r.Approvals = project.ApprovalRule{Needed: 1, Role: role.ID} })
	w.may(w.grace, project.View)
	w.asked()
	w.plan(creates("vpc.main"))
	notice := w.sees(w.ops, "waits for 1 approval", "Deploy dev · main")
	if len(notice.MentionRoles) != 1 || notice.MentionRoles[0] != role.ID || len(notice.Mentions) != 0 {
		t.Errorf("pinged: the roles %v, the people %v", notice.MentionRoles, notice.Mentions)
	}
	lobby := w.lobby("Approvals **0 of 1** · may approve: members of " + role.Mention())
	if got := w.says(w.grace.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "approved by members of "+role.Mention()) {
		t.Errorf("grace reads: %s", got)
	}
	w.guild.Assign(w.grace, role)
	get(w.grace.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	w.lobby("Approved by " + w.grace.Mention())
}

// Those who must approve are asked once for a while, however often it is planned; then
// anew. Where they were asked they read that it is over.
func TestAsksForApprovalOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.rule(func(r *project.Rules) { r.Approvals = project.ApprovalRule{Needed: 1} })
	w.may(w.grace, project.Approve)
	w.asked()
	w.plan(creates("vpc.main"))
	first := w.sees(w.ops, "waits for 1 approval", "plan 1")

	get(w.ada.Click(w.ctx, *w.lobby("Plan ready", "plan 1"), "Refresh"))(w)
	w.lobby("Planning", "plan 2")
	w.plan(creates("vpc.main"))
	if again := w.sees(w.ops, "waits for 1 approval", "plan 2"); again.ID != first.ID {
		t.Error("they were asked twice")
	}

	w.later(askAgainAfter + time.Minute)
	get(w.ada.Click(w.ctx, *w.lobby("Plan ready", "plan 2"), "Refresh"))(w)
	w.lobby("Planning", "plan 3")
	w.plan(creates("vpc.main"))
	last := w.sees(w.ops, "waits for 1 approval", "plan 3")
	if last.ID == first.ID || !last.Mentioned(w.grace.ID) {
		t.Error("they were not asked anew")
	}
	w.leaves(w.ops, first.ID)

	get(w.grace.Click(w.ctx, *w.lobby("Plan ready", "plan 3"), "Approve & Deploy"))(w)
	if over := w.sees(w.ops, "no longer waits for approval"); over.ID != last.ID {
		t.Errorf("another message says so: %s", over.Text())
	}
}

// A denied plan is approved by nobody until an admin lets it pass, with a reason.
func TestLetsADeniedPlanPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceOverridable })
	w.asked()
	w.judged(creates("vpc.main"), public)
	lobby := w.lobby("Denied by policy", "⛔ denied: The database is open to the internet.", "policy `public_database`", "An admin of `dev` can let it pass")
	if b, ok := lobby.Button("Approve & Deploy"); !ok || !b.Disabled {
		t.Error("a denied plan can be approved")
	}
	for _, m := range []*discordsim.Member{w.ada, w.grace} {
		if got := w.says(m.Click(w.ctx, *lobby, "Let it pass")); !strings.Contains(got, "level:admin") {
			t.Errorf("%s reads: %s", m.Username, got)
		}
	}
	form := get(w.boss.Click(w.ctx, *lobby, "Let it pass"))(w).Modal()
	get(w.boss.Submit(w.ctx, form, discordsim.Fields{"reason": "a demo @everyone"}))(w)
	lobby = w.lobby("Plan ready", "⚠ denied, let pass", "Let pass by "+w.boss.Mention(), "a demo @everyone")
	lacks(t, lobby, "Let it pass")
	if got := w.says(w.boss.Submit(w.ctx, form, discordsim.Fields{"reason": "twice"})); !strings.Contains(got, w.boss.Mention()+" let this plan pass") {
		t.Errorf("twice: %s", got)
	}
	if got := w.says(w.ada.Click(w.ctx, *lobby, "View plan")); !strings.Contains(got, "! public_database (deny): The database is open to the internet. [database.db]") {
		t.Errorf("the plan: %s", got)
	}
	get(w.ada.Click(w.ctx, *lobby, "Refresh"))(w)
	w.lobby("Planning")
	w.judged(creates("vpc.main"), public)
	lobby = w.lobby("Denied by policy") // the new plan has to be let pass anew
	form = get(w.boss.Click(w.ctx, *lobby, "Let it pass"))(w).Modal()
	get(w.boss.Submit(w.ctx, form, discordsim.Fields{"reason": "still a demo"}))(w)
	w.ends(w.approved(w.lobby("still a demo")), 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.lobby("Applied")
}

// A button that was drawn before is refused on the server, too.
func TestDeniedPlanIsRefusedOnTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceAdvisory })
	w.asked()
	w.judged(creates("vpc.main"), public)
	lobby := w.lobby("Plan ready", "⚠ advisory: The database is open")
	w.rule(func(r *project.Rules) { r.Enforcement = project.EnforceMandatory })
	if got := w.says(w.ada.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "Nothing was approved") || !strings.Contains(got, "Policy `public_database`") {
		t.Errorf("ada reads: %s", got)
	}
	w.rule(func(r *project.Rules) {
		r.Enforcement = project.EnforceAdvisory
		r.Freeze = &project.Freeze{Reason: "audit week", By: w.boss.ID}
	})
	if got := w.says(w.ada.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "frozen by "+w.boss.Mention()+" until they or an admin of this server end it: audit week") {
		t.Errorf("ada reads: %s", got)
	}
	if s := w.session(); s.State != session.PlanReady || len(s.Approvals) != 0 {
		t.Errorf("%s, approvals %+v", s.State, s.Approvals)
	}
}

// A frozen project's lobby says until when and why, and is redrawn at the end.
func TestFrozenLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	until := get(w.store.Now(w.ctx))(w).Add(12 * time.Second)
	w.rule(func(r *project.Rules) { r.Freeze = &project.Freeze{Until: &until, Reason: "audit week", By: w.boss.ID} })
	w.asked()
	w.plan(creates("vpc.main"))
	if b, ok := w.lobby("Plan ready", "`dev` is frozen by "+w.boss.Mention()+" until <t:", "audit week").Button("Approve & Deploy"); !ok || !b.Disabled {
		t.Error("a frozen project's plan can be approved")
	}
	get(w.ops.Await(w.ctx, w.ada, func(m discordsim.Message) bool {
		b, ok := m.Button("Approve & Deploy")
		return ok && !b.Disabled && !strings.Contains(m.Text(), "frozen")
	}))(w)
}
