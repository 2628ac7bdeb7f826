package store

import (
	"context"
	"fmt"
	"time"
)

// forgetBatch bounds what one call forgets; the next one goes on.
const forgetBatch = 1000

// longEnded finds the sessions that ended before a time: nothing of theirs is
// ever acted on again. A failed one is not among them, it can be planned again.
const longEnded = "select id from sessions where state in ('APPLIED', 'CANCELLED', 'EXPIRED') and updated_at <= $1"

// ForgetPosts deletes the posts that were sent, and the sessions of which ended,
// longer ago than age.
func (s *Store) ForgetPosts(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "posts", age, "delete from outbox where id in (select id from outbox where sent_at <= $1 and (session_id is null or session_id in ("+longEnded+")) limit $2)")
}

// ForgetPlanFiles empties what is sealed of plans whose sessions ended longer ago
// than age. What the plan was for stays readable; it cannot be applied.
func (s *Store) ForgetPlanFiles(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "plan files", age, `update plans set bundle = '', secrets = ''
		where run_id in (select run_id from plans where octet_length(bundle) > 0 and session_id in (`+longEnded+") limit $2)")
}

func (s *Store) forget(ctx context.Context, what string, age time.Duration, sql string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, sql, now.Add(-age), forgetBatch); err != nil {
		return fmt.Errorf("forget old %s: %w", what, translate(err))
	}
	return nil
}
