package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// PostRemind is a post that nobody sees: when its time has come, the session's
// lobby is owed, because what it shows depends on the time.
const PostRemind PostKind = "remind"

// Remind owes the session's lobby at a time, or before: there is one reminder of a
// session, for what comes first. The reminder has a lane of its own, as a post
// whose time has not come holds up those behind it.
func (tx *Tx) Remind(ctx context.Context, guildID, sessionID string, at time.Time) error {
	lane := "remind/" + sessionID
	_, err := tx.Exec(ctx, `
		with owed as (
			update outbox set not_before = least(not_before, $7) where lane = $2 and sent_at is null and dead_at is null returning id)
		insert into outbox (guild_id, lane, kind, session_id, mention_users, mention_roles, nonce, created_at, not_before, attempts, last_error, user_id)
		select $1, $2, $3, $4, '{}', '{}', $5, $6, $7, 0, '', ''
		where not exists (select from owed)`,
		guildID, lane, string(PostRemind), sessionID, usererr.Reference()+usererr.Reference(), tx.Now, at)
	if err != nil {
		return fmt.Errorf("owe a reminder: %w", err)
	}
	return tx.notify(ctx, TopicOutbox, "")
}

// Postpone gives a post back that was not sent at all, as if it had not been
// taken. A lobby or a progress message that was owed anew meanwhile takes its
// place.
func (s *Store) Postpone(ctx context.Context, id int64, pause time.Duration) error {
	_, err := s.pool.Exec(ctx, `update outbox set claimed_by = null, claimed_until = null, attempts = greatest(attempts - 1, 0),
		not_before = now() + $2::interval where id = $1 and sent_at is null and dead_at is null`, id, pause)
	if err = translate(err); errors.Is(err, ErrDuplicate) {
		_, err = s.pool.Exec(ctx, "update outbox set sent_at = now(), claimed_by = null, claimed_until = null, last_error = 'a newer one took its place' where id = $1", id)
		err = translate(err)
	}
	return err
}

// ResultFollows reports whether another result of the post's run is owed after it:
// a run that was lost is told of again when its host reports.
func (s *Store) ResultFollows(ctx context.Context, p Post) (bool, error) {
	var follows bool
	err := s.pool.QueryRow(ctx, "select exists (select from outbox where lane = $1 and id > $2 and kind = 'result' and run_id = $3 and sent_at is null and dead_at is null)",
		p.Lane, p.ID, p.RunID).Scan(&follows)
	return follows, translate(err)
}
