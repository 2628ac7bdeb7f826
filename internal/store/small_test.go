package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestInteractionIsHandledOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	handle := func(id string, then error) error {
		return w.InTx(w.ctx, func(tx *Tx) error {
			if err := tx.HandleOnce(w.ctx, id, guild); err != nil {
				return err
			}
			return then
		})
	}
	refused := errors.New("refused")
	if err := handle("a", refused); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if err := handle("a", nil); err != nil {
		t.Fatal("a refusal changed nothing, so it may come again:", err)
	}
	if err := handle("a", nil); !errors.Is(err, ErrReplay) {
		t.Fatalf("a replay: %v", err)
	}
	if err := w.ForgetInteractions(w.ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := handle("a", nil); !errors.Is(err, ErrReplay) {
		t.Fatalf("forgotten too early: %v", err)
	}
	w.exec("update interactions set received_at = now() - interval '2 hours'")
	if err := w.ForgetInteractions(w.ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	var kept int
	if w.scan("select count(*) from interactions", nil, &kept); kept != 0 {
		t.Errorf("%d interactions are kept for ever", kept)
	}
}

func TestFormDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := FormDraft{GuildID: guild, SessionID: w.newSession(w.stack).ID, UserID: "1", Kind: "vpc", Editing: "vpc.main",
		Raw: map[string]string{"name": "${file(\"x\")}\n`'", "cidr": ""}}
	id, err := w.KeepDraft(w.ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Draft(w.ctx, id, guild, "1")
	want.ID, want.CreatedAt = id, got.CreatedAt
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, who := range [][2]string{{guild, "2"}, {"999", "1"}} {
		if _, err := w.Draft(w.ctx, id, who[0], who[1]); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v reads it: %v", who, err)
		}
	}
	if err := w.ForgetDrafts(w.ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Draft(w.ctx, id, guild, "1"); err != nil {
		t.Errorf("forgotten too early: %v", err)
	}
	w.exec("update form_drafts set created_at = now() - interval '2 hours'")
	if err := w.ForgetDrafts(w.ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Draft(w.ctx, id, guild, "1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("kept for ever: %v", err)
	}
}

func runIDs(runs []Run) (out []int64) {
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

func TestRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	apply := w.running(s, RunApply, "h1")
	planning := w.running(s, RunPlan, "h1")
	queued, last := w.newRun(s, RunPlan), w.newRun(s, RunPlan)
	if n, err := w.QueuePosition(w.ctx, last.ID); err != nil || n != 1 {
		t.Errorf("%d stand before the last, want 1, %v", n, err)
	}
	if mine, err := w.RunsOfHost(w.ctx, "h1"); err != nil || !slices.Equal(runIDs(mine), []int64{apply.ID, planning.ID}) {
		t.Errorf("runs of the host: %v, %v", runIDs(mine), err)
	}
	if stranded, err := w.StrandedRuns(w.ctx, time.Minute); err != nil || !slices.Equal(runIDs(stranded), []int64{queued.ID, last.ID}) {
		t.Errorf("without a job: %v, %v", runIDs(stranded), err)
	}

	if others, err := w.HostsAtWork(w.ctx, "h1"); err != nil || len(others) != 0 {
		t.Errorf("others at work: %v, %v", others, err)
	}
	atWork, err := w.HostsAtWork(w.ctx, "h2")
	if err != nil || len(atWork) != 1 || atWork[0].ID != "h1" || !slices.Equal(atWork[0].Runs, []int64{apply.ID, planning.ID}) {
		t.Fatalf("at work: %v, %v", atWork, err)
	}
	w.exec("update hosts set seen_at = now() - interval '2 minutes'")
	if err := w.HostSeen(w.ctx, "h1"); err != nil {
		t.Fatal(err)
	}
	if again, err := w.HostsAtWork(w.ctx, "h2"); err != nil || !again[0].SeenAt.After(atWork[0].SeenAt) {
		t.Errorf("after it was heard of: %v, %v", again, err)
	}

	w.tx(func(tx *Tx) error {
		if _, err := tx.StartRun(w.ctx, apply.ID, "h1"); !errors.Is(err, ErrNotFound) {
			t.Errorf("started again: %v", err)
		}
		if err := tx.RequeueRun(w.ctx, apply.ID, "h1"); !errors.Is(err, ErrNotFound) {
			t.Errorf("an apply was queued again: %v", err)
		}
		if err := tx.RequeueRun(w.ctx, planning.ID, "h2"); !errors.Is(err, ErrNotFound) {
			t.Errorf("another host's plan was queued again: %v", err)
		}
		return tx.RequeueRun(w.ctx, planning.ID, "h1")
	})
	if r, err := w.Run(w.ctx, planning.ID); err != nil || r.Status != RunQueued || r.Attempt != 2 || r.HostID != nil || r.StartedAt != nil {
		t.Errorf("queued again: %+v, %v", r, err)
	}
	if _, err := w.Run(w.ctx, 12345); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown run: %v", err)
	}
}

func TestRunRequestsAndEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.running(w.newSession(w.stack), RunApply, "h1")
	for _, by := range []string{"1", "2"} {
		w.tx(func(tx *Tx) error {
			return errors.Join(tx.RequestCancel(w.ctx, run.ID, by), tx.RequestForce(w.ctx, run.ID, by),
				tx.SetProgress(w.ctx, run.ID, json.RawMessage(`{"done": `+by+`}`)), tx.SetProgressMessage(w.ctx, run.ID, "m"+by))
		})
	}
	r, err := w.Run(w.ctx, run.ID)
	if err != nil || *r.CancelRequestedBy != "1" || *r.ForceRequestedBy != "1" || r.CancelRequestedAt == nil || r.ForceRequestedAt == nil {
		t.Fatalf("the first request counts: %+v, %v", r, err)
	}
	if string(r.Progress) != `{"done": 2}` || r.ProgressMessageID != "m2" {
		t.Errorf("progress %s in %s", r.Progress, r.ProgressMessageID)
	}
	exit := 1
	w.tx(func(tx *Tx) error { return tx.EndRun(w.ctx, run.ID, RunFailed, &exit) })
	err = w.InTx(w.ctx, func(tx *Tx) error { return tx.EndRun(w.ctx, run.ID, RunSucceeded, nil) })
	if r, _ := w.Run(w.ctx, run.ID); !errors.Is(err, ErrNotFound) || r.Status != RunFailed || *r.ExitCode != 1 || !r.Status.Ended() {
		t.Errorf("ended twice: %+v, %v", r, err)
	}
}

