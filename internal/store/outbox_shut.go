package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ShutChannel is a channel that is deleted, or closed to the bot.
type ShutChannel struct {
	ChannelID string
	GuildID   string
	ParentID  string // of a thread: the channel that it is in
	Reason    string
}

// Shut notes that nothing can be sent to a channel, which is not to be tried for a
// while.
func (tx *Tx) Shut(ctx context.Context, c ShutChannel, pause time.Duration) error {
	_, err := tx.Exec(ctx, `insert into shut_channels (channel_id, guild_id, parent_id, since, next_try, reason) values ($1, $2, $3, $4, now() + $5::interval, $6)
		on conflict (channel_id) do update set next_try = excluded.next_try, reason = excluded.reason`,
		c.ChannelID, c.GuildID, c.ParentID, tx.Now, pause, c.Reason)
	if err != nil {
		return fmt.Errorf("note a shut channel: %w", err)
	}
	return nil
}

// IsShut reports whether a channel is known to be shut, and whether it is time to
// try it again.
func (s *Store) IsShut(ctx context.Context, channelID string) (shut, try bool, err error) {
	err = s.pool.QueryRow(ctx, "select next_try <= now() from shut_channels where channel_id = $1", channelID).Scan(&try)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, true, nil
	}
	return err == nil, try, translate(err)
}

// Reopen forgets that a channel, and the threads in it, are shut, and reports
// whether one of them was. The lobbies there are owed anew.
func (s *Store) Reopen(ctx context.Context, guildID, channelID string) (bool, error) {
	tag, err := s.pool.Exec(ctx, "delete from shut_channels where guild_id = $1 and (channel_id = $2 or parent_id = $2)", guildID, channelID)
	if err != nil || tag.RowsAffected() == 0 {
		return false, translate(err)
	}
	return true, s.InTx(ctx, func(tx *Tx) error { return tx.oweLobbiesIn(ctx, guildID, channelID) })
}

// oweLobbiesIn owes the lobbies in a channel of what is not over.
func (tx *Tx) oweLobbiesIn(ctx context.Context, guildID, channelID string) error {
	rows, err := tx.Query(ctx, "select id from sessions where guild_id = $1 and channel_id = $2 and state not in ('APPLIED', 'CANCELLED', 'EXPIRED') order by id", guildID, channelID)
	if err != nil {
		return fmt.Errorf("list the lobbies of a channel: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list the lobbies of a channel: %w", err)
	}
	for _, id := range ids {
		if err := tx.Owe(ctx, Post{GuildID: guildID, Lane: LobbyLane(id), Kind: PostLobby, SessionID: id}); err != nil {
			return err
		}
	}
	return nil
}

// ToldOfShut reports whether somebody was told, or is about to be, that nothing can
// be posted about a session, at a time or later.
func (tx *Tx) ToldOfShut(ctx context.Context, sessionID string, since time.Time) (bool, error) {
	var told bool
	err := tx.QueryRow(ctx, "select exists (select from outbox where kind = 'shut' and session_id = $1 and created_at >= $2)", sessionID, since).Scan(&told)
	return told, err
}
