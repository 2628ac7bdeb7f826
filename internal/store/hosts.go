package store

import (
	"context"
	"fmt"
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
