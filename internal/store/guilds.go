package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Guild reads what was decided about a Discord server; nothing yet is a value too.
func (s *Store) Guild(ctx context.Context, id string) (project.Guild, error) {
	g, err := one[project.Guild](ctx, s.pool, "select id, admin_role, requests_channel from guilds where id = $1", id)
	if errors.Is(err, ErrNotFound) {
		return project.Guild{ID: id}, nil
	}
	return g, translate(err)
}

// LockGuild reads what was decided about a Discord server, and locks it.
func (tx *Tx) LockGuild(ctx context.Context, id string) (project.Guild, error) {
	_, err := tx.Exec(ctx, "insert into guilds (id, admin_role, requests_channel, updated_at) values ($1, '', '', $2) on conflict do nothing", id, tx.Now)
	if err != nil {
		return project.Guild{}, fmt.Errorf("lock the guild: %w", err)
	}
	return one[project.Guild](ctx, tx, "select id, admin_role, requests_channel from guilds where id = $1 for update", id)
}

// SaveGuild writes what was decided about a Discord server.
func (tx *Tx) SaveGuild(ctx context.Context, g project.Guild) error {
	_, err := tx.Exec(ctx, `insert into guilds (id, admin_role, requests_channel, updated_at) values ($1, $2, $3, $4)
		on conflict (id) do update set admin_role = excluded.admin_role, requests_channel = excluded.requests_channel, updated_at = excluded.updated_at`,
		g.ID, g.AdminRole, g.RequestsChannel, tx.Now)
	if err != nil {
		return fmt.Errorf("save the guild: %w", err)
	}
	return nil
}
