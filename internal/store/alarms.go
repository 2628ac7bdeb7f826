package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Alarm is something about the engine's own house that admins of a guild are told.
type Alarm struct {
	GuildID string
	Subject string // "disk/h1": what it is about, known again the next day
	Message string
	ToldAt  time.Time
}

// Lane is where the alarm's post is owed.
func (a Alarm) Lane() string { return "alarm/" + a.GuildID + "/" + a.Subject }

// RaiseAlarm notes an alarm and reports whether it is to be told now: one that was
// told within the pause is not.
func (tx *Tx) RaiseAlarm(ctx context.Context, a Alarm, pause time.Duration) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into alarms (guild_id, subject, message, told_at) values ($1, $2, $3, $4)
		on conflict (guild_id, subject) do update set message = excluded.message, told_at = excluded.told_at where alarms.told_at <= $5`,
		a.GuildID, a.Subject, a.Message, tx.Now, tx.Now.Add(-pause))
	if err != nil {
		return false, fmt.Errorf("raise an alarm: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// CalmAlarm forgets an alarm whose cause is gone: it is told the next time, however
// soon. What is still to be told of it is not.
func (tx *Tx) CalmAlarm(ctx context.Context, a Alarm) error {
	if _, err := tx.Exec(ctx, "delete from alarms where guild_id = $1 and subject = $2", a.GuildID, a.Subject); err != nil {
		return fmt.Errorf("calm an alarm: %w", err)
	}
	return nil
}

// AlarmIn reads the alarm whose post is owed in a lane, or ErrNotFound.
func (s *Store) AlarmIn(ctx context.Context, guildID, lane string) (Alarm, error) {
	a, err := one[Alarm](ctx, s.pool, "select guild_id, subject, message, told_at from alarms where guild_id = $1 and 'alarm/' || guild_id || '/' || subject = $2", guildID, lane)
	return a, translate(err)
}

// GuildsWithChannel lists the guilds that have a channel in which admins are told.
func (tx *Tx) GuildsWithChannel(ctx context.Context) ([]string, error) {
	rows, err := tx.Query(ctx, "select id from guilds where requests_channel <> '' order by id")
	if err != nil {
		return nil, fmt.Errorf("list guilds: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// DatabaseSize is how many bytes the database has.
func (s *Store) DatabaseSize(ctx context.Context) (int64, error) {
	var n int64
	err := s.pool.QueryRow(ctx, "select pg_database_size(current_database())").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("ask for the size of the database: %w", translate(err))
	}
	return n, nil
}
