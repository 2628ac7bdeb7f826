package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func TestPlanFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web", "image": "withdrawn"})
	failed := w.lobby(lobby, "Plan failed", "compute_vm.web", "nothing was changed")
	if _, ok := failed.Button("Approve & Deploy"); ok {
		t.Error("a failed plan can be approved")
	}
	if _, ok := failed.Button("Plan again"); !ok {
		t.Error("there is no way on")
	}
	if strings.Contains(failed.Text(), `"@`) || strings.Contains(failed.Text(), "exit status") {
		t.Errorf("people see internals:\n%s", failed.Text())
	}
	// Mended, it is planned.
	modal := w.form(w.grace, w.newest(lobby), "Edit", "compute_vm.web")
	if _, err := w.grace.Submit(w.ctx, modal, discordsim.Fields{"image": "debian-12"}); err != nil {
		t.Fatal(err)
	}
	w.ready(lobby, "1 to add")
}

func TestApplyFailsHalfWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web", "image": "broken"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	failed := w.lobby(lobby, "Failed", "compute_vm.web")
	mention(t, failed.Text(), "1 created")
	if _, ok := failed.Button("Plan again"); !ok {
		t.Error("there is no way on")
	}
	thread := w.threadOf(lobby)
	result := w.await(thread, w.grace, "the result", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	if !result.Mentioned(w.grace.ID) {
		t.Error("the requester is not told by a ping")
	}
	if s := w.session(); s.State != session.Failed || s.Failure == nil {
		t.Errorf("the session is %s, %+v", s.State, s.Failure)
	}

	// The state kept the network: only what is missing is created.
	modal := w.form(w.grace, w.newest(lobby), "Edit", "compute_vm.web")
	if _, err := w.grace.Submit(w.ctx, modal, discordsim.Fields{"image": "debian-12"}); err != nil {
		t.Fatal(err)
	}
	w.ready(lobby, "1 to add")
	w.approveTypingName(lobby)
	w.lobby(lobby, "Applied")
	if c := w.created(); c["vpc.main"] != 1 {
		t.Errorf("created: %v", c)
	}
}

// approveTypingName approves a plan, and confirms one that destroys.
func (w *world) approveTypingName(lobby discordsim.Message) {
	w.t.Helper()
	in := w.click(w.grace, lobby, "Approve & Deploy")
	if in.Modal() == nil {
		return
	}
	fields := discordsim.Fields{in.Modal().Inputs()[0].CustomID: "main"}
	if _, err := w.grace.Submit(w.ctx, in.Modal(), fields); err != nil {
		w.t.Fatal(err)
	}
}

func TestCancelWhilePlanning(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.lobby(lobby, "vpc.main") // planning, or planned already
	w.click(w.grace, lobby, "Cancel")
	ended := w.lobby(lobby, "Cancelled")
	if n := len(ended.Buttons()) + len(ended.Selects()); n > 0 {
		t.Errorf("an ended lobby has %d controls", n)
	}
	if c := w.created(); len(c) != 0 {
		t.Errorf("created: %v", c)
	}
}

func TestCancelWhileApplying(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(6)).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	w.click(w.grace, lobby, "Cancel")
	ended := w.lobby(lobby, "Cancelled")
	// One interrupt: Terraform ends what it has begun, begins nothing more, and
	// keeps the state.
	mention(t, ended.Text(), "vpc.main")
	if strings.Contains(ended.Text(), "nothing was changed") {
		t.Errorf("the network was begun:\n%s", ended.Text())
	}
	if c := w.created(); c["compute_vm.web"] != 0 {
		t.Errorf("created: %v", c)
	}
	again := w.deploy(w.grace, nil)
	w.click(w.grace, again, "Refresh")
	mention(t, w.ready(again, "2 to add, 0 to change, 1 to destroy").Text(), "vpc.main", "half made")
	in := w.click(w.grace, again, "Approve & Deploy")
	if in.Modal() == nil {
		t.Fatal("a plan that destroys was approved without a question")
	}
	if s := w.session(); s.State != session.PlanReady {
		t.Errorf("the session is %s", s.State)
	}
	if _, err := w.grace.Submit(w.ctx, in.Modal(), discordsim.Fields{in.Modal().Inputs()[0].CustomID: "main"}); err != nil {
		t.Fatal(err)
	}
	w.lobby(again, "Applied")
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	draft := w.deploy(w.grace, nil)
	planned := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "other"})
	w.add(w.grace, planned, "vpc", discordsim.Fields{"name": "main"})
	w.ready(planned, "1 to add")

	w.sweepAt(29 * time.Minute)
	if text := w.newest(draft).Text(); strings.Contains(text, "Expired") {
		t.Errorf("it expired early:\n%s", text)
	}
	w.sweepAt(31 * time.Minute)
	w.lobby(draft, "Expired")
	mention(t, w.newest(planned).Text(), "Plan ready")
	w.sweepAt(25 * time.Hour)
	ended := w.lobby(planned, "Expired")

	if n := len(ended.Buttons()) + len(ended.Selects()); n > 0 {
		t.Errorf("an expired lobby has %d controls", n)
	}
	// A click on the picture of before.
	in, err := w.grace.Click(w.ctx, planned, "Cancel")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, w.said(in), "expired", "/cloud-deploy")
}

// sweepAt moves the clock of transactions and sweeps.
func (w *world) sweepAt(ahead time.Duration) {
	w.t.Helper()
	w.ahead.Store(int64(ahead))
	if _, err := w.app.Orchestrator.Sweep(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

func TestNoPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	mention(t, w.reply(w.eve, "cloud-deploy", discordsim.Args{"project": "dev"}), "no access", "/cloud-request")
	for _, m := range w.ops.Messages(w.ada) {
		if !m.Ephemeral() {
			t.Errorf("a refused deployment left something in the channel: %s", m.Text())
		}
	}
	lobby := w.deploy(w.grace, nil)
	in, err := w.eve.Click(w.ctx, lobby, "Cancel")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, w.said(in), "no access")
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	ready := w.ready(lobby, "1 to add")
	in, err = w.eve.Click(w.ctx, ready, "Approve & Deploy")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, w.said(in), "no access")
	if s := w.session(); s.State != session.PlanReady {
		t.Errorf("the session is %s", s.State)
	}
}

func TestGrantThatEndsBeforeTheApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy", "duration": "2h"})
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.ready(lobby, "1 to add")
	w.ahead.Store(int64(3 * time.Hour))
	in := w.click(w.grace, lobby, "Approve & Deploy")
	mention(t, w.said(in), "ended")
	if c := w.created(); len(c) != 0 {
		t.Errorf("created: %v", c)
	}
}
