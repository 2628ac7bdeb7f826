package orchestrator_test

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/templates"
)

// notBegun fails unless the approved session's apply is refused at its start.
func (w *world) notBegun(p process, s session.Session) session.Session {
	w.t.Helper()
	if _, err := p.BeginApply(w.ctx, s.RunID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
		w.t.Fatalf("begun: %v", err)
	}
	if r := w.run(s.RunID); r.Status != store.RunSuperseded || r.StartedAt != nil {
		w.t.Errorf("the run is %s, started %v", r.Status, r.StartedAt)
	}
	return w.session(s.ID)
}

// Permissions are checked when clicked and again when applied.
func TestPermissionsAtTheStart(t *testing.T) {
	t.Parallel()
	t.Run("the requester's grant expired", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.grant(dev, "deploy", time.Hour)
		s := w.approved("")
		w.clock.advance(time.Hour)
		w.notBegun(w.process, s)
		got := w.wantState(s.ID, session.PlanReady)
		if len(got.Approvals) != 0 || len(got.Problems) == 0 || !containsAll(got.Problems[0], mention(dev), "may no longer deploy to `dev`") {
			t.Errorf("approvals %v, problems %q", got.Approvals, got.Problems)
		}
		// With the grant back the same plan can be approved and applied.
		w.grant(dev, "deploy", 0)
		w.must(w.Approve(w.ctx, by(dev), s.ID, got.Generation, ""))
		got = w.wantState(s.ID, session.Approved)
		if len(got.Problems) != 0 || got.RunID == s.RunID {
			t.Errorf("problems %q, run %d", got.Problems, got.RunID)
		}
		task, err := w.BeginApply(w.ctx, got.RunID, "h1")
		if err != nil || task.Attach {
			t.Errorf("begun: %+v, %v", task, err)
		}
	})
	t.Run("an approver lost the permission", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.needApprovals(2)
		w.grant(ann, "approve", 0)
		w.grant(bob, "approve", 0)
		s := w.ready("")
		w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
		w.must(w.Approve(w.ctx, by(bob), s.ID, s.Generation, ""))
		s = w.wantState(s.ID, session.Approved)
		w.grant(ann, "deploy", 0)
		w.notBegun(w.process, s)
		got := w.wantState(s.ID, session.PlanReady)
		if len(got.Approvals) != 1 || got.Approvals[0].UserID != bob.UserID || len(got.Problems) != 1 || !containsAll(got.Problems[0], "1 of 2") {
			t.Errorf("approvals %v, problems %q", got.Approvals, got.Problems)
		}
		if actions := w.actions(s.ID); actions[len(actions)-1] != "unapprove by engine" {
			t.Errorf("audit: %v", actions)
		}
	})
	t.Run("the requester left the server", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.approved("")
		w.guild.leave(s.Requester)
		w.notBegun(w.process, s)
		if got := w.wantState(s.ID, session.PlanReady); len(got.Approvals) != 0 || !containsAll(got.Problems[0], mention(dev), "may no longer deploy") {
			t.Errorf("approvals %v, problems %q", got.Approvals, got.Problems)
		}
	})
	t.Run("Discord cannot be asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.approved("")
		silent := errors.New("Discord does not answer")
		w.guild.fall(silent)
		if _, err := w.BeginApply(w.ctx, s.RunID, "h1"); !errors.Is(err, silent) || orchestrator.IsFinal(err) {
			t.Errorf("got %v: the apply must wait", err)
		}
		w.wantState(s.ID, session.Approved)
		w.guild.fall(nil)
		task, err := w.BeginApply(w.ctx, s.RunID, "h1")
		w.must(err)
		// What has begun goes on, whoever may be asked.
		w.guild.fall(silent)
		if again, err := w.BeginApply(w.ctx, s.RunID, "h1"); err != nil || !again.Attach || again.Run.ID != task.Run.ID {
			t.Errorf("attach: %+v, %v", again, err)
		}
	})
	t.Run("a freeze began", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.approved("")
		w.exec(`update projects set rules = '{"freeze": {"reason": "release", "by": "1"}}'`)
		w.notBegun(w.process, s)
		got := w.wantState(s.ID, session.PlanReady)
		if len(got.Problems) != 1 || !containsAll(got.Problems[0], "frozen", "release") {
			t.Errorf("problems %q", got.Problems)
		}
		refused(t, w.Approve(w.ctx, by(dev), s.ID, got.Generation, ""), usererr.Denied, "Nothing was approved", "frozen")
	})
	t.Run("more approvals are required since", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.approved("")
		w.needApprovals(1)
		w.notBegun(w.process, s)
		w.wantState(s.ID, session.PlanReady)
	})
}