// A transaction that Postgres asks to repeat is repeated; its time is one value.
func TestInTxRepeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.newSession(w.stack), w.newSession(w.stack)
	// Two transactions lock two rows in opposite order: one of them is ended by
	// Postgres, and does its work on the second try.
	firsts := make(chan struct{}, 2)
	ends := make(chan error, 2)
	for _, order := range [][2]string{{a.ID, b.ID}, {b.ID, a.ID}} {
		go func() {
			once := true
			ends <- w.InTx(w.ctx, func(tx *Tx) error {
				if err := tx.SetThread(w.ctx, order[0], "x"); err != nil {
					return err
				}
				if once { // both hold their first row
					once = false
					firsts <- struct{}{}
					for len(firsts) < 2 && w.ctx.Err() == nil {
						time.Sleep(time.Millisecond)
					}
				}
				return tx.SetThread(w.ctx, order[1], "x")
			})
		}()
	}
	for range 2 {
		if err := await(t, ends, "end of a transaction"); err != nil {
			t.Error(err)
		}
	}
	now, err := w.Now(w.ctx)
	if err != nil || now.IsZero() {
		t.Fatal(now, err)
	}
	w.tx(func(tx *Tx) error {
		if tx.Now.Before(now) {
			t.Errorf("time runs backwards: %s, then %s", now, tx.Now)
		}
		return nil
	})
	if err := w.Ping(w.ctx); err != nil {
		t.Error(err)
	}
}

// A server that goes away in a transaction is said to be unreachable, and the
// next transaction finds it again. Nothing was changed, unless it went away in
// the very commit: then that is said.
func TestServerEndsTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kill := func(tx *Tx) error {
		_, err := w.pool.Exec(w.ctx, "select pg_terminate_backend($1, 5000)", tx.Conn().PgConn().PID())
		return err
	}
	before := w.InTx(w.ctx, func(tx *Tx) error {
		if err := kill(tx); err != nil {
			return err
		}
		return tx.SetThread(w.ctx, "x", "y")
	})
	in := w.InTx(w.ctx, kill)
	for err, text := range map[error]string{before: "nothing was changed", in: "not certain whether this was done"} {
		if !usererr.Is(err, usererr.Unavailable) || !strings.Contains(usererr.Text(err, ""), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
	if err := w.InTx(w.ctx, func(*Tx) error { return nil }); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
	gone, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := w.InTx(gone, func(*Tx) error { return nil }); usererr.Is(err, usererr.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up: %v", err)
	}
}
