package orchestrator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	running := w.planning("c")
	_, err := w.BeginPlan(w.ctx, running.RunID, "h1")
	w.must(err)
	failed := w.planning("f")
	w.must(w.PlanFailed(w.ctx, w.run(failed.RunID), nil, session.Failure{Summary: "no"}))
	for name, s := range map[string]session.Session{
		"draft": w.draft("a"), "queued plan": w.planning("b"), "running plan": running,
		"plan ready": w.ready("d"), "approved": w.approved("e"), "failed": w.session(failed.ID),
	} {
		done, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
		if err != nil || done.Stopping {
			t.Fatalf("%s: %+v, %v", name, done, err)
		}
		got := w.wantState(s.ID, session.Cancelled)
		if got.ExpiresAt != nil {
			t.Errorf("%s: a cancelled session expires", name)
		}
		if s.RunID != 0 && s.State != session.PlanReady && s.State != session.Failed {
			if r := w.run(s.RunID); r.Status != store.RunCancelled {
				t.Errorf("%s: its run is %s", name, r.Status)
			}
		}
		if actions := w.actions(s.ID); actions[len(actions)-1] != "cancel by 2" {
			t.Errorf("%s: audit %v", name, actions)
		}
		// A click on a lobby that ended says so, and what to do.
		w.unchanged(s.ID, func() {
			_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
			refused(t, err, usererr.Conflict, "was cancelled", "/cloud-deploy")
			refused(t, w.Refresh(w.ctx, by(dev), s.ID, s.Generation), usererr.Conflict, "was cancelled")
			refused(t, w.PutResource(w.ctx, by(dev), form(s, "bucket", "x")), usererr.Conflict, "was cancelled")
			refused(t, w.ForceStop(w.ctx, by(owner), s.ID, s.Generation, 0, orchestrator.Forcing{Confirm: "x", Reason: "it hangs"}), usererr.Conflict, "was cancelled")
		})
	}
	if n := w.count("select count(*) from runs where status in ('queued', 'running')"); n != 0 {
		t.Errorf("%d runs go on", n)
	}
	// Nothing late wakes them up.
	if err := w.Planned(w.ctx, orchestrator.Planned{Task: orchestrator.PlanTask{Run: w.run(running.RunID)}, Digest: creates}); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("a late plan: %v", err)
	}
	applied := w.applied("g", 1)
	_, err = w.Cancel(w.ctx, by(dev), applied.ID, applied.Generation)
	refused(t, err, usererr.Conflict, "was applied already", "/cloud-deploy")
}

// While it applies, a cancel is a request on the run, once: Terraform's exit
// decides.
func TestCancelWhileApplying(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", 0)
	s, task := w.applying("")
	refused(t, w.Refresh(w.ctx, by(dev), s.ID, s.Generation), usererr.Conflict, "being applied", "Wait")
	done, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	if err != nil || !done.Stopping {
		t.Fatalf("%+v, %v", done, err)
	}
	w.wantState(s.ID, session.Applying)
	asked := w.run(task.Run.ID)
	if asked.CancelRequestedAt == nil || *asked.CancelRequestedBy != dev.UserID || asked.Status != store.RunRunning {
		t.Fatalf("the run: %+v", asked)
	}
	w.unchanged(s.ID, func() {
		for _, req := range []orchestrator.Request{by(dev), by(ann)} {
			_, err := w.Cancel(w.ctx, req, s.ID, s.Generation)
			refused(t, err, usererr.Conflict, mention(dev)+" asked Terraform to stop", "Force stop")
		}
	})
	if again := w.run(task.Run.ID); !again.CancelRequestedAt.Equal(*asked.CancelRequestedAt) {
		t.Error("a second request took the first one's place")
	}
	w.finish(task.Run.ID, wrote(1, 1))
	w.wantState(s.ID, session.Cancelled)
	if got := w.actions(s.ID); !slices.Contains(got, "request_cancel by 2") {
		t.Errorf("audit: %v", got)
	}
}

