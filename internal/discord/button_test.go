package discord

import (
	"strings"
	"sync"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Approve on an older picture of the plan is refused.
func TestStaleApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	old := w.planned()
	get(w.ada.Click(w.ctx, *old, "Refresh"))(w)
	w.lobby("Planning")
	w.plan(creates("vpc.main", "vpc.surprise"))
	w.lobby("2 to add")
	got := w.says(w.ada.Click(w.ctx, *old, "Approve & Deploy"))
	if !strings.Contains(got, "The plan changed since you looked at it. Nothing was done.") {
		t.Errorf("refusal: %s", got)
	}
	if s := w.session(); s.State != session.PlanReady {
		t.Errorf("state %s", s.State)
	}
}

// Two press Approve in the same moment: it is approved once, and the other reads
// who did.
func TestTwoApproveAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	both := []*discordsim.Member{w.ada, w.boss}
	answers := make([]*discordsim.Interaction, len(both))
	var clicks sync.WaitGroup
	for i, m := range both {
		clicks.Go(func() {
			in, err := m.Click(w.ctx, *lobby, "Approve & Deploy")
			if err != nil {
				t.Errorf("click: %v", err)
			}
			answers[i] = in
		})
	}
	clicks.Wait()
	w.lobby("Approved")
	s := w.session()
	if len(s.Approvals) != 1 {
		t.Fatalf("%d approvals", len(s.Approvals))
	}
	for i, m := range both {
		if m.ID != s.Approvals[0].UserID {
			if got := w.says(answers[i], nil); !strings.Contains(got, "Already approved by <@"+s.Approvals[0].UserID+">") {
				t.Errorf("the other reads: %s", got)
			}
		}
	}
}

// Discord, or a proxy, may send an interaction twice.
func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	in := get(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))(w)
	get(in.Reply(w.ctx))(w)
	w.sim.Replay(in)
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil)) // comes after it
	var n int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from sessions").Scan(&n))
	if n != 1 {
		t.Errorf("%d sessions", n)
	}
	if len(in.Followups()) != 0 {
		t.Errorf("the replay was answered: %v", in.Followups())
	}
}

// A plan that destroys is approved by typing the stack's name.
func TestDestroyingTakesTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.planned()
	get(w.ada.Click(w.ctx, *w.lobby("Plan ready"), "Refresh"))(w)
	w.lobby("Planning")
	w.plan(destroys())
	lobby := w.lobby("Destroys 2 resources", "`database.db`")
	if b, _ := lobby.Button("Approve & Deploy"); b.Style != discordsim.StyleDanger {
		t.Error("the button is not red")
	}
	if got := w.says(w.grace.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "no access") {
		t.Errorf("grace reads: %s", got)
	}
	form := get(w.ada.Click(w.ctx, *lobby, "Approve & Deploy"))(w).Modal()
	if got := w.says(w.ada.Submit(w.ctx, form, discordsim.Fields{"stack": "maim"})); !strings.Contains(got, "`maim` is not the stack's name. Nothing was approved.") {
		t.Errorf("wrong name: %s", got)
	}
	get(w.ada.Submit(w.ctx, form, discordsim.Fields{"stack": "main"}))(w)
	w.lobby("Approved")
}

func TestViewPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	got := w.says(w.ada.Click(w.ctx, *lobby, "View plan"))
	for _, want := range []string{"**Plan 1** · 1 to add", "+ vpc.main", "input.size: small", "input.password: (sensitive)"} {
		if !strings.Contains(got, want) {
			t.Errorf("the plan lacks %q:\n%s", want, got)
		}
	}
	if got := w.says(w.grace.Click(w.ctx, *lobby, "View plan")); !strings.Contains(got, "no access") {
		t.Errorf("grace reads: %s", got)
	}
	get(w.ada.Click(w.ctx, *lobby, "Refresh"))(w)
	w.lobby("Planning")
	var big []string
	for range 200 {
		big = append(big, "bucket."+strings.Repeat("b", 40))
	}
	w.plan(creates(big...))
	in := get(w.ada.Click(w.ctx, *w.lobby("200 to add"), "View plan"))(w)
	file, ok := get(in.Reply(w.ctx))(w).Attachment("plan.txt")
	if !ok || strings.Count(string(file.Bytes()), "+ bucket.") != 200 {
		t.Errorf("the file has %d changes", strings.Count(string(file.Bytes()), "+ bucket."))
	}
	if head, _, _ := strings.Cut(string(file.Bytes()), "\n"); strings.ContainsAny(head, "*<") || !strings.HasPrefix(head, "Plan ") {
		t.Errorf("the file begins with %q", head)
	}
}

