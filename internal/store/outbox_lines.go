package store

import (
	"context"
	"fmt"
)

// PostedLines returns the last line of a run that a post covers; 0 for none.
func (tx *Tx) PostedLines(ctx context.Context, runID int64) (int, error) {
	var to int
	err := tx.QueryRow(ctx, "select coalesce(max(to_seq), 0) from outbox where run_id = $1 and kind = 'lines'", runID).Scan(&to)
	return to, err
}

// OwedLines returns the last line of a run that is owed after a post; 0 for none.
func (s *Store) OwedLines(ctx context.Context, runID, after int64) (int, error) {
	var to int
	err := s.pool.QueryRow(ctx, `select coalesce(max(to_seq), 0) from outbox
		where run_id = $1 and kind = 'lines' and id > $2 and sent_at is null and dead_at is null and attempts = 0`, runID, after).Scan(&to)
	return to, translate(err)
}

// ShownLines returns the last line of a run that the posts before one have shown
// or counted; 0 for none.
func (s *Store) ShownLines(ctx context.Context, runID, before int64) (int, error) {
	var to int
	err := s.pool.QueryRow(ctx, `select coalesce(max(to_seq), 0) from outbox
		where run_id = $1 and kind = 'lines' and id < $2 and sent_at is not null`, runID, before).Scan(&to)
	return to, translate(err)
}

// FoldLines makes a post cover the lines of its run up to one, and show those from
// another on. The posts that it takes in are owed no more. What is decided stands
// before anything is sent, so that a second try sends the same.
func (tx *Tx) FoldLines(ctx context.Context, post Post) error {
	_, err := tx.Exec(ctx, `delete from outbox
		where run_id = $1 and kind = 'lines' and id > $2 and to_seq <= $3 and sent_at is null and dead_at is null and attempts = 0`, post.RunID, post.ID, post.ToSeq)
	if err == nil {
		_, err = tx.Exec(ctx, "update outbox set to_seq = $2, shown_from = $3 where id = $1", post.ID, post.ToSeq, post.ShownFrom)
	}
	if err != nil {
		return fmt.Errorf("fold lines: %w", err)
	}
	return nil
}
