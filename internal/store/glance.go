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
	Regions    []string // in which the session's stack is to stand, its own first
	Resources  []project.Resource
	Level      project.Level // of the person's grant in force
	Archived   bool          // the project is
}

// Glance reads a session of a guild as a person sees it, or ErrNotFound.
func (s *Store) Glance(ctx context.Context, guildID, id string, p project.Person) (Glance, error) {
	var g Glance
	var named session.Session // its regions
	var stack project.Stack
	var state string
	var now time.Time
	var grants []struct {
		Level     int        `json:"level"`
		ExpiresAt *time.Time `json:"expires_at"`
	}
	err := s.pool.QueryRow(ctx, `
		select s.state, s.generation, p.provider, k.region, k.regions, k.resources, s.regions, p.archived_at is not null, s.resources, now(),
		       coalesce((select jsonb_agg(jsonb_build_object('level', g.level, 'expires_at', g.expires_at)) from grants g
		                 where g.project_id = s.project_id and g.revoked_at is null and g.ended_at is null
		                   and (g.role_id = any($4) or g.user_id = $3 and (g.member_since is null or g.member_since = $5))), '[]')
		from sessions s join projects p on p.id = s.project_id join stacks k on k.id = s.stack_id
		where s.id = $1 and s.guild_id = $2`, id, guildID, p.UserID, jsonList(p.Roles), p.JoinedAt).
		Scan(&state, &g.Generation, &g.Provider, &stack.Region, &stack.Spread, &stack.Resources, &named.Regions, &g.Archived, &g.Resources, &now, &grants)
	if errors.Is(err, pgx.ErrNoRows) {
		return Glance{}, ErrNotFound
	}
	if err != nil {
		return Glance{}, translate(err)
	}
	g.State, g.Regions = session.State(state), named.RegionsIn(stack)
	now = s.clock(now)
	for _, grant := range grants {
		if grant.ExpiresAt == nil || now.Before(*grant.ExpiresAt) {
			g.Level = max(g.Level, project.Level(grant.Level))
		}
	}
	return g, nil
}
