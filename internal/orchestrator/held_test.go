package orchestrator_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// What an apply that was stopped may have left does not make room for more.
func TestStoppedApplyMakesNoRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("main", 1) // vpc.main
	w.limit("", project.LimitResources, 1)
	s := w.draft("main")
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"))
	w.must(w.PutResource(w.ctx, by(dev), form(w.session(s.ID), "bucket", "files")))
	s = w.planned(w.session(s.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	_, err = w.CancelUnseen(w.ctx, by(dev), s.ID)
	w.must(err)
	w.finish(task.Run.ID, wrote(1, 2))
	if n := w.holds(); n != 2 {
		t.Fatalf("it may hold %d", n)
	}
	s = w.draft("main")
	w.must(w.PutResource(w.ctx, by(dev), form(w.session(s.ID), "bucket", "more")))
	if got := w.session(s.ID); got.State != session.Draft || len(got.Problems) != 1 || !containsAll(got.Problems[0], "Quota", "allows 1 resource;") {
		t.Errorf("%s, problems %q", got.State, got.Problems)
	}
}

// A first apply that failed and left no state can be destroyed, and what it may
// have held is let go when a plan says that there is nothing.
func TestNothingWasMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit("", project.LimitResources, 1)
	s, _ := w.applying("web")
	one := 1
	w.finish(s.RunID, orchestrator.Outcome{ExitCode: &one})
	_, err := w.CancelUnseen(w.ctx, by(dev), s.ID)
	w.must(err)
	if n := w.holds(); n != 1 {
		t.Fatalf("it may hold %d", n)
	}
	destroy, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	w.planned(w.session(destroy.ID), plan.Digest{})
	if n := w.holds(); n != 0 {
		t.Errorf("it holds %d although there is nothing", n)
	}
	other := w.draft("other")
	w.must(w.PutResource(w.ctx, by(dev), form(other, "bucket", "b")))
	if got := w.session(other.ID); len(got.Problems) != 0 {
		t.Errorf("problems %q", got.Problems)
	}
}

// A start that waits for the project goes by what holds when it has it.
func TestStartSeesWhatItWaitedFor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, tx *store.Tx, p project.Project) error{
		"revoked": func(w *world, tx *store.Tx, _ project.Project) error {
			_, err := tx.Exec(w.ctx, "update grants set revoked_at = now()")
			return err
		},
		"frozen": func(w *world, tx *store.Tx, p project.Project) error {
			p.Rules.Freeze = &project.Freeze{By: "1", Reason: "x"}
			return tx.SaveProject(w.ctx, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.approved("web")
			begun := make(chan error, 1)
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
				p, err := tx.ProjectBySlug(w.ctx, guild, "dev")
				if err != nil {
					return err
				}
				if err := tx.LockProject(w.ctx, p.ID); err != nil {
					return err
				}
				go func() {
					_, err := w.BeginApply(w.ctx, s.RunID, "h1")
					begun <- err
				}()
				for waits := 0; waits == 0; {
					if err := w.store.Pool().QueryRow(w.ctx, "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()").Scan(&waits); err != nil {
						return err
					}
				}
				return change(w, tx, p)
			}))
			if err := <-begun; err == nil {
				t.Error("it began")
			}
			if got := w.session(s.ID); got.State != session.PlanReady {
				t.Errorf("the session is %s", got.State)
			}
		})
	}
}

// Who edits a project, and redraws its lobbies, and who decides on a session of it
// do not wait for each other.
func TestLobbyIsOwedWhileItsSessionIsLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.ready("web")
	w.must(w.store.InTx(w.ctx, func(mine *store.Tx) error {
		if _, _, err := mine.LockSession(w.ctx, s.ID); err != nil {
			return err
		}
		return w.store.InTx(w.ctx, func(theirs *store.Tx) error {
			return theirs.Owe(w.ctx, store.Post{GuildID: guild, Lane: "lobby/of another", Kind: store.PostLobby, SessionID: s.ID})
		})
	}))
}
