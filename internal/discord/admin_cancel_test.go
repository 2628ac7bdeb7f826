package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// What the owner of a cancelled deployment reads.
func TestGoldenStopped(t *testing.T) {
	t.Parallel()
	note := func(l *lobby) {
		l.Session.Ending = &session.Note{By: "201", Reason: "too *expensive* @everyone ```", At: noon}
	}
	for name, l := range map[string]lobby{
		"cancelled":  sample(t, session.Cancelled, note),
		"applying":   sample(t, session.Applying, all(withRun(store.Run{Status: store.RunRunning, StartedAt: at(0)}, halfDone), note)),
		"applied":    sample(t, session.Applied, all(withRun(store.Run{Status: store.RunSucceeded, StartedAt: at(0)}, halfDone), note)),
		"failed":     sample(t, session.Failed, all(withRun(store.Run{Status: store.RunFailed, StartedAt: at(0)}, halfDone), note)),
		"forced":     sample(t, session.Applying, all(withRun(store.Run{Status: store.RunRunning, StartedAt: at(0), ForceRequestedAt: at(0)}, halfDone), note)),
		"was-forced": sample(t, session.Failed, all(withRun(store.Run{Status: store.RunInterrupted, StartedAt: at(0), ForceRequestedAt: at(0)}, halfDone), note)),
		"goes-on":    sample(t, session.PlanReady, withPlan(plan.Digest{})),
	} {
		golden(t, "stopped/"+name, draw(stoppedText(l)))
	}
}

// An admin cancels with a reason; the owner is told by a direct message.
func TestAdminCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.deploy()
	id := w.session().ID
	args := discordsim.Args{"deployment": id, "reason": "the budget is used up"}
	if got := w.says(w.grace.Slash(w.ctx, w.ops, "cloud-admin-cancel", args)); !strings.Contains(got, "no access to `dev`") {
		t.Errorf("a stranger: %s", got)
	}
	offers := func(m *discordsim.Member, command string) int {
		t.Helper()
		return len(get(m.Complete(w.ctx, w.ops, command, nil, "deployment", ""))(w))
	}
	w.grants(w.grace, "approve")
	if n, all := offers(w.grace, "cloud-admin-cancel"), offers(w.grace, "cloud-cancel"); n != 0 || all != 1 {
		t.Errorf("an approver is offered %d to cancel as an admin, %d to cancel", n, all)
	}
	if n, own := offers(w.ada, "cloud-admin-cancel"), offers(w.ada, "cloud-cancel"); n != 0 || own != 1 {
		t.Errorf("the owner is offered %d to cancel as an admin, %d to cancel", n, own)
	}
	w.grants(w.grace, "admin")
	if offers(w.grace, "cloud-admin-cancel") != 1 {
		t.Error("an admin is offered nothing")
	}
	if got := w.says(w.grace.Slash(w.ctx, w.ops, "cloud-admin-cancel", args)); !strings.Contains(got, "cancelled") || !strings.Contains(got, "is told why") {
		t.Errorf("the admin: %s", got)
	}
	w.lobby("Cancelled", "the budget is used up", mention(w.grace.ID))
	dm := get(w.sim.AwaitDM(w.ctx, w.ada, discordsim.Containing("the budget is used up")))(w)
	if !strings.Contains(dm.Text(), mention(w.grace.ID)+" cancelled your deployment **dev · main**") {
		t.Errorf("the owner reads: %s", dm.Text())
	}
	if got := w.says(w.grace.Slash(w.ctx, w.ops, "cloud-admin-cancel", args)); !strings.Contains(got, "it was cancelled") {
		t.Errorf("once more: %s", got)
	}
}
