package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

const (
	// rotateBatch is how many values change their key in one transaction.
	rotateBatch = 50
	// hostAlive is for how long after a heartbeat a host counts as running: three of
	// them are 30 seconds.
	hostAlive = 30 * time.Second
)

// Rotated is what became of a rotation.
type Rotated struct {
	Values int // sealed anew by this call
	Before int // that were under the new key already: a rotation before did not end
}

// Rotate seals every value that old sealed with the new key, in batches, and calls
// progress after each. It can be ended at any moment and run again: each value
// says which key it has. No bot may run on the database meanwhile; one that starts
// waits, as for a migration.
func Rotate(ctx context.Context, url string, old, new *Sealer, operator string, progress func(done, of int)) (Rotated, error) {
	var done Rotated
	conn, err := Connect(ctx, url)
	if err != nil {
		return done, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // frees the lock too
	if err := alone(ctx, conn); err != nil {
		return done, err
	}
	left, err := countSealed(ctx, conn, "<>", new)
	if err != nil {
		return done, err
	}
	if done.Before, err = countSealed(ctx, conn, "=", new); err != nil {
		return done, err
	}
	for _, c := range sealedColumns {
		if err := c.rotate(ctx, conn, old, new, func(n int) { done.Values += n; progress(done.Values, left) }); err != nil {
			return done, err
		}
	}
	_, err = conn.Exec(ctx, `insert into audit (at, guild_id, actor, action, subject, before, after, interaction_id, reason)
		values (now(), '', $1, 'key.rotate', 'key/' || $2::text, $3, $4, '', '')`,
		operator, new.KeyID(), map[string]any{"key": old.KeyID()}, map[string]any{"key": new.KeyID(), "values": done.Values})
	if err != nil {
		return done, fmt.Errorf("audit the rotation: %w", err)
	}
	return done, nil
}

// alone takes the lock that starting bots wait for, and refuses where one runs.
func alone(ctx context.Context, conn *pgx.Conn) error {
	if err := requireSchema(ctx, conn); err != nil {
		return err
	}
	var free bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", migrationLock).Scan(&free); err != nil {
		return fmt.Errorf("lock out bots that start: %w", err)
	}
	if !free {
		return usererr.New(usererr.Conflict, "A migration or another rotation is under way in this database. No value was changed. Wait for its end, then run this again.")
	}
	var host string
	var ago time.Duration
	err := conn.QueryRow(ctx, "select id, now() - seen_at from hosts where seen_at > now() - $1::interval order by seen_at desc limit 1", hostAlive).Scan(&host, &ago)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for bots that run: %w", err)
	}
	return usererr.New(usererr.Conflict, "A bot runs on this database: host %s reported %d seconds ago. No value was changed. Stop every bot (running applies go on), wait %d seconds, then run this again.",
		host, int(ago.Seconds()), int(hostAlive.Seconds()))
}

// countSealed counts the values whose head is, or is not, what the sealer writes.
func countSealed(ctx context.Context, conn *pgx.Conn, is string, s *Sealer) (total int, err error) {
	for _, c := range sealedColumns {
		var n int
		if err := conn.QueryRow(ctx, fmt.Sprintf("select count(*) from %s where octet_length(%[2]s) > 0 and substring(%[2]s for %d) %s $1", c.table, c.column, sealHead, is), s.head()).Scan(&n); err != nil {
			return 0, fmt.Errorf("count what is sealed in %s: %w", c.table, translate(err))
		}
		total += n
	}
	return total, nil
}

func (c sealedColumn) rotate(ctx context.Context, conn *pgx.Conn, old, new *Sealer, progress func(n int)) error {
	for after := int64(0); ; {
		var n int
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
			n, after, err = c.rotateBatch(ctx, tx, old, new, after)
			return err
		})
		if err != nil {
			return fmt.Errorf("seal %s.%s anew: %w", c.table, c.column, translate(err))
		}
		if n == 0 {
			return nil
		}
		progress(n)
	}
}

// rotateBatch seals the next values anew, and returns how many and the id of the
// last.
func (c sealedColumn) rotateBatch(ctx context.Context, tx pgx.Tx, old, new *Sealer, after int64) (int, int64, error) {
	type row struct {
		ID     int64
		Row    string
		Sealed []byte
	}
	batch, err := many[row](ctx, tx, fmt.Sprintf(`select %[1]s as id, %[2]s as row, %[3]s as sealed from %[4]s
		where %[1]s > $1 and octet_length(%[3]s) > 0 and substring(%[3]s for %[5]d) <> $2 order by %[1]s limit %[6]d for update`,
		c.id, c.row, c.column, c.table, sealHead, rotateBatch), after, new.head())
	if err != nil {
		return 0, after, err
	}
	for _, r := range batch {
		plain, err := old.Open(c.kind, r.Row, r.Sealed)
		if err != nil {
			return 0, after, err
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf("update %s set %s = $2 where %s = $1", c.table, c.column, c.id), r.ID, new.Seal(c.kind, r.Row, plain)); err != nil {
			return 0, after, err
		}
		after = r.ID
	}
	return len(batch), after, nil
}
