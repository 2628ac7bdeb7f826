package store

import (
	"context"
	"fmt"
	"time"
)

// ErrReplay: the interaction was handled already.
var ErrReplay = fmt.Errorf("the interaction was handled already: %w", ErrDuplicate)

// HandleOnce records that the transaction handles an interaction, or returns
// ErrReplay when one before did.
func (tx *Tx) HandleOnce(ctx context.Context, id, guildID string) error {
	tag, err := tx.Exec(ctx, "insert into interactions (id, guild_id, received_at) values ($1, $2, $3) on conflict do nothing", id, guildID, tx.Now)
	if err != nil {
		return fmt.Errorf("record interaction: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrReplay
	}
	return nil
}

// ForgetInteractions deletes what is older than age. Discord's tokens live for
// 15 minutes, so nothing that old can come again.
func (s *Store) ForgetInteractions(ctx context.Context, age time.Duration) error {
	_, err := s.pool.Exec(ctx, "delete from interactions where received_at < now() - $1::interval", age)
	return translate(err)
}
