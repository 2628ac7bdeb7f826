package orchestrator_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// A stack whose host is lost is taken from it: the apply counts as interrupted,
// with what is known of it, and what the host says later changes nothing.
func TestUnlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.draft("web")
	s, task := w.applying("web")
	w.must(w.PutResource(w.ctx, by(dev), form(other, "bucket", "files")))
	other = w.planned(w.session(other.ID), creates)
	first := project.StateMeta{Lineage: "l", Serial: 1}
	w.must(w.SaveState(w.ctx, task.Run, first, []byte("state 1")))
	w.must(w.Report(w.ctx, task.Run, orchestrator.Progress{Total: 2, Done: 1, Created: []string{"vpc.main"}, Working: []orchestrator.Working{{Address: "module.database-db.terraform_data.this", Label: "database.db", Action: "create"}}}))
	w.clock.advance(3 * time.Minute)

	found, err := w.LostApply(w.ctx, by(owner), "dev", "web")
	if w.must(err); found.Session != s.ID || found.Host != "h1" || found.Generation != s.Generation {
		t.Fatalf("found %+v", found)
	}
	w.unchanged(s.ID, func() {
		for name, typed := range map[string]string{"nothing": "", "another name": "wed"} {
			t.Log(name)
			_, err := w.Unlock(w.ctx, by(owner), s.ID, s.Generation, typed, "")
			refused(t, err, usererr.Invalid, "Nothing was unlocked", "type `web`")
		}
		_, err = w.Unlock(w.ctx, by(owner), s.ID, s.Generation-1, "web", "")
		refused(t, err, usererr.Stale, "plan changed")
	})
	w.owed(s.ID)
	_, err = w.Unlock(w.ctx, by(owner), s.ID, s.Generation, "web", "its machine burnt down")
	w.must(err)

	got := w.wantState(s.ID, session.Failed)
	if f := got.Failure; !f.Interrupted || !slices.Equal(f.Unfinished, []string{"module.database-db.terraform_data.this"}) || !containsAll(f.Summary, "h1", mention(owner)) {
		t.Errorf("the failure: %+v", f)
	}
	if r := w.run(task.Run.ID); r.Status != store.RunInterrupted || r.EndedAt == nil || len(orchestrator.ProgressOf(r).Working) != 0 {
		t.Errorf("the run: %+v", r)
	}
	if posts := kinds(w.owed(s.ID)); !slices.Equal(posts, []string{"lobby", "result"}) {
		t.Errorf("it owes %v", posts)
	}
	again := w.wantState(other.ID, session.Planning)
	if _, merged := again.Resource("vpc.main"); !merged || again.Generation != other.Generation+1 {
		t.Errorf("the other session: generation %d desires %v", again.Generation, again.Resources)
	}
	row := w.audited("stack.unlock")
	if row.Subject != "stack/dev/web" || row.Actor != owner.UserID || row.Reason != "its machine burnt down" || row.Project != "dev" ||
		!containsAll(string(row.Before), s.ID, "h1", "APPLYING", "seen_at") || !containsAll(string(row.After), "FAILED", "module.database-db.terraform_data.this") {
		t.Errorf("the audit: %+v", row)
	}

	// The host is back: it may neither save nor finish, and its state is put aside.
	before := w.run(task.Run.ID)
	for what, err := range map[string]error{
		"a state":  w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: 2}, []byte("state 2")),
		"progress": w.Report(w.ctx, task.Run, orchestrator.Progress{Total: 2, Done: 2}),
		"lines":    w.OweLines(w.ctx, task.Run, 1),
	} {
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("%s of the late host: %v", what, err)
		}
	}
	if _, err := w.BeginApply(w.ctx, task.Run.ID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("the late host goes on: %v", err)
	}
	done, err := w.FinishApply(w.ctx, task.Run, wrote(0, 3))
	if w.must(err); !done.StateRefused {
		t.Error("the late host's state is thrown away")
	}
	if _, err := w.FinishApply(w.ctx, task.Run, wrote(0, 1)); !errors.Is(err, orchestrator.ErrNothingToDo) {
		t.Errorf("a state that is kept is put aside: %v", err)
	}
	if row := w.audited("state.refused"); !containsAll(string(row.After), `"Serial": 3`) {
		t.Errorf("the audit of the state: %s", row.After)
	}
	if after := w.run(task.Run.ID); !cmp.Equal(before, after) {
		t.Errorf("the late host changed the run: %s", cmp.Diff(before, after))
	}
	l, err := w.View(w.ctx, by(dev), s.ID, project.View)
	if w.must(err); l.Stack.State != first || l.Session.State != session.Failed {
		t.Errorf("the stack is at %+v, its session %s", l.Stack.State, l.Session.State)
	}
	refusedUnlock(t, w, "nothing holds it")
}

