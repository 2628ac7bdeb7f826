package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/session"
)

const lease = time.Minute

func (w *world) owe(posts ...Post) {
	w.t.Helper()
	w.tx(func(tx *Tx) error {
		for _, p := range posts {
			p.GuildID = guild
			if err := tx.Owe(w.ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) claim(owner string) Post {
	w.t.Helper()
	p, err := w.ClaimPost(w.ctx, owner, lease)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) nothingOwed(why string) {
	w.t.Helper()
	if p, err := w.ClaimPost(w.ctx, "x", lease); !errors.Is(err, ErrNotFound) {
		w.t.Fatalf("%s: claimed %+v, %v", why, p, err)
	}
}

func (w *world) sent(id int64) {
	w.t.Helper()
	w.tx(func(tx *Tx) error { return tx.Sent(w.ctx, id) })
}

func notice(s session.Session, lane string) Post {
	return Post{Lane: lane, Kind: PostNotice, SessionID: s.ID}
}

// Eight senders on two processes: of each lane every post goes out once, in
// order, and no two of a lane are under way at the same time.
func TestOutboxOrderPerLane(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	const lanes, each = 5, 20
	var want []int64
	for range each {
		for l := range lanes {
			w.owe(notice(s, fmt.Sprint("lane", l)))
		}
	}
	stores := []*Store{w.Store, mustOpen(t, w.url)}
	var mu sync.Mutex
	underway, got := map[string]int64{}, map[string][]int64{}
	var senders errgroup.Group
	for i := range 8 {
		store := stores[i%2]
		senders.Go(func() error {
			for {
				p, err := store.ClaimPost(w.ctx, fmt.Sprint("sender", i), lease)
				if errors.Is(err, ErrNotFound) {
					if n, err := store.OwedPosts(w.ctx); err != nil || n == 0 {
						return err
					}
					continue
				}
				if err != nil {
					return err
				}
				mu.Lock()
				if other := underway[p.Lane]; other != 0 {
					t.Errorf("post %d of %s is taken while %d is under way", p.ID, p.Lane, other)
				}
				underway[p.Lane] = p.ID
				got[p.Lane] = append(got[p.Lane], p.ID)
				mu.Unlock()
				if rand.IntN(4) == 0 { // a sender that is slower than the others
					time.Sleep(time.Millisecond)
				}
				mu.Lock()
				underway[p.Lane] = 0
				mu.Unlock()
				if err := store.InTx(w.ctx, func(tx *Tx) error { return tx.Sent(w.ctx, p.ID) }); err != nil {
					return err
				}
			}
		})
	}
	if err := senders.Wait(); err != nil {
		t.Fatal(err)
	}
	for lane, ids := range got {
		if len(ids) != each || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != each {
			t.Errorf("%s went out as %v", lane, ids)
		}
		want = append(want, ids...)
	}
	if len(want) != lanes*each {
		t.Errorf("%d posts went out, want %d", len(want), lanes*each)
	}
}

// Of lobbies and progress messages that nobody has begun to send one is enough;
// of everything else each is sent.
func TestOutboxCoalesces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	lobby := Post{Lane: LobbyLane(s.ID), Kind: PostLobby, SessionID: s.ID}
	progress := Post{Lane: ThreadLane(s.ID), Kind: PostProgress, SessionID: s.ID}
	result := Post{Lane: ThreadLane(s.ID), Kind: PostResult, SessionID: s.ID}
	w.owe(lobby, lobby, progress, result, progress, result)
	if n, err := w.OwedPosts(w.ctx); err != nil || n != 4 {
		t.Fatalf("%d are owed, want 4, %v", n, err)
	}
	first := w.claim("a")
	w.owe(lobby, lobby) // what is being rendered now may be old already
	if n, _ := w.OwedPosts(w.ctx); n != 5 {
		t.Fatalf("%d are owed after a lobby was claimed, want 5", n)
	}
	w.sent(first.ID)
	w.claim("a") // the thread's head
	if second := w.claim("a"); second.Kind != PostLobby || second.ID == first.ID || second.Nonce == first.Nonce {
		t.Errorf("after %+v came %+v", first, second)
	}
}

// A change owes a lobby that is owed already. Nobody may send that one before
// the change commits: it would show what was before, and nothing newer would be
// owed.
func TestOutboxKeepsTheNewestLobby(t *testing.T) {
	t.Parallel()
	for _, kind := range []PostKind{PostLobby, PostProgress} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.newSession(w.stack)
			post := Post{GuildID: guild, Lane: LobbyLane(s.ID), Kind: kind, SessionID: s.ID}
			w.owe(post)
			w.tx(func(tx *Tx) error {
				if err := tx.SetThread(w.ctx, s.ID, "newest"); err != nil {
					return err
				}
				if err := tx.Owe(w.ctx, post); err != nil {
					return err
				}
				// Another process sends meanwhile.
				p, err := w.ClaimPost(w.ctx, "sender", lease)
				if errors.Is(err, ErrNotFound) {
					return nil
				}
				if err == nil {
					err = w.InTx(w.ctx, func(tx *Tx) error { return tx.Sent(w.ctx, p.ID) })
				}
				return err
			})
			if p := w.claim("sender"); p.Kind != kind {
				t.Fatalf("the newest %s is not owed, but %+v", kind, p)
			}
		})
	}
}

