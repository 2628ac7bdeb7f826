package store

import (
	"testing"
	"time"
)

// A reminder is owed once, waits for its time in a lane of its own, and may be
// owed again when it was sent.
func TestRemind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	remind := func() {
		w.tx(func(tx *Tx) error { return tx.Remind(w.ctx, guild, s.ID, tx.Now.Add(time.Hour)) })
	}
	remind()
	remind()
	w.owe(Post{Lane: LobbyLane(s.ID), Kind: PostLobby, SessionID: s.ID})
	if n, err := w.OwedPosts(w.ctx); err != nil || n != 2 {
		t.Fatalf("%d are owed, want the lobby and one reminder, %v", n, err)
	}
	lobby := w.claim("x")
	if lobby.Kind != PostLobby {
		t.Fatalf("claimed %+v: the reminder's time has not come", lobby)
	}
	w.sent(lobby.ID)
	w.nothingOwed("the reminder's time has not come")
	w.tx(func(tx *Tx) error { return tx.Remind(w.ctx, guild, s.ID, tx.Now) })
	reminder := w.claim("x")
	if reminder.Kind != PostRemind || reminder.SessionID != s.ID {
		t.Fatalf("claimed %+v", reminder)
	}
	w.sent(reminder.ID)
	remind()
	if n, err := w.OwedPosts(w.ctx); err != nil || n != 1 {
		t.Errorf("%d are owed after the reminder, want another, %v", n, err)
	}
}

// A post that was given back unsent is as it was; unless a newer one has taken
// its place.
func TestPostpone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	lobby := Post{Lane: LobbyLane(s.ID), Kind: PostLobby, SessionID: s.ID}
	w.owe(lobby)
	first := w.claim("x")
	if err := w.Postpone(w.ctx, first.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	w.nothingOwed("it was postponed")
	w.owe(lobby)
	if n, err := w.OwedPosts(w.ctx); err != nil || n != 1 {
		t.Fatalf("%d are owed, want the postponed one alone, %v", n, err)
	}
	w.exec("update outbox set not_before = now()")
	if again := w.claim("x"); again.ID != first.ID || again.Attempts != 1 {
		t.Fatalf("claimed %+v, want %d with one attempt", again, first.ID)
	}
	w.owe(lobby) // while it is being sent
	if err := w.Postpone(w.ctx, first.ID, 0); err != nil {
		t.Fatal(err)
	}
	if newest := w.claim("x"); newest.ID == first.ID {
		t.Error("the older of two lobbies is still owed")
	} else {
		w.sent(newest.ID)
	}
	w.nothingOwed("one took the other's place")
}

// When lines come faster than they can be posted, the oldest are skipped; what
// was shown and what was not is known.
func TestSkipLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	run, other := w.newRun(s, RunApply), w.newRun(s, RunPlan)
	var posts []Post
	for i := range 10 {
		from, to := i*10+1, i*10+10
		posts = append(posts, Post{Lane: ThreadLane(s.ID), Kind: PostLines, SessionID: s.ID, RunID: &run.ID, FromSeq: &from, ToSeq: &to})
	}
	one := 1
	w.owe(append(posts, Post{Lane: "other", Kind: PostLines, SessionID: s.ID, RunID: &other.ID, FromSeq: &one, ToSeq: &one})...)
	first := w.claim("x")
	backlog := func(want int) {
		t.Helper()
		if n, err := w.Backlog(w.ctx, run.ID, first.ID); err != nil || n != want {
			t.Errorf("the backlog is %d, want %d, %v", n, want, err)
		}
	}
	backlog(9)
	w.sent(first.ID)
	var skippedLines int
	skip := func() {
		w.tx(func(tx *Tx) (err error) {
			skippedLines, err = tx.SkipLines(w.ctx, run.ID, first.ID, 2)
			return err
		})
	}
	if skip(); skippedLines != 70 {
		t.Errorf("%d lines were skipped, want 70: all but those shown and the newest two posts", skippedLines)
	}
	backlog(2)
	if skip(); skippedLines != 0 {
		t.Errorf("%d lines were skipped again", skippedLines)
	}
	next := w.claim("x")
	for *next.RunID != run.ID {
		next = w.claim("x")
	}
	if *next.FromSeq != 81 {
		t.Errorf("the next post begins with line %d, want 81", *next.FromSeq)
	}
	if shown, err := w.ShownLines(w.ctx, run.ID, next.ID); err != nil || shown != 10 {
		t.Errorf("shown before it: to line %d, want 10, %v", shown, err)
	}
	w.tx(func(tx *Tx) error {
		to, err := tx.PostedLines(w.ctx, run.ID)
		if err != nil || to != 100 {
			t.Errorf("posts cover lines to %d, want 100: what was skipped is not owed again, %v", to, err)
		}
		return err
	})
}