// A requester who may no longer deploy does not stop an apply either.
func TestRevokedRequesterDoesNotStopApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _ := w.applying("web")
	_, err := w.Revoke(w.ctx, by(owner), orchestrator.Revocation{Project: "dev", UserID: dev.UserID})
	w.must(err)
	w.unchanged(s.ID, func() {
		_, err := w.CancelUnseen(w.ctx, by(dev), s.ID)
		refused(t, err, usererr.Denied, "no access")
	})
	_, err = w.CancelUnseen(w.ctx, by(owner), s.ID)
	w.must(err)
}

// Who may cancel before it applies: the requester, whatever became of their grant,
// and approvers.
func TestWhoMayCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", 0)
	w.grant(bob, "deploy", 0)
	s, other := w.ready("a"), w.ready("b")
	w.unchanged(s.ID, func() {
		_, err := w.Cancel(w.ctx, by(bob), s.ID, s.Generation)
		refused(t, err, usererr.Denied, "`deploy`", "level:approve")
		_, err = w.Cancel(w.ctx, by(eve), s.ID, s.Generation)
		refused(t, err, usererr.Denied, "no access", "level:approve")
	})
	_, err := w.Cancel(w.ctx, by(ann), s.ID, s.Generation)
	w.must(err)
	w.grant(dev, "deploy", time.Minute)
	w.clock.advance(time.Hour)
	_, err = w.Cancel(w.ctx, by(dev), other.ID, other.Generation)
	w.must(err)
}

// Force stop comes after the grace, to those who approve, with the name typed and
// a reason, which the audit keeps and the owner is told.
func TestForceStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", 0)
	const grace = 2 * time.Minute
	s, task := w.applying("web")
	force := func(req orchestrator.Request, confirm string) error {
		return w.ForceStop(w.ctx, req, s.ID, s.Generation, grace, orchestrator.Forcing{Confirm: confirm, Reason: "  the cloud\nhangs "})
	}
	w.unchanged(s.ID, func() {
		refused(t, force(by(dev), "web"), usererr.Denied, "level:approve")
		refused(t, force(by(ann), "web"), usererr.Conflict, "2m0s after **Cancel**")
	})
	_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	w.clock.advance(grace - time.Second*10)
	w.unchanged(s.ID, func() { refused(t, force(by(ann), "web"), usererr.Conflict, "Nothing was done") })
	w.clock.advance(10 * time.Second)
	w.unchanged(s.ID, func() {
		var confirm *orchestrator.ConfirmError
		if err := force(by(ann), ""); !errors.As(err, &confirm) || confirm.Stack != "web" {
			t.Fatalf("got %v", err)
		}
		refused(t, force(by(ann), "wed"), usererr.Invalid, "Type `web`", "Nothing was stopped")
		for reason, want := range map[string]string{" \n ": orchestrator.ErrReason.Error(), strings.Repeat("x", orchestrator.MaxReason+1): "at most 300"} {
			err := w.ForceStop(w.ctx, by(ann), s.ID, s.Generation, grace, orchestrator.Forcing{Confirm: "web", Reason: reason})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("for the reason %q: %v", reason, err)
			}
		}
	})
	w.owed(s.ID)
	w.must(force(by(ann), "web"))
	if got := kinds(w.owed(s.ID)); !slices.Equal(got, []string{"lobby", "progress", "stopped"}) {
		t.Errorf("it owes %v", got)
	}
	if e := w.session(s.ID).Ending; e == nil || e.By != ann.UserID || e.Reason != "the cloud hangs" {
		t.Errorf("why: %+v", e)
	}
	if n := w.count("select count(*) from audit where action = 'session.force_stop' and reason = 'the cloud hangs' and actor = $1", ann.UserID); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if r := w.run(task.Run.ID); r.ForceRequestedAt == nil || *r.ForceRequestedBy != ann.UserID || r.Status != store.RunRunning {
		t.Errorf("the run: %+v", r)
	}
	w.unchanged(s.ID, func() {
		refused(t, force(by(owner), "web"), usererr.Conflict, mention(ann), "Wait")
	})
	w.finish(task.Run.ID, orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Phase: "apply", Summary: "Stopped by force.", Interrupted: true}})
	w.wantState(s.ID, session.Failed)
	refused(t, force(by(ann), "web"), usererr.Conflict, "it failed")
}
