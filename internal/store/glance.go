package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Glance is what it takes to open a form of a session: read in one query, as a
// form is the first answer to a click.
type Glance struct {
	State      session.State
	Generation int
	Provider   string
	Resources  []project.Resource
	Level      project.Level // of the person's grant in force
}

// Glance reads a session of a guild as a person sees it, or ErrNotFound.
func (s *Store) Glance(ctx context.Context, guildID, id, userID string) (Glance, error) {
	var g Glance
	var state string
	var level *int
	var ends *time.Time
	var now time.Time
	err := s.pool.QueryRow(ctx, `
		select s.state, s.generation, p.provider, s.resources, g.level, g.expires_at, now()
		from sessions s join projects p on p.id = s.project_id
		left join grants g on g.guild_id = s.guild_id and g.user_id = $3 and g.project_id = s.project_id and g.revoked_at is null
		where s.id = $1 and s.guild_id = $2`, id, guildID, userID).Scan(&state, &g.Generation, &g.Provider, &g.Resources, &level, &ends, &now)
	if errors.Is(err, pgx.ErrNoRows) {
		return Glance{}, ErrNotFound
	}
	if err != nil {
		return Glance{}, translate(err)
	}
	g.State = session.State(state)
	if level != nil && (ends == nil || s.clock(now).Before(*ends)) {
		g.Level = project.Level(*level)
	}
	return g, nil
}
