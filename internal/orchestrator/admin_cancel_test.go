package orchestrator_test

import (
	"slices"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// An admin's reason is kept with the session and in the audit, and whoever asked
// for the deployment is told.
func TestAdminCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	s := w.ready("")
	w.owed(s.ID)
	done, err := w.AdminCancel(w.ctx, by(ann), s.ID, "  too expensive ")
	if w.must(err); done.Stopping {
		t.Error("nothing runs that could stop")
	}
	got := w.wantState(s.ID, session.Cancelled)
	if e := got.Ending; e == nil || e.By != ann.UserID || e.Reason != "too expensive" || e.At.IsZero() {
		t.Errorf("the ending: %+v", e)
	}
	if row := w.audited("session.admin_cancel"); row.Reason != "too expensive" || row.Actor != ann.UserID {
		t.Errorf("the audit: %+v", row)
	}
	posts := w.owed(s.ID)
	if got := kinds(posts); !slices.Equal(got, []string{"lobby", "stopped"}) {
		t.Fatalf("it owes %v", got)
	}
	for _, p := range posts {
		if p.Kind == store.PostStopped && (p.UserID != dev.UserID || p.Lane != store.PersonLane(dev.UserID)) {
			t.Errorf("the post: %+v", p)
		}
	}
}

// While it applies it is a request, with the reason kept; Terraform's exit decides.
func TestAdminCancelWhileApplying(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("")
	done, err := w.AdminCancel(w.ctx, by(owner), s.ID, "wrong region")
	if w.must(err); !done.Stopping {
		t.Error("nothing was asked to stop")
	}
	got := w.wantState(s.ID, session.Applying)
	if got.Ending == nil || got.Ending.Reason != "wrong region" {
		t.Errorf("the ending: %+v", got.Ending)
	}
	if r := w.run(task.Run.ID); r.CancelRequestedBy == nil || *r.CancelRequestedBy != owner.UserID {
		t.Errorf("the run: %+v", r)
	}
	if row := w.audited("session.request_cancel"); row.Reason != "wrong region" {
		t.Errorf("the audit: %+v", row)
	}
	w.unchanged(s.ID, func() {
		_, err := w.AdminCancel(w.ctx, by(owner), s.ID, "again")
		refused(t, err, usererr.Conflict, mention(owner), "asked Terraform to stop")
	})
	w.finish(task.Run.ID, wrote(1, 1))
	if got := w.wantState(s.ID, session.Cancelled); got.Ending == nil || got.Ending.Reason != "wrong region" {
		t.Errorf("at the end: %+v", got.Ending)
	}
}

// What one cancels of one's own needs no message, and a new plan forgets why the
// one before was stopped.
func TestAdminCancelIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(dev, "admin", 0)
	own := w.draft("own")
	w.owed(own.ID)
	_, err := w.AdminCancel(w.ctx, by(dev), own.ID, "not needed")
	w.must(err)
	if got := kinds(w.owed(own.ID)); !slices.Equal(got, []string{"lobby"}) {
		t.Errorf("it owes %v", got)
	}
	s, task := w.applying("")
	_, err = w.AdminCancel(w.ctx, by(owner), s.ID, "wrong region")
	w.must(err)
	out := wrote(1, 1)
	out.Interrupted = true
	w.finish(task.Run.ID, out)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, w.wantState(s.ID, session.Failed).Generation))
	if got := w.wantState(s.ID, session.Planning); got.Ending != nil {
		t.Errorf("planned again: %+v", got.Ending)
	}
}

func TestAdminCancelIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", 0)
	s := w.ready("")
	w.unchanged(s.ID, func() {
		_, err := w.AdminCancel(w.ctx, by(ann), s.ID, "why not")
		refused(t, err, usererr.Denied, "level:admin")
		_, err = w.AdminCancel(w.ctx, by(dev), s.ID, "mine")
		refused(t, err, usererr.Denied, "level:admin")
		_, err = w.AdminCancel(w.ctx, by(owner), s.ID, " \n")
		refused(t, err, usererr.Invalid, "A reason is needed", "Nothing was cancelled")
		_, err = w.AdminCancel(w.ctx, by(owner), "zzzzzz", "why not")
		refused(t, err, usererr.NotFound)
	})
	ended := w.applied("web", 1)
	_, err := w.AdminCancel(w.ctx, by(owner), ended.ID, "too late")
	refused(t, err, usererr.Conflict, "applied already")
}
