package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// PostKind is what a message says; it is rendered when it is sent.
type PostKind string

// The kinds of posts.
const (
	PostLobby    PostKind = "lobby"    // post or edit the session's lobby
	PostThread   PostKind = "thread"   // open the session's thread
	PostProgress PostKind = "progress" // post or edit the run's progress in the thread
	PostLines    PostKind = "lines"    // lines FromSeq to ToSeq of the run
	PostResult   PostKind = "result"   // how the run ended, with the whole log
	PostNotice   PostKind = "notice"   // approval needed: pings MentionUsers and MentionRoles in the lobby's channel
	PostRequest  PostKind = "request"  // post or edit an access request
	PostEnding   PostKind = "ending"   // tells a person that a grant of theirs ends soon
	PostDecided  PostKind = "decided"  // tells a person what became of their access request
	PostStopped  PostKind = "stopped"  // tells a person who cancelled their deployment, and why
	PostAlarm    PostKind = "alarm"    // tells admins what is wrong with the engine's own house
	PostShut     PostKind = "shut"     // tells a person that nothing can be posted where their deployment is
)

// Post is a message that the engine owes Discord: about a session, an access
// request or a grant. One with a UserID goes to that person alone.
type Post struct {
	ID           int64
	GuildID      string
	Lane         string
	Kind         PostKind
	SessionID    string
	RunID        *int64
	FromSeq      *int
	ToSeq        *int
	ShownFrom    *int // of the lines: before it they are counted, and not shown; nil: all are shown
	RequestID    *int64
	GrantID      *int64
	UserID       string
	MentionUsers []string
	MentionRoles []string
	Nonce        string
	CreatedAt    time.Time
	Attempts     int
}

const postColumns = "id, guild_id, lane, kind, coalesce(session_id, '') as session_id, run_id, from_seq, to_seq, shown_from, request_id, grant_id, user_id, mention_users, mention_roles, nonce, created_at, attempts"

// LobbyLane and ThreadLane are the two orders in which a session's posts are
// sent: a lobby must not wait behind a thread's backlog.
func LobbyLane(sessionID string) string { return "lobby/" + sessionID }

// RequestLane and PersonLane are the orders of an access request's message, and of
// what one person is told.
func RequestLane(id int64) string { return "request/" + strconv.FormatInt(id, 10) }

// EndingLane is the lane of the announcement of a grant's end.
func EndingLane(grantID int64) string { return "ending/" + strconv.FormatInt(grantID, 10) }

// PersonLane is the lane of what one person is told.
func PersonLane(userID string) string { return "person/" + userID }

// ProgressLane is the lane in which a run's progress is redrawn, once it is there.
func ProgressLane(runID int64) string { return "progress/" + strconv.FormatInt(runID, 10) }

// ThreadLane is the lane of a session's thread.
func ThreadLane(sessionID string) string { return "thread/" + sessionID }

// coalesced says what becomes of a lobby or a progress message while one is owed
// that nobody has begun to send: that one is enough, as it is rendered when sent.
// Its row is locked until this transaction commits, so that nobody sends it
// before, when it would still show what was.
const coalesced = `(lane, kind) where kind in ('lobby', 'progress', 'request') and sent_at is null and dead_at is null and attempts = 0
	do update set created_at = excluded.created_at`

// Owe adds a post to its lane; lobbies and progress messages are coalesced.
func (tx *Tx) Owe(ctx context.Context, p Post) error { return tx.OweIn(ctx, p, 0) }

// OweIn adds a post that is due in a while. It holds up what is behind it in its
// lane, and so has one of its own.
func (tx *Tx) OweIn(ctx context.Context, p Post, pause time.Duration) error {
	if p.MentionUsers == nil {
		p.MentionUsers = []string{}
	}
	if p.MentionRoles == nil {
		p.MentionRoles = []string{}
	}
	_, err := tx.Exec(ctx, `
		insert into outbox (guild_id, lane, kind, session_id, run_id, from_seq, to_seq, mention_users, nonce, created_at, not_before, attempts, last_error, request_id, grant_id, user_id, mention_roles)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10, now() + $15::interval, 0, '', $11, $12, $13, $14) on conflict `+coalesced,
		p.GuildID, p.Lane, string(p.Kind), p.SessionID, p.RunID, p.FromSeq, p.ToSeq, p.MentionUsers, usererr.Reference()+usererr.Reference(), tx.Now.Add(pause), p.RequestID, p.GrantID, p.UserID, p.MentionRoles, pause)
	if err != nil {
		return fmt.Errorf("owe a post: %w", err)
	}
	return tx.notify(ctx, TopicOutbox, "")
}

// heads are the first owed posts of each lane. They are found by going from lane to
// lane through the index: what a lane has behind its head costs nothing. Posts of the
// clock are left out, as there are many whose time is far off.
const heads = `with recursive heads as (
	(select id, lane, not_before, claimed_until from outbox
		where sent_at is null and dead_at is null and kind not in ('ending', 'remind') order by lane, id limit 1)
	union all
	select next.* from heads, lateral (
		select id, lane, not_before, claimed_until from outbox
		where lane > heads.lane and sent_at is null and dead_at is null and kind not in ('ending', 'remind') order by lane, id limit 1) next)
`

