package store

import (
	"context"
	"fmt"
	"time"
)

// RegisterHost says that a host has started.
func (s *Store) RegisterHost(ctx context.Context, id, version string) error {
	_, err := s.pool.Exec(ctx, `insert into hosts (id, started_at, seen_at, version) values ($1, now(), now(), $2)
		on conflict (id) do update set started_at = now(), seen_at = now(), version = excluded.version`, id, version)
	if err != nil {
		return fmt.Errorf("register host: %w", translate(err))
	}
	return nil
}

// HostSeen says that a host is alive.
func (s *Store) HostSeen(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, "update hosts set seen_at = now() where id = $1", id)
	return translate(err)
}

// HostAtWork is a host on which runs are under way.
type HostAtWork struct {
	ID     string
	SeenAt time.Time // when it was last heard of
	Runs   []int64   // not counting those that are lost already
}

// HostsAtWork lists the hosts on which runs are under way, but for one.
func (s *Store) HostsAtWork(ctx context.Context, but string) ([]HostAtWork, error) {
	list, err := many[HostAtWork](ctx, s.pool, `select h.id, h.seen_at, array_agg(r.id order by r.id) as runs
		from runs r join hosts h on h.id = r.host_id where r.status = 'running' and h.id <> $1 group by h.id order by h.id`, but)
	if err != nil {
		return nil, fmt.Errorf("list the hosts at work: %w", translate(err))
	}
	return list, nil
}

// HostSeenAt is when a host was last heard of, or ErrNotFound. It is not heard of
// again before this transaction has ended.
func (tx *Tx) HostSeenAt(ctx context.Context, id string) (time.Time, error) {
	at, err := one[struct{ SeenAt time.Time }](ctx, tx, "select seen_at from hosts where id = $1 for share", id)
	return at.SeenAt, err
}