// What may exist after an unlock is that of both worlds: quotas count it.
func TestUnlockHoldsBothWorlds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	s := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, w.session(s.ID).Generation, "vpc.main"))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	_, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.clock.advance(3 * time.Minute)
	_, err = w.Unlock(w.ctx, by(owner), s.ID, s.Generation, "web", "")
	w.must(err)
	var raw []byte
	var held []project.Resource
	w.must(w.store.Pool().QueryRow(w.ctx, "select held from stacks where name = 'web'").Scan(&raw))
	w.must(json.Unmarshal(raw, &held))
	if len(held) != 2 || held[0].Label() != "bucket.files" || held[1].Label() != "vpc.main" {
		t.Errorf("held: %v", held)
	}
}

func refusedUnlock(t *testing.T, w *world, parts ...string) {
	t.Helper()
	_, err := w.LostApply(w.ctx, by(owner), "dev", "web")
	refused(t, err, usererr.Conflict, append(parts, "Nothing was changed")...)
}

// Who may not, and what is not lost, is refused with what to do instead.
func TestUnlockIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	_, err := w.LostApply(w.ctx, by(owner), "dev", "web")
	refused(t, err, usererr.NotFound, "`web`", "`dev`")
	s := w.draft("web")
	refusedUnlock(t, w, "nothing holds it")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	refusedUnlock(t, w, "not begun", "/cloud-admin-cancel")
	_, err = w.Unlock(w.ctx, by(owner), s.ID, s.Generation, "web", "")
	refused(t, err, usererr.Conflict, "Nothing was changed")
	_, err = w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.clock.advance(time.Minute)
	refusedUnlock(t, w, "`h1` reported", "**Cancel**", "2 minutes")
	w.unchanged(s.ID, func() {
		_, err := w.Unlock(w.ctx, by(owner), s.ID, s.Generation, "web", "")
		refused(t, err, usererr.Conflict, "`h1` reported")
	})
	w.clock.advance(2 * time.Minute)
	w.unchanged(s.ID, func() {
		_, err := w.LostApply(w.ctx, by(ann), "dev", "web")
		refused(t, err, usererr.Denied, "admins of this server")
		_, err = w.Unlock(w.ctx, by(ann), s.ID, s.Generation, "web", "")
		refused(t, err, usererr.Denied, "admins of this server")
		elsewhere := orchestrator.Request{GuildID: "999", Person: owner}
		_, err = w.LostApply(w.ctx, elsewhere, "dev", "web")
		refused(t, err, usererr.NotFound)
		_, err = w.Unlock(w.ctx, elsewhere, s.ID, s.Generation, "web", "")
		refused(t, err, usererr.NotFound)
	})
}

// audited is the newest audit row of an action.
func (w *world) audited(action string) store.AuditRow {
	w.t.Helper()
	rows, _, err := w.store.Trail(w.ctx, store.AuditFilter{GuildID: guild, Action: action}, store.Page{Limit: 1})
	w.must(err)
	if len(rows) == 0 {
		w.t.Fatalf("the audit has no %s", action)
	}
	return rows[0]
}
