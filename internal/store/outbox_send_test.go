package store

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

// When lines come faster than they can be posted, one post covers them all; what
// was shown or counted before it is known.
func TestFoldLines(t *testing.T) {
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
	w.sent(first.ID)
	second := w.claim("x")
	for *second.RunID != run.ID {
		second = w.claim("x")
	}
	if shown, err := w.ShownLines(w.ctx, run.ID, second.ID); err != nil || shown != 10 {
		t.Errorf("shown before it: to line %d, want 10, %v", shown, err)
	}
	owed, err := w.OwedLines(w.ctx, run.ID, second.ID)
	if err != nil || owed != 100 {
		t.Fatalf("owed after it: to line %d, want 100, %v", owed, err)
	}
	to, shownFrom := 90, 85
	second.ToSeq, second.ShownFrom = &to, &shownFrom
	w.tx(func(tx *Tx) error { return tx.FoldLines(w.ctx, second) })
	if owed, err := w.OwedLines(w.ctx, run.ID, second.ID); err != nil || owed != 100 {
		t.Errorf("owed after it: to line %d, want the 100 of the post that it did not take in, %v", owed, err)
	}
	if err := w.Delay(w.ctx, second.ID, 0, "the answer was lost"); err != nil {
		t.Fatal(err)
	}
	again := w.claim("x")
	if again.ID != second.ID || *again.ToSeq != to || again.ShownFrom == nil || *again.ShownFrom != shownFrom {
		t.Fatalf("claimed again %+v, want what was decided", again)
	}
	w.sent(again.ID)
	last := w.claim("x")
	if *last.FromSeq != 91 {
		t.Errorf("the next post begins with line %d, want 91", *last.FromSeq)
	}
	if shown, err := w.ShownLines(w.ctx, run.ID, last.ID); err != nil || shown != 90 {
		t.Errorf("shown or counted before it: to line %d, want 90, %v", shown, err)
	}
	w.tx(func(tx *Tx) error {
		to, err := tx.PostedLines(w.ctx, run.ID)
		if err != nil || to != 100 {
			t.Errorf("posts cover lines to %d, want 100, %v", to, err)
		}
		return err
	})
}

// A lane that is owed ten thousand posts has its turn, and the others have theirs
// in between; finding out whose it is reads neither what is behind the heads nor
// what was sent.
func TestOutboxIsFair(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	fill := func(lane string, n int, sent bool) {
		w.exec(`insert into outbox (guild_id, lane, kind, session_id, mention_users, mention_roles, nonce, created_at, not_before, attempts, last_error, user_id, sent_at)
			select $1, $2, 'notice', $3, '{}', '{}', $2 || n, now(), now() - interval '1 hour', 0, '', '', case when $5 then now() end from generate_series(1, $4) n`, guild, lane, s.ID, n, sent)
	}
	fill("past", 100_000, true)
	fill("flood", 10_000, false)
	w.exec("analyze outbox")
	const others = 20
	for i := range others {
		w.owe(notice(s, fmt.Sprint("other", i)))
	}
	turns := map[string]int{}
	for range 2 * others {
		p := w.claim("x")
		w.sent(p.ID)
		turns[p.Lane[:5]]++
		if turns["other"] == others {
			break
		}
	}
	if turns["other"] != others || turns["flood"] > 3 {
		t.Errorf("while every other lane had one turn the flood had %d: %v", turns["flood"], turns)
	}
	if read := w.rowsRead(claimPost, "x", lease); read > 200 {
		t.Errorf("a claim reads %d rows", read)
	}
}

