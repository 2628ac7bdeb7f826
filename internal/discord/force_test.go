package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// reports lets Terraform be at work on resources.
func (w *world) reports(run store.Run, created []string, working ...string) {
	w.t.Helper()
	p := orchestrator.Progress{Total: len(created) + len(working), Done: len(created), Created: created}
	for _, address := range working {
		p.Working = append(p.Working, orchestrator.Working{Address: address, Label: plan.Label(address), Action: "create", Since: time.Now()})
	}
	w.must(w.orch.Report(w.ctx, run, p))
}

// Cancel asks Terraform to stop; thread and lobby name what is waited for, as it
// becomes less.
func TestStoppingNamesWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	w.reports(run, nil, "module.compute_vm-web.terraform_data.this", "module.database-db.terraform_data.this")
	applying := w.lobby("Applying", "database.db")
	if got := w.says(w.ada.Click(w.ctx, *applying, "Cancel")); !strings.Contains(got, "Terraform was asked to stop") {
		t.Errorf("cancel: %s", got)
	}
	thread := w.thread()
	asked := w.sees(thread, "Stopping**: waiting for 2 resources: `compute_vm.web`, `database.db`", w.ada.Mention(), "-# plan 1")
	w.lobby("Stopping**: waiting for 2 resources: `compute_vm.web`, `database.db`")
	w.reports(run, []string{"database.db"}, "module.compute_vm-web.terraform_data.this")
	if now := w.sees(thread, "waiting for 1 resource: `compute_vm.web`"); now.ID != asked.ID {
		t.Error("it is another message")
	}
	w.lobby("waiting for 1 resource: `compute_vm.web`")
	w.reports(run, []string{"database.db"})
	w.sees(thread, "waiting for Terraform to end")
	w.ends(run, 1, orchestrator.Outcome{Failure: &session.Failure{Phase: "apply", Summary: "Terraform was interrupted."},
		Progress: orchestrator.Progress{Total: 2, Done: 1, Created: []string{"database.db"}}})
	w.lobby("Cancelled", "1 created and kept")
	result := w.sees(thread, "Cancelled", "**Created 1**: `database.db`", "-# plan 1 · end")
	if strings.Contains(result.Text(), "Stopping") {
		t.Errorf("it is over: %s", result.Text())
	}
}

// Force stop can be pressed when stopping takes too long, by those who approve. It
// takes the stack's name and a reason, which the audit keeps and the owner reads.
func TestForceStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{bot: func(o *Options) { o.CancelGrace = 500 * time.Millisecond }})
	run := w.approved(w.planned())
	w.grants(w.grace, "approve")
	w.reports(run, nil, halfNetwork)
	w.says(w.ada.Click(w.ctx, *w.lobby("Applying", "vpc.main"), "Cancel"))
	ready := get(w.ops.Await(w.ctx, w.ada, func(m discordsim.Message) bool {
		b, ok := m.Button("Force stop")
		return ok && !b.Disabled
	}))(w)
	if got := w.says(w.ada.Click(w.ctx, *ready, "Force stop")); !strings.Contains(got, "level:approve") {
		t.Errorf("who may deploy only: %s", got)
	}
	form := get(w.grace.Click(w.ctx, *ready, "Force stop"))(w).Modal()
	for _, wrong := range []struct{ name, reason, want string }{
		{"man", "it hangs", "Type `main` to confirm"}, {"main", " ", "No reason was given"}, {" ", "it hangs", "No name was typed"},
	} {
		got := w.says(w.grace.Forge(w.ctx, *ready, *form, discordsim.Fields{confirmField: wrong.name, reasonField: wrong.reason}))
		if !strings.Contains(got, wrong.want) || !strings.Contains(got, "Nothing was stopped") {
			t.Errorf("%+v: %s", wrong, got)
		}
	}
	if now := get(w.store.Run(w.ctx, run.ID))(w); now.ForceRequestedAt != nil {
		t.Fatal("it was stopped all the same")
	}
	get(w.grace.Submit(w.ctx, form, discordsim.Fields{confirmField: "main", reasonField: "the cloud hangs"}))(w)
	w.lobby("Stopping by force", w.grace.Mention(), "the cloud hangs")
	w.sees(w.thread(), "Stopping by force", "the cloud hangs", "-# plan 1")
	dm := get(w.sim.AwaitDM(w.ctx, w.ada, discordsim.Containing("the cloud hangs")))(w)
	if !strings.Contains(dm.Text(), w.grace.Mention()+" stopped your deployment **dev · main** by force") {
		t.Errorf("the owner reads: %s", dm.Text())
	}
	now := get(w.store.Run(w.ctx, run.ID))(w)
	if now.ForceRequestedAt == nil || *now.ForceRequestedBy != w.grace.ID {
		t.Errorf("the run: %+v", now)
	}
	w.interrupted(run, halfNetwork)
	w.lobby("Stopped by force", "the cloud hangs", "interrupted while it made `vpc.main`")
	w.sees(w.thread(), "Stopped by force", "the cloud hangs", "-# plan 1 · end")
	if got := w.says(w.boss.Slash(w.ctx, w.ops, "cloud-audit", discordsim.Args{"project": "dev"})); !strings.Contains(got, "stopped by force") || !strings.Contains(got, "the cloud hangs") {
		t.Errorf("the audit: %s", got)
	}
}

// What does not apply yet is cancelled at once, and nothing late wakes it up.
func TestCancelBeforeTheApplyIsImmediate(t *testing.T) {
	t.Parallel()
	for name, until := range map[string]func(w *world) (lobby *discordsim.Message){
		"queued plan": func(w *world) *discordsim.Message {
			w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
			return w.lobby("Planning", "in the queue")
		},
		"running plan": func(w *world) *discordsim.Message {
			w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
			w.lobby("Planning")
			get(w.orch.BeginPlan(w.ctx, w.session().RunID, "host"))(w)
			return w.lobby("Planning", "started")
		},
		"approved": func(w *world) *discordsim.Message {
			w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
			w.lobby("Planning")
			w.plan(creates("vpc.main"))
			get(w.ada.Click(w.ctx, *w.lobby("Plan ready"), "Approve & Deploy"))(w)
			return w.lobby("Approved")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			w.project()
			w.must(w.store.RegisterHost(w.ctx, "host", "test"))
			lobby := until(w)
			before := w.session()
			get(w.ada.Click(w.ctx, *lobby, "Cancel"))(w)
			ended := w.lobby("Cancelled", "nothing was changed")
			if n := len(ended.Buttons()) + len(ended.Selects()); n > 0 {
				t.Errorf("it still has %d controls", n)
			}
			if run := get(w.store.Run(w.ctx, before.RunID))(w); run.Status != store.RunCancelled || run.EndedAt == nil {
				t.Errorf("its run is %s", run.Status)
			}
			if _, err := w.orch.BeginApply(w.ctx, before.RunID, "host"); !orchestrator.IsFinal(err) {
				t.Errorf("the apply can begin: %v", err)
			}
			if _, err := w.orch.BeginPlan(w.ctx, before.RunID, "host"); !orchestrator.IsFinal(err) {
				t.Errorf("the plan can begin: %v", err)
			}
		})
	}
}