// timed are the owed posts of the clock. Two in one lane do not depend on each other.
const timed = `from outbox where sent_at is null and dead_at is null and kind in ('ending', 'remind')`

// claimPost looks at some heads, as somebody may hold the first: a change that owes
// a lobby anew, or another sender. (coalesce keeps the planner from reading all that
// is owed, where it believes that to be little.)
const claimPost = heads + `
	update outbox set claimed_by = $1, claimed_until = now() + $2::interval, attempts = attempts + 1
	where id = (
		select o.id from (
			(select id from heads where not_before <= now() and (claimed_until is null or claimed_until < now())
				order by not_before, id limit 20)
			union all
			(select id ` + timed + ` and not_before <= now() and (claimed_until is null or claimed_until < now())
				order by not_before, id limit 20)) due
		join outbox o on o.id = due.id
		where coalesce(o.sent_at, o.dead_at) is null and o.not_before <= now() and (o.claimed_until is null or o.claimed_until < now())
		order by o.not_before, o.id limit 1 for update of o skip locked)
	returning ` + postColumns

// ClaimPost takes an owed post for the time of the lease, or returns ErrNotFound.
// Of each lane only the head can be taken, so a lane's posts go out one after the
// other, whichever process sends them. Of the heads that comes first which waits
// longest to be one: a lane with much to say delays nobody else's.
func (s *Store) ClaimPost(ctx context.Context, owner string, lease time.Duration) (Post, error) {
	p, err := one[Post](ctx, s.pool, claimPost, owner, lease)
	if errors.Is(err, ErrNotFound) {
		return p, err
	}
	return p, translate(err)
}

// nextPost looks at what is due, which somebody has taken, and at what is due next.
const nextPost = heads + `
	select extract(epoch from min(greatest(not_before, coalesce(claimed_until, not_before))) - now()) from (
		select not_before, claimed_until from heads
		union all
		(select not_before, claimed_until ` + timed + ` and not_before <= now())
		union all
		(select not_before, claimed_until ` + timed + ` and not_before > now() order by not_before, id limit 1)) next`

// NextPost says how long it is until the first of the lanes' heads may be sent;
// false when nothing is owed.
func (s *Store) NextPost(ctx context.Context) (time.Duration, bool, error) {
	var wait *float64
	err := s.pool.QueryRow(ctx, nextPost).Scan(&wait)
	if err != nil || wait == nil {
		return 0, false, translate(err)
	}
	return time.Duration(*wait * float64(time.Second)), true, nil
}

// settled lets the next of a lane take its place behind the heads that wait
// already, once its head is off.
const settled = `, next as (
		select o.id from outbox o, head where o.lane = head.lane and o.id > head.id and o.sent_at is null and o.dead_at is null
		order by o.id limit 1 for update of o skip locked)
	update outbox set not_before = now() where id = (select id from next) and not_before < now()`

// Sent marks a post as sent. Sending and what it made known (a message's id) are
// one transaction.
func (tx *Tx) Sent(ctx context.Context, id int64) error {
	if _, err := tx.Exec(ctx, "with head as (update outbox set sent_at = $2, claimed_by = null, claimed_until = null where id = $1 returning id, lane)"+settled, id, tx.Now); err != nil {
		return fmt.Errorf("mark post as sent: %w", err)
	}
	return tx.notify(ctx, TopicOutbox, "")
}

// Delay gives a post back, to be tried again after the pause.
func (s *Store) Delay(ctx context.Context, id int64, pause time.Duration, reason string) error {
	_, err := s.pool.Exec(ctx, `update outbox set claimed_by = null, claimed_until = null, not_before = now() + $2::interval, last_error = $3 where id = $1`, id, pause, reason)
	return translate(err)
}

// Bury gives a post up: it can never be sent. The lane goes on.
func (s *Store) Bury(ctx context.Context, id int64, reason string) error {
	return s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `with head as (update outbox set claimed_by = null, claimed_until = null, dead_at = now(), last_error = $2 where id = $1 returning id, lane)`+settled, id, reason)
		if err != nil {
			return fmt.Errorf("give a post up: %w", err)
		}
		return tx.notify(ctx, TopicOutbox, "")
	})
}

// ReleaseClaims frees what a process of that name held when it died.
func (s *Store) ReleaseClaims(ctx context.Context, owner string) error {
	_, err := s.pool.Exec(ctx, "update outbox set claimed_by = null, claimed_until = null where claimed_by = $1 and sent_at is null", owner)
	return translate(err)
}

// OwedPosts counts what is not sent yet.
func (s *Store) OwedPosts(ctx context.Context) (int, error) {
	var n int
	err := s.pool.QueryRow(ctx, "select count(*) from outbox where sent_at is null and dead_at is null").Scan(&n)
	return n, translate(err)
}
