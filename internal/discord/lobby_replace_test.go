package discord

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
)

// The network that the tests leave half made.
const halfNetwork = "module.vpc-main.terraform_data.this"

// ticked waits until the lobby shows what is ticked, and returns it.
func (w *world) ticked(want ...string) *discordsim.Message {
	w.t.Helper()
	return get(w.ops.Await(w.ctx, w.ada, func(m discordsim.Message) bool {
		s, ok := m.Select(replaceLabel)
		var is []string
		for _, o := range s.Options {
			if o.Default {
				is = append(is, o.Value)
			}
		}
		return ok && slices.Equal(is, want)
	}))(w)
}

// What an apply left half made can be ticked, to be made anew by the next plan;
// the offer stands until an apply settles it.
func TestReplaceWhatIsHalfMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.interrupted(w.approved(w.planned()), halfNetwork)
	failed := w.lobby("Interrupted", "An apply was interrupted while it made `vpc.main`", "tick below")
	get(w.ada.Choose(w.ctx, *failed, replaceLabel, halfNetwork))(w)
	ticked := w.ticked(halfNetwork)
	if !strings.Contains(ticked.Text(), "`vpc.main` will be replaced because its creation was interrupted.") {
		t.Errorf("the lobby:\n%s", ticked.Text())
	}
	get(w.ada.Choose(w.ctx, *ticked, replaceLabel))(w)
	get(w.ada.Choose(w.ctx, *w.ticked(), replaceLabel, halfNetwork))(w)
	get(w.ada.Click(w.ctx, *w.ticked(halfNetwork), "Plan again"))(w)
	w.lobby("Planning", "will be replaced")
	anew := plan.Digest{Add: 1, Destroy: 1, Replace: 1, Changes: []plan.Change{{Address: halfNetwork, Label: "vpc.main", Action: plan.Replace, Reason: "its replacement was asked for"}}}
	w.plan(anew)
	ready := w.lobby("Plan ready", "-/+ vpc.main (its replacement was asked for)", "will be replaced because its creation was interrupted")

	// Unticked, it is planned without; and the plan that was seen is void.
	get(w.ada.Choose(w.ctx, *ready, replaceLabel))(w)
	w.lobby("Planning")
	if got := w.says(w.ada.Choose(w.ctx, *ready, replaceLabel, halfNetwork)); !strings.Contains(got, "The plan changed since you looked") {
		t.Errorf("on an older picture: %s", got)
	}
	w.plan(plan.Digest{Unchanged: 1})
	nothing := w.lobby("Nothing to do", "interrupted while it made `vpc.main`")
	get(w.ada.Choose(w.ctx, *nothing, replaceLabel, halfNetwork))(w)
	w.lobby("Planning", "will be replaced")
	w.plan(anew)
	ready = w.lobby("Plan ready", "will be replaced")
	form := get(w.ada.Click(w.ctx, *ready, "Approve & Deploy"))(w).Modal()
	get(w.ada.Submit(w.ctx, form, discordsim.Fields{confirmField: "main"}))(w)
	w.lobby("Approved", "will be replaced")
	run := w.apply()
	w.lobby("Applying", "will be replaced")
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}, Destroyed: []string{"vpc.main"}}})
	w.lobby("Applied")

	// The stack's next deployment has nothing half made to offer.
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "main"}))
	next := w.lobby("Draft")
	if _, ok := next.Select(replaceLabel); ok || strings.Contains(next.Text(), "half made") {
		t.Errorf("still offered:\n%s", next.Text())
	}
}

// Whoever forges the menu's choice gets nothing that is not unfinished.
func TestForgedReplacement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.interrupted(w.approved(w.planned()), halfNetwork)
	lobby := w.lobby("Interrupted", "Plan again")
	for _, forged := range []string{"module.vpc-other.terraform_data.this", "vpc.main", halfNetwork + " ", "-destroy", "", moreValue, "\x00", "module.vpc-main", strings.Repeat("a", 100)} {
		m := *lobby
		m.Components = []discordsim.Component{{Type: 1, Components: []discordsim.Component{{Type: 3, Placeholder: "forged", CustomID: route{Session: w.session().ID, Verb: verbReplace, Seen: w.session().Generation}.String(),
			MaxValues: new(2), Options: []discordsim.SelectOption{{Label: "x", Value: forged}, {Label: "y", Value: halfNetwork}}}}}}
		if got := w.says(w.ada.Choose(w.ctx, m, "forged", halfNetwork, forged)); !strings.Contains(got, "is not among what was left unfinished. Nothing was changed.") {
			t.Errorf("%q: %s", forged, got)
		}
	}
	if got := w.says(w.grace.Choose(w.ctx, *lobby, replaceLabel, halfNetwork)); !strings.Contains(got, "no access to `dev`") {
		t.Errorf("a stranger: %s", got)
	}
	if s := w.session(); len(s.Replacing) > 0 {
		t.Errorf("it replaces %q", s.Replacing)
	}
}

// What people asked for may be made of several resources: all are counted, and it is
// named once.
func TestWhatIsMadeOfSeveral(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	made := []string{"module.vpc-main.aws_vpc.this", "module.vpc-main.aws_subnet.this[0]", "module.vpc-main.aws_subnet.this[1]"}
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 3, Done: 3, Created: made}})
	result := w.sees(w.thread(), "**Applied**", "3 created", "**Created 3**: `vpc.main")
	if n := strings.Count(result.Text(), "vpc.main`"); n > 1 {
		t.Errorf("it names the network %d times: %s", n, result.Text())
	}
}
