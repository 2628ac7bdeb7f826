package app_test

import (
	"context"
	"fmt"
	"net/http"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// queuedBehind applies one tape, which is held, on a bot that does one thing at a
// time, and approves another, in a stack of its own: its run waits in the queue.
func queuedBehind(w *world) (held, queued discordsim.Message) {
	w.t.Helper()
	lobbies := map[string]discordsim.Message{}
	for _, name := range []string{"a", "b"} {
		lobbies[name] = w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": name})
		w.add(w.grace, lobbies[name], "tape", discordsim.Fields{"name": name})
		w.ready(lobbies[name], "1 to add")
	}
	w.click(w.grace, lobbies["a"], "Approve & Deploy")
	w.awaitCreated(1)
	w.click(w.grace, lobbies["b"], "Approve & Deploy")
	w.lobby(lobbies["b"], "Approved")
	return lobbies["a"], lobbies["b"]
}

// oneAtATime is a bot with room for one run.
func oneAtATime(c *config.Config) { c.ParallelRuns = 1 }

// A cancel of what is approved and queued is immediate: it is never begun.
func TestCancelWhileQueuedAfterTheApproval(t *testing.T) {
	t.Parallel()
	w := tapesIn(newWorld(t, configured(oneAtATime)), "a")
	held, queued := queuedBehind(w)
	s := w.session()
	w.click(w.grace, queued, "Cancel")
	w.lobby(queued, "Cancelled", "nothing was changed")
	if run := w.run(s.RunID); run.Status != store.RunCancelled || run.StartedAt != nil {
		t.Errorf("its run is %+v", run)
	}
	w.release("a")
	w.lobby(held, "Applied")
	// The next one finds the queue free, and the cancelled one is not in it.
	next := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "b"})
	w.add(w.grace, next, "tape", discordsim.Fields{"name": "c"})
	w.ready(next, "1 to add")
	w.click(w.grace, next, "Approve & Deploy")
	w.lobby(next, "Applied")
	w.createdOnce("tape.a", "tape.c")
}

// The bot is told to stop while a run waits for its turn: the run that is let go of
// makes room, and the one that waits does not get it. The next start takes both up.
func TestStopBeginsNoQueuedRun(t *testing.T) {
	t.Parallel()
	w := tapesIn(newWorld(t, configured(oneAtATime)), "a")
	if err := w.app.Stop(w.ctx); err != nil { // its project is there
		t.Fatal(err)
	}
	bot := w.launchIn(w.conf.DataDir, "CLOUDENGINE_PARALLEL=1", "CLOUDENGINE_TEMPLATES="+w.conf.Templates)
	w.readStore, w.app = w.openStore(), nil
	held, queued := queuedBehind(w)
	run := w.run(w.session().RunID)
	if err := bot.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.cmd.Wait(); err != nil {
		t.Errorf("it did not end well: %v", err)
	}
	if now := w.run(run.ID); now.Status != store.RunQueued || now.StartedAt != nil {
		t.Errorf("the run that waited: %+v", now)
	}
	w.createdOnce("tape.a")
	w.release("a")
	w.launchIn(w.conf.DataDir, "CLOUDENGINE_PARALLEL=1", "CLOUDENGINE_TEMPLATES="+w.conf.Templates)
	w.lobby(held, "Applied")
	w.lobby(queued, "Applied")
	w.createdOnce("tape.a", "tape.b")
}

// What comes in while the bot stops, as it still waits for what was under way, is
// not begun: neither an interaction nor a run. The next start does both.
func TestStopTakesNothingNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP(t)).start()
	b := w.balance(w.app.Web.URL())
	w.project()
	busy := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "busy"})
	w.add(w.grace, busy, "vpc", discordsim.Fields{"name": "main"})
	w.ready(busy, "1 to add")
	hung := w.session()
	other := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "other"})
	w.add(w.grace, other, "bucket", discordsim.Fields{"name": "files"})
	w.ready(other, "1 to add")
	waiting := w.session()

	letGo := w.hang(hung.ID)
	clicked := make(chan error, 1)
	go func() {
		_, err := w.grace.Click(w.ctx, w.newest(busy), "Cancel")
		clicked <- err
	}()
	w.awaitHung()
	stopped := make(chan error, 1)
	go func() { stopped <- w.app.Stop(w.ctx) }()
	w.eventually("the bot to stop", func() bool { status, _ := w.readyz(); return status == http.StatusServiceUnavailable })

	served := b.served[0].Load()
	if _, err := w.grace.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "third"}); err == nil {
		t.Error("a bot that stops took a command")
	}
	if now := b.served[0].Load(); now != served {
		t.Error("a bot that stops took an interaction")
	}
	// As another replica, which has no room, or what was under way would.
	req := orchestrator.Request{GuildID: w.guild.ID, Person: policy.Person{UserID: w.grace.ID, JoinedAt: w.grace.JoinedAt()}}
	if err := w.app.Orchestrator.Approve(w.ctx, req, waiting.ID, waiting.Generation, ""); err != nil {
		t.Fatal(err)
	}
	queued := w.session()
	w.eventually("the queue to hand the run out", func() bool { return w.tried(queued.RunID) })
	if run := w.run(queued.RunID); run.Status != store.RunQueued || run.StartedAt != nil {
		t.Errorf("a bot that stops began a run: %+v", run)
	}
	letGo()
	for what, done := range map[string]chan error{"the click": clicked, "the stop": stopped} {
		if err := <-done; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if c := w.created(); len(c) != 0 {
		t.Errorf("created: %v", c)
	}

	w.start()
	w.balance(w.app.Web.URL())
	w.lobby(other, "Applied")
	w.lobby(busy, "Cancelled") // what was under way when the stop came was done
	w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "third"})
	w.createdOnce("bucket.files")
	if s := w.session(); s.State != session.Draft {
		t.Errorf("the third is %s", s.State)
	}
}

// run reads a run.
func (w *world) run(id int64) store.Run {
	w.t.Helper()
	run, err := w.store().Run(w.ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// hangKey is the lock on which a session hangs.
const hangKey = 4711

// hang makes whatever changes the session wait, until it is let go.
func (w *world) hang(sessionID string) (letGo func()) {
	w.t.Helper()
	w.exec(w.db.Owner, fmt.Sprintf(`create function hang() returns trigger language plpgsql set lock_timeout = 0 as
		'begin perform pg_advisory_xact_lock_shared(%d); return new; end';
		create trigger hang before update on sessions for each row when (new.id = '%s') execute function hang()`, hangKey, sessionID))
	conn, err := pgx.Connect(w.ctx, w.db.Owner)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(w.ctx)) })
	if _, err := conn.Exec(w.ctx, "select pg_advisory_lock($1)", hangKey); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if err := conn.Close(w.ctx); err != nil {
			w.t.Error(err)
		}
	}
}

// awaitHung waits until somebody hangs.
func (w *world) awaitHung() {
	w.t.Helper()
	w.eventually("somebody to hang", func() bool {
		return w.ask("select exists (select from pg_locks where locktype = 'advisory' and objid = $1 and not granted)", hangKey)
	})
}

// tried reports whether the queue has handed a run out.
func (w *world) tried(runID int64) bool {
	w.t.Helper()
	return w.ask("select exists (select from river_job where (args->>'run_id')::bigint = $1 and kind = 'apply' and attempted_at is not null and state <> 'running')", runID)
}

func (w *world) ask(sql string, args ...any) (yes bool) {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, w.db.Owner)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(w.ctx)
	if err := conn.QueryRow(w.ctx, sql, args...).Scan(&yes); err != nil {
		w.t.Fatal(err)
	}
	return yes
}