func TestOutboxDelayAndBury(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	w.owe(notice(s, "a"), notice(s, "a"), notice(s, "b"))
	head := w.claim("x")
	if err := w.Delay(w.ctx, head.ID, time.Hour, "503"); err != nil {
		t.Fatal(err)
	}
	other := w.claim("x")
	if other.Lane != "b" {
		t.Fatalf("a delayed head was overtaken in its lane by %+v", other)
	}
	w.nothingOwed("the only lane that is left waits")
	if wait, ok, err := w.NextPost(w.ctx); err != nil || !ok || wait > lease || wait < lease/2 {
		t.Errorf("the next is due in %s (%t), want the end of the claim in %s, %v", wait, ok, lease, err)
	}
	w.sent(other.ID)
	if wait, ok, err := w.NextPost(w.ctx); err != nil || !ok || wait > time.Hour || wait < 50*time.Minute {
		t.Errorf("the next is due in %s (%t), want an hour, %v", wait, ok, err)
	}
	w.exec("update outbox set not_before = now() where id = $1", head.ID)
	if again := w.claim("x"); again.ID != head.ID || again.Attempts != 2 || again.Nonce != head.Nonce {
		t.Errorf("claimed %+v again, want %d with the same nonce and two attempts", again, head.ID)
	}
	if err := w.Bury(w.ctx, head.ID, "gone"); err != nil {
		t.Fatal(err)
	}
	next := w.claim("x")
	if next.Lane != "a" || next.ID == head.ID {
		t.Errorf("after a burial came %+v", next)
	}
	w.sent(next.ID)
	w.nothingOwed("all are sent or buried")
	if _, ok, err := w.NextPost(w.ctx); ok || err != nil {
		t.Errorf("something is due: %t, %v", ok, err)
	}
	var reason string
	w.scan("select last_error from outbox where id = $1", []any{head.ID}, &reason)
	if reason != "gone" {
		t.Errorf("buried because of %q", reason)
	}
}

// A claim whose owner died ends by itself, or at once when the owner is back.
func TestOutboxClaimsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	w.owe(notice(s, "a"), notice(s, "a"))
	head := w.claim("dead")
	w.nothingOwed("the head is claimed")
	w.exec("update outbox set claimed_until = now() - interval '1 second' where id = $1", head.ID)
	if again := w.claim("next"); again.ID != head.ID {
		t.Fatalf("claimed %d, want %d", again.ID, head.ID)
	}
	if err := w.ReleaseClaims(w.ctx, "dead"); err != nil {
		t.Fatal(err)
	}
	w.nothingOwed("another's claim stays")
	if err := w.ReleaseClaims(w.ctx, "next"); err != nil {
		t.Fatal(err)
	}
	if again := w.claim("dead"); again.ID != head.ID {
		t.Fatalf("claimed %d, want %d", again.ID, head.ID)
	}
}

// Sending and what it made known are one transaction.
func TestSentRollsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	w.owe(Post{Lane: LobbyLane(s.ID), Kind: PostLobby, SessionID: s.ID})
	p := w.claim("x")
	rollback := errors.New("rollback")
	err := w.InTx(w.ctx, func(tx *Tx) error {
		return errors.Join(tx.Sent(w.ctx, p.ID), tx.SetLobbyMessage(w.ctx, s.ID, "m"), rollback)
	})
	if !errors.Is(err, rollback) {
		t.Fatal(err)
	}
	if got, err := w.Session(w.ctx, s.ID); err != nil || got.LobbyMessageID != "" {
		t.Errorf("the message is %q, %v", got.LobbyMessageID, err)
	}
	if n, err := w.OwedPosts(w.ctx); err != nil || n != 1 {
		t.Errorf("%d are owed, %v", n, err)
	}
}

// A post pings the people and the roles that its row names.
func TestPostNamesWhomItPings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	p := notice(s, LobbyLane(s.ID))
	p.MentionUsers, p.MentionRoles = []string{"1", "2"}, []string{"3"}
	w.owe(p)
	if got := w.claim("x"); !slices.Equal(got.MentionUsers, p.MentionUsers) || !slices.Equal(got.MentionRoles, p.MentionRoles) {
		t.Errorf("claimed %+v", got)
	}
}