// Approval binds the state and the configuration: what voids it is planned anew.
func TestPlanIsStaleAtTheStart(t *testing.T) {
	t.Parallel()
	moved := map[string]func(w *world) process{
		"state": func(w *world) process {
			w.exec("update stacks set state_lineage = 'l', state_serial = 9")
			return w.process
		},
		"settings": func(w *world) process { return w.join(map[string]any{"sandbox_seconds": 3}, builtIn(w.t)) },
		"module":   func(w *world) process { return w.join(nil, changedVPC(w.t)) },
	}
	for name, move := range moved {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.approved("")
			w.notBegun(move(w), s)
			got := w.wantState(s.ID, session.Planning)
			if got.Generation != s.Generation+1 || len(got.Approvals) != 0 || got.Plan != nil {
				t.Errorf("planned anew: %+v", got)
			}
			if actions := w.actions(s.ID); actions[len(actions)-1] != "stale by engine" {
				t.Errorf("audit: %v", actions)
			}
		})
	}
}

// The kind that was approved is gone: nothing is applied, and it is said.
func TestKindIsGoneAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.approved("")
	w.notBegun(w.join(nil, without(t, "sandbox/vpc")), s)
	got := w.wantState(s.ID, session.Draft)
	if len(got.Problems) == 0 || !containsAll(got.Problems[0], "vpc") {
		t.Errorf("problems %q", got.Problems)
	}
}

