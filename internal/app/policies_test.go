package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// noPublic denies, by the plan and by the session, what is called public.
const noPublic = `package cloudengine.no_public

deny contains {"msg": sprintf("%s is no name for a %s.", [r.name, r.kind]), "resource": sprintf("%s.%s", [r.kind, r.name])} if {
	some rc in input.plan.resource_changes
	rc.change.actions[_] == "create"
	some r in input.session.resources
	r.name == "public"
	contains(rc.address, "public")
}

warn contains "Networks cost nothing here."
`

// policyFile writes a policy where the bot looks for it.
func (w *world) policyFile(text string) {
	w.t.Helper()
	if w.conf.Policies == "" {
		w.conf.Policies = w.t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(w.conf.Policies, "test.rego"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) restart() {
	w.t.Helper()
	if err := w.app.Stop(w.ctx); err != nil {
		w.t.Fatalf("stop: %v", err)
	}
	w.start()
}

// A denied plan cannot be approved; an admin lets it pass, and it is applied.
func TestDeniedLetPassApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policyFile(noPublic)
	w.start().project()
	err := w.store().InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, w.guild.ID, "dev")
		if err != nil {
			return err
		}
		p.Rules.Enforcement = project.EnforceOverridable
		return tx.SaveProject(w.ctx, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "public"})
	denied := w.lobby(lobby, "Denied by policy", "public is no name for a vpc.", "`vpc.public`, policy `no_public`", "⚠ advisory: Networks cost nothing here.")
	if b, ok := denied.Button("Approve & Deploy"); !ok || !b.Disabled {
		t.Error("a denied plan can be approved")
	}
	form := w.click(w.ada, lobby, "Let it pass").Modal()
	if form == nil {
		t.Fatal("nobody is asked why")
	}
	if _, err := w.ada.Submit(w.ctx, form, discordsim.Fields{"reason": "it is a demo"}); err != nil {
		t.Fatal(err)
	}
	w.lobby(lobby, "Let pass by "+w.ada.Mention(), "it is a demo")
	w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
	w.lobby(lobby, "Applied")
	if n := w.created()["vpc.public"]; n != 1 {
		t.Errorf("created %d times", n)
	}
}

// The policies changed after the plan: it is judged by the new ones before
// anything is applied.
func TestChangedPoliciesJudgeAnOldPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policyFile("package cloudengine.other\n\nwarn contains \"An old policy.\"\n")
	w.start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "public"})
	w.ready(w.lobby(lobby, "An old policy."), "1 to add")
	w.policyFile(noPublic)
	w.restart()
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Denied by policy", "public is no name for a vpc.")
	if s := w.session(); s.State != session.PlanReady || len(s.Approvals) != 0 || len(w.created()) != 0 {
		t.Errorf("%s with the approvals %+v, created %v", s.State, s.Approvals, w.created())
	}
}

// A plan that cannot be judged is no plan.
func TestPlanThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policyFile("package cloudengine.fails\n\ndeny contains \"never\" if {\n\tsome r in input.session.resources\n\t1 / (count(r.name) - 4) > 1\n}\n")
	w.start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	failed := w.lobby(lobby, "Plan failed", "could not be checked by the policies", "`test.rego:5`", "Reference `", "Plan again")
	if _, ok := failed.Button("Approve & Deploy"); ok {
		t.Error("it can be approved")
	}
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "second"})
	w.lobby(lobby, "Plan failed")
}

// A broken policy stops the start, with file and line.
func TestBrokenPolicyStopsTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policyFile("package cloudengine.broken\n\ndeny contains msg if {\n")
	a, err := app.Start(w.ctx, app.Options{Config: w.conf, Logger: discard, Version: "test", EmbeddedPrices: true})
	if err == nil {
		_ = a.Stop(context.Background())
		t.Fatal("it started")
	}
	var broken *rego.LoadError
	if !errors.As(err, &broken) {
		t.Fatalf("got %v", err)
	}
	mention(t, err.Error(), filepath.Join(w.conf.Policies, "test.rego")+":")
}