// Ten thousand posts of the clock that are due in days cost nothing; those that are
// due are taken, longest due first, among all the others.
func TestOutboxLeavesOutWhatIsDueInDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	const lanes = 10_000
	w.exec(`insert into outbox (guild_id, lane, kind, session_id, mention_users, mention_roles, nonce, created_at, not_before, attempts, last_error, user_id)
		select $1, 'ending/' || n, 'ending', $2, '{}', '{}', 'n' || n, now(), now() + interval '3 days' + n * interval '1 minute', 0, '', '' from generate_series(1, $3::int) n`, guild, s.ID, lanes)
	w.exec("analyze outbox")
	if wait, owed, err := w.NextPost(w.ctx); err != nil || !owed || wait < 71*time.Hour || wait > 73*time.Hour {
		t.Errorf("the next is due in %s (%t), want three days, %v", wait, owed, err)
	}
	w.owe(notice(s, "a"), notice(s, "z"))
	w.exec("update outbox set not_before = now() - n * interval '1 hour' from generate_series(1, 2) n where lane = 'ending/' || (n * 100)")
	for name, sql := range map[string]string{"a claim": claimPost, "looking for the next": nextPost} {
		args := []any{"x", lease}[:2*strings.Count(name, "claim")]
		if read := w.rowsRead(sql, args...); read > 100 {
			t.Errorf("%s reads %d rows", name, read)
		}
	}
	w.exec("update outbox set claimed_until = null where sent_at is null") // explaining it took one
	var got []string
	for range 4 {
		p := w.claim("x")
		got = append(got, p.Lane)
	}
	if want := "ending/200 ending/100 a z"; strings.Join(got, " ") != want {
		t.Errorf("taken: %v, want %s", got, want)
	}
	if wait, owed, err := w.NextPost(w.ctx); err != nil || !owed || wait > lease || wait < lease/2 {
		t.Errorf("the next is due in %s (%t), want the end of a claim, %v", wait, owed, err)
	}
	w.nothingOwed("all that is due is taken")
}

// rowsRead runs a statement and counts the rows that the nodes of its plan handled.
func (w *world) rowsRead(sql string, args ...any) int {
	w.t.Helper()
	rows, err := w.pool.Query(w.ctx, "explain (analyze, timing off, costs off) "+sql, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	read := 0
	for _, m := range regexp.MustCompile(`(?:rows=([\d.]+) loops=(\d+))|(?:Rows Removed by (?:Join )?Filter: (\d+))`).FindAllStringSubmatch(strings.Join(plan, "\n"), -1) {
		each, _ := strconv.ParseFloat(m[1], 64)
		loops, _ := strconv.Atoi(m[2])
		removed, _ := strconv.Atoi(m[3])
		read += int(each*float64(loops)) + removed
	}
	w.t.Logf("%d rows:\n%s", read, strings.Join(plan, "\n"))
	return read
}

// A channel that is shut is not tried before its time, and when it opens, what is
// there is owed anew.
func TestShutChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	ask := func(channel string, wantShut, wantTry bool) {
		t.Helper()
		if shut, try, err := w.IsShut(w.ctx, channel); err != nil || shut != wantShut || try != wantTry {
			t.Errorf("%s is shut %t, to be tried %t, %v", channel, shut, try, err)
		}
	}
	shut := func(pause time.Duration) {
		w.tx(func(tx *Tx) error {
			return tx.Shut(w.ctx, ShutChannel{ChannelID: "thread", GuildID: guild, ParentID: s.ChannelID, Reason: "gone"}, pause)
		})
	}
	ask("thread", false, true)
	shut(time.Hour)
	ask("thread", true, false)
	shut(-time.Second)
	ask("thread", true, true)
	for _, want := range []bool{true, false} {
		if open, err := w.Reopen(w.ctx, guild, s.ChannelID); err != nil || open != want {
			t.Errorf("reopened: %t, want %t, %v", open, want, err)
		}
	}
	ask("thread", false, true)
	if p := w.claim("x"); p.Kind != PostLobby || p.SessionID != s.ID {
		t.Errorf("owed after it opened: %+v", p)
	}
	w.tx(func(tx *Tx) error {
		for _, want := range []bool{false, true} {
			told, err := tx.ToldOfShut(w.ctx, s.ID, tx.Now)
			if err != nil || told != want {
				t.Errorf("told: %t, want %t, %v", told, want, err)
			}
			if err := tx.Owe(w.ctx, Post{GuildID: guild, Lane: PersonLane("u"), Kind: PostShut, SessionID: s.ID, UserID: "u"}); err != nil {
				return err
			}
		}
		told, err := tx.ToldOfShut(w.ctx, s.ID, tx.Now.Add(time.Second))
		if told {
			t.Error("told, although not since then")
		}
		return err
	})
}
