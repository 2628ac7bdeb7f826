package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func at(now time.Time) session.Moment {
	return session.Moment{Now: now, Lives: session.DefaultLives}
}

var (
	web    = project.Resource{Kind: "compute_vm", Name: "web", Values: map[string]any{"cpus": 2.0, "tags": []any{"a", "b"}, "public": true, "note": "x\u2028\"'\\"}}
	digest = plan.Digest{Add: 2, Destroy: 1, Changes: []plan.Change{{Address: "module.a.b", Label: "b.a", Action: plan.Create,
		Attributes: []plan.AttributeChange{{Name: "input", After: "1"}}}}, Drift: []string{"x"}}
)

// planned takes a session through its plan and returns it in PLAN_READY.
func (w *world) planned(s session.Session) session.Session {
	w.t.Helper()
	run := w.newRun(s, RunPlan)
	w.tx(func(tx *Tx) error {
		locked, st, err := tx.LockSession(w.ctx, s.ID)
		if err != nil {
			return err
		}
		next, err := locked.Submit([]project.Resource{web}, st, at(tx.Now))
		if err != nil {
			return err
		}
		if next, err = next.Accept(run.ID, at(tx.Now)); err != nil {
			return err
		}
		p := session.Plan{RunID: run.ID, Digest: digest, SHA256: "abc", ConfigHash: "def", State: st.State, At: tx.Now}
		if err := tx.InsertPlan(w.ctx, next, p, map[string][]byte{"plan": []byte("the plan file")}, []string{"s3cret"}); err != nil {
			return err
		}
		if next, err = next.Planned(p, at(tx.Now)); err != nil {
			return err
		}
		s, err = tx.SaveSession(w.ctx, next)
		return err
	})
	return s
}

// approved adds the one approval that is needed.
func (w *world) approve(s session.Session) (session.Session, error) {
	run := w.newRun(s, RunApply)
	var saved session.Session
	err := w.InTx(w.ctx, func(tx *Tx) error {
		locked, _, err := tx.LockSession(w.ctx, s.ID)
		if err != nil {
			return err
		}
		next, err := locked.Approve(session.Approval{Person: project.Person{UserID: "1", GuildAdmin: true}, At: tx.Now}, 1, run.ID, at(tx.Now))
		if err != nil {
			return err
		}
		saved, err = tx.SaveSession(w.ctx, next)
		return err
	})
	return saved, err
}

// sameSession compares what was saved with what another process reads.
var sameSession = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)}

// What one process saves, another reads, with everything in it.
func TestSessionRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := mustOpen(t, w.url)
	s := w.planned(w.newSession(w.stack))
	s, err := w.approve(s)
	if err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *Tx) error {
		return errors.Join(tx.SetLobbyMessage(w.ctx, s.ID, "m1"), tx.SetNotice(w.ctx, s.ID, "n1"), tx.SetThread(w.ctx, s.ID, "t1"))
	})
	s.LobbyMessageID, s.NoticeMessageID, s.ThreadID, s.Version = "m1", "n1", "t1", s.Version+3
	for name, store := range map[string]*Store{"the same process": w.Store, "another": other, "another, from memory": other} {
		got, err := store.Session(w.ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got, sameSession); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	failed, err := s.Fail(session.Failure{Phase: "start", Summary: "x", Unfinished: []string{"a"}}, at(s.UpdatedAt))
	if err != nil {
		t.Fatal(err)
	}
	failed.Replacing = []string{"module.a.b"}
	w.tx(func(tx *Tx) error {
		failed, err = tx.SaveSession(w.ctx, failed)
		return err
	})
	if got, err := other.Session(w.ctx, s.ID); err != nil || cmp.Diff(failed, got, sameSession) != "" {
		t.Errorf("the failure: %v, %s", err, cmp.Diff(failed, got, sameSession))
	}
	if _, err := w.Session(w.ctx, "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown session: %v", err)
	}
	if err := w.InTx(w.ctx, func(tx *Tx) error { _, _, err := tx.LockSession(w.ctx, "nobody"); return err }); !errors.Is(err, ErrNotFound) {
		t.Errorf("lock an unknown session: %v", err)
	}
}

func TestSaveRefusesAnOldVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	cancelled, err := s.Cancel(nil, at(s.UpdatedAt))
	if err != nil {
		t.Fatal(err)
	}
	save := func() error {
		return w.InTx(w.ctx, func(tx *Tx) error { _, err := tx.SaveSession(w.ctx, cancelled); return err })
	}
	if err := save(); err != nil {
		t.Fatal(err)
	}
	if err := save(); !errors.Is(err, ErrVersion) {
		t.Errorf("saved over a newer version: %v", err)
	}
}