func TestCancels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	get(w.ada.Click(w.ctx, *lobby, "Cancel"))(w)
	w.lobby("Cancelled", "nothing was changed")
	got := w.says(w.ada.Click(w.ctx, *lobby, "Refresh"))
	if !strings.Contains(got, "it was cancelled. Start a new one with `/cloud-deploy`") {
		t.Errorf("a click on what ended: %s", got)
	}
	if got := w.says(w.ada.Choose(w.ctx, *lobby, "Add resource", "vpc")); !strings.Contains(got, "cannot be changed") {
		t.Errorf("a form for what ended: %s", got)
	}
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "web"}))
	got = w.says(w.ada.Slash(w.ctx, w.ops, "cloud-cancel", discordsim.Args{"deployment": w.session().ID}))
	if !strings.Contains(got, "The deployment is cancelled. Nothing was changed in the cloud by it.") {
		t.Errorf("/cloud-cancel: %s", got)
	}
}

// A failed apply names what failed, keeps the requester informed and offers to
// plan again; the next apply goes on in the same thread.
func TestFailsAndPlansAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	w.prints(run, store.Line{Kind: "error", Text: "Error: quota"})
	w.ends(run, 1, orchestrator.Outcome{
		Failure:  &session.Failure{Phase: "apply", Summary: "storage quota exceeded", Detail: "Error: quota", Resource: "vpc.main"},
		Progress: orchestrator.Progress{Total: 1},
	})
	lobby := w.lobby("Failed", "vpc.main", "storage quota exceeded", "Plan again")
	thread := w.thread()
	if m := w.sees(thread, "Failed", "storage quota exceeded", "-# plan 1 · end"); !m.Mentioned(w.ada.ID) {
		t.Error("the requester is not told")
	}
	get(w.ada.Click(w.ctx, *lobby, "Plan again"))(w)
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	again := w.approved(w.lobby("Plan ready"))
	w.prints(again, store.Line{Kind: "info", Text: "second try"})
	w.sees(thread, "second try", "-# plan 2 · lines 1 to 1")
	w.ends(again, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.sees(thread, "Applied", "-# plan 2 · end")
	progress := 0
	for _, m := range thread.Messages(w.ada) {
		if strings.Contains(m.Content, "1 resource**") {
			progress++
		}
	}
	if progress != 2 {
		t.Errorf("%d progress messages for two applies", progress)
	}
}

// What a failed apply has created is not forgotten when the deployment is
// planned again or cancelled.
func TestTellsWhatAnEarlierApplyDid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.ends(w.approved(w.planned()), 1, orchestrator.Outcome{
		Failure:  &session.Failure{Phase: "apply", Summary: "storage quota exceeded"},
		Progress: orchestrator.Progress{Total: 3, Done: 2, Created: []string{"vpc.main", "compute_vm.web"}},
	})
	failed := w.lobby("Failed", "2 created and kept")
	get(w.ada.Click(w.ctx, *failed, "Plan again"))(w)
	w.lobby("Planning")
	got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-cancel", discordsim.Args{"deployment": w.session().ID}))
	if want := "The deployment is cancelled. What it did in the cloud before stays; its last apply: 2 created."; got != want {
		t.Errorf("/cloud-cancel: %q, want %q", got, want)
	}
	w.lobby("Cancelled", "2 created and kept before")
}

// Those who must approve are asked, once, and nobody else is pinged.
func TestAsksForApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, w.guild.ID, "dev")
		if err != nil {
			return err
		}
		p.Rules.Approvals.Needed = 1
		return tx.SaveProject(w.ctx, p)
	}))
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "approve"}))
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	notice := w.sees(w.ops, "waits for 1 approval", "Deploy dev · main")
	if !notice.Mentioned(w.grace.ID) || len(notice.Mentions) != 1 {
		t.Errorf("pinged: %v", notice.Mentions)
	}
	lobby := w.lobby("Approvals **0 of 1**", "may approve: "+w.grace.Mention())
	if notice.Reference == nil || notice.Reference.MessageID != lobby.ID {
		t.Error("the notice is no reply to the lobby")
	}
	if got := w.says(w.ada.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "`dev` wants somebody else to approve it") {
		t.Errorf("ada reads: %s", got)
	}
	get(w.grace.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	w.lobby("Approved by " + w.grace.Mention())
}

func TestNothingToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
	w.plan(plan.Digest{Unchanged: 1})
	if _, ok := w.lobby("Nothing to do").Button("Approve & Deploy"); ok {
		t.Error("there is something to approve")
	}
}