// copyTemplates returns the built-in modules, to be changed.
func copyTemplates(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(templates.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(templates.FS, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mustLoad(t *testing.T, files fstest.MapFS) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(catalog.Source{Name: "changed", FS: files})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func changedVPC(t *testing.T) *catalog.Catalog {
	files := copyTemplates(t)
	main := files["sandbox/vpc/main.tf"]
	main.Data = append(slices.Clone(main.Data), "\n# A newer release.\n"...)
	return mustLoad(t, files)
}

func without(t *testing.T, folder string) *catalog.Catalog {
	files := copyTemplates(t)
	for path := range files {
		if len(path) > len(folder) && path[:len(folder)+1] == folder+"/" {
			delete(files, path)
		}
	}
	return mustLoad(t, files)
}

// Two hosts take the same run: one starts it, the other does nothing, and the
// one that started it is told to attach ever after.
func TestOneHostStarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.join(nil, builtIn(t))
	for round := range 20 {
		s := w.approved(string(rune('a' + round)))
		tasks, errs := make([]orchestrator.ApplyTask, 2), make([]error, 2)
		hosts := []string{"h1", "h2"}
		var done sync.WaitGroup
		for i, p := range []process{w.process, other} {
			done.Go(func() { tasks[i], errs[i] = p.BeginApply(w.ctx, s.RunID, hosts[i]) })
		}
		done.Wait()
		winner := slices.Index(errs, nil)
		if winner < 0 || !errors.Is(errs[1-winner], orchestrator.ErrNothingToDo) || tasks[winner].Attach {
			t.Fatalf("round %d: %v", round, errs)
		}
		for range 2 {
			again, err := w.BeginApply(w.ctx, s.RunID, hosts[winner])
			if err != nil || !again.Attach || again.SHA256 != s.Plan.SHA256 || len(again.Files) != 0 {
				t.Fatalf("round %d: the second time on one host: %+v, %v", round, again, err)
			}
		}
		if _, err := w.BeginApply(w.ctx, s.RunID, hosts[1-winner]); !errors.Is(err, orchestrator.ErrNothingToDo) {
			t.Fatalf("round %d: another host attaches: %v", round, err)
		}
		if r := w.run(s.RunID); *r.HostID != hosts[winner] || r.Attempt != 1 {
			t.Fatalf("round %d: %+v", round, r)
		}
	}
	if n := w.count("select count(*) from audit where action = 'session.start_apply'"); n != 20 {
		t.Errorf("%d starts, want 20", n)
	}
}

// The run of a session that has gone on is not started, however late its job.
func TestRunOfASessionThatHasGoneOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	edited, cancelled, ended := w.approved("a"), w.approved("b"), w.approved("c")
	w.must(w.PutResource(w.ctx, by(dev), form(edited, "bucket", "files")))
	_, err := w.Cancel(w.ctx, by(dev), cancelled.ID, cancelled.Generation)
	w.must(err)
	task, err := w.BeginApply(w.ctx, ended.RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, wrote(0, 1))
	for _, s := range []session.Session{edited, cancelled, ended} {
		w.unchanged(s.ID, func() {
			if _, err := w.BeginApply(w.ctx, s.RunID, "h1"); !errors.Is(err, orchestrator.ErrNothingToDo) {
				t.Errorf("%s: %v", s.ID, err)
			}
		})
	}
	w.unchanged(ended.ID, func() {
		if _, err := w.FinishApply(w.ctx, task.Run, wrote(1, 1)); !errors.Is(err, orchestrator.ErrNothingToDo) {
			t.Errorf("finished twice: %v", err)
		}
	})
	late, err := w.FinishApply(w.ctx, task.Run, wrote(1, 2)) // a state that nobody has
	if w.must(err); !late.StateRefused {
		t.Error("the state of a second end is thrown away")
	}
	if st := w.count("select state_serial from stacks where name = 'c'"); st != 1 {
		t.Errorf("the second end moved the state to serial %d", st)
	}
}

// A state written while Terraform runs is kept; an older one, another lineage's,
// and one of a run that has ended are not.
func TestStatesOfARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, task := w.applying("")
	serial := func() int { return w.count("select state_serial from stacks") }
	for _, step := range []struct {
		lineage string
		serial  int64
		want    int
	}{{"l", 2, 2}, {"l", 1, 2}, {"other", 7, 2}, {"l", 3, 3}} {
		w.must(w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: step.lineage, Serial: step.serial}, []byte("x")))
		if got := serial(); got != step.want {
			t.Fatalf("after %+v the serial is %d", step, got)
		}
	}
	w.finish(task.Run.ID, wrote(0, 4))
	w.must(w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: 9}, []byte("late")))
	if got := serial(); got != 4 {
		t.Errorf("a run that ended wrote serial %d: the stack had another writer", got)
	}
}

// The last state of an apply that is none to go on from is not kept, which is
// said and written down; the session ends all the same.
func TestLastStateIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		last    project.StateMeta
		refused bool
	}{
		"kept before":     {project.StateMeta{Lineage: "l", Serial: 3}, false},
		"newer":           {project.StateMeta{Lineage: "l", Serial: 4}, false},
		"older":           {project.StateMeta{Lineage: "l", Serial: 2}, true},
		"another lineage": {project.StateMeta{Lineage: "other", Serial: 9}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, task := w.applying("")
			w.must(w.SaveState(w.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: 3}, []byte("state 3")))
			out := wrote(0, 0)
			out.Meta, out.Outputs = test.last, []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}}
			done, err := w.FinishApply(w.ctx, task.Run, out)
			if w.must(err); done.StateRefused != test.refused {
				t.Errorf("refused: %v", done.StateRefused)
			}
			w.wantState(s.ID, session.Applied)
			l, err := w.Lobby(w.ctx, s.ID)
			w.must(err)
			if refused := len(l.Outputs) == 0; refused != test.refused {
				t.Errorf("outputs: %v", l.Outputs)
			}
			if n := w.count("select count(*) from audit where action = 'state.refused' and subject = $1", "session/"+s.ID); (n == 1) != test.refused {
				t.Errorf("audited %d times", n)
			}
			// The host died before it had put the directory aside, and brings it again.
			again, err := w.FinishApply(w.ctx, w.run(task.Run.ID), out)
			if again.StateRefused != test.refused || !test.refused && !errors.Is(err, orchestrator.ErrNothingToDo) {
				t.Errorf("brought again: refused %t, %v", again.StateRefused, err)
			}
		})
	}
}