// A stack has one writer, and a plan one apply: the database itself says so.
func TestOneWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.planned(w.newSession(w.stack)), w.planned(w.newSession(w.stack))
	a, err := w.approve(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.approve(b); !errors.Is(err, ErrOneWriter) {
		t.Fatalf("a second writer: %v", err)
	}
	if got, err := w.Session(w.ctx, b.ID); err != nil || got.State != session.PlanReady || len(got.Approvals) != 0 {
		t.Errorf("the refused session is %s with %d approvals, %v", got.State, len(got.Approvals), err)
	}
	err = w.InTx(w.ctx, func(tx *Tx) error {
		_, err := tx.InsertRun(w.ctx, Run{GuildID: guild, SessionID: a.ID, StackID: a.StackID, Kind: RunApply, Generation: a.Generation})
		return err
	})
	if !errors.Is(err, ErrDuplicate) {
		t.Errorf("a second apply of one plan: %v", err)
	}
	// Another stack has a writer of its own; and a superseded run never started.
	if _, err := w.approve(w.planned(w.newSession(w.newStack("other")))); err != nil {
		t.Error(err)
	}
	w.tx(func(tx *Tx) error { return tx.EndRun(w.ctx, a.RunID, RunSuperseded, nil) })
	w.newRun(a, RunApply)
}

// Approvals that are withdrawn are gone from the table too.
func TestWithdrawnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, err := w.approve(w.planned(w.newSession(w.stack)))
	if err != nil {
		t.Fatal(err)
	}
	next, err := s.Unapprove(func(session.Approval) bool { return false }, []string{"why"}, at(s.UpdatedAt))
	if err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *Tx) error { _, err := tx.SaveSession(w.ctx, next); return err })
	got, err := mustOpen(t, w.url).Session(w.ctx, s.ID)
	if err != nil || len(got.Approvals) != 0 || !slices.Equal(got.Problems, []string{"why"}) {
		t.Errorf("approvals %v, problems %q, %v", got.Approvals, got.Problems, err)
	}
}

func TestExpiring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late, soon, running := w.newSession(w.stack), w.newSession(w.stack), w.newSession(w.stack)
	w.exec("update sessions set expires_at = now() - interval '1 hour' where id = $1", soon.ID)
	w.exec("update sessions set expires_at = now() - interval '1 minute' where id = $1", late.ID)
	w.exec("update sessions set expires_at = now() - interval '1 hour', state = 'PLANNING' where id = $1", running.ID)
	w.newSession(w.stack)
	got, err := w.Expiring(w.ctx, 10)
	if want := []string{soon.ID, late.ID}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, want %v, %v", got, want, err)
	}
	if got, err := w.Expiring(w.ctx, 1); err != nil || !slices.Equal(got, []string{soon.ID}) {
		t.Errorf("one: %v, %v", got, err)
	}
	w.tx(func(tx *Tx) error {
		others, err := tx.OtherSessions(w.ctx, w.stack.ID, soon.ID, session.Draft)
		if err != nil || len(others) != 2 || slices.Contains(others, soon.ID) {
			t.Errorf("others: %v, %v", others, err)
		}
		return err
	})
}

// The plan's files and the values to mask are not readable in the tables, open
// for their row, and for no other.
func TestPlanIsSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.planned(w.newSession(w.stack)), w.planned(w.newSession(w.stack))
	open := func(runID int64) (files map[string][]byte, secrets []string, err error) {
		err = w.InTx(w.ctx, func(tx *Tx) error { files, secrets, err = tx.PlanFiles(w.ctx, runID); return err })
		return files, secrets, err
	}
	files, secrets, err := open(a.Plan.RunID)
	if err != nil || string(files["plan"]) != "the plan file" || !slices.Equal(secrets, []string{"s3cret"}) {
		t.Fatalf("%q %q %v", files, secrets, err)
	}
	var raw string
	w.scan("select encode(bundle, 'escape') || encode(secrets, 'escape') from plans where run_id = $1", []any{a.Plan.RunID}, &raw)
	for _, plain := range []string{"s3cret", "plan", "dGhlIHBsYW4"} { // the last: "the plan" in base64
		if strings.Contains(raw, plain) {
			t.Errorf("%q can be read in the table", plain)
		}
	}
	w.exec("update plans set bundle = (select bundle from plans where run_id = $2) where run_id = $1", a.Plan.RunID, b.Plan.RunID)
	if _, _, err := open(a.Plan.RunID); !errors.Is(err, ErrSealed) {
		t.Errorf("another plan's files opened: %v", err)
	}
	w.exec("update plans set bundle = secrets where run_id = $1", b.Plan.RunID)
	if _, _, err := open(b.Plan.RunID); !errors.Is(err, ErrSealed) {
		t.Errorf("secrets opened as files: %v", err)
	}
	if _, _, err := open(12345); err == nil {
		t.Error("a plan that is not there opened")
	}
}
