package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type projectRow struct {
	ID                int64
	GuildID           string
	Slug              string
	Provider          string
	DefaultRegion     string
	Regions           []string
	RequiredApprovals int
	CreatedBy         string
	CreatedAt         time.Time
}

func (r projectRow) value() project.Project { return project.Project(r) }

const projectColumns = "id, guild_id, slug, provider, default_region, regions, required_approvals, created_by, created_at"

// InsertProject stores a new project and returns it with its id. ErrDuplicate
// if the guild has one of that slug.
func (tx *Tx) InsertProject(ctx context.Context, p project.Project) (project.Project, error) {
	if p.Regions == nil {
		p.Regions = []string{}
	}
	err := tx.QueryRow(ctx, `
		insert into projects (guild_id, slug, provider, default_region, regions, required_approvals, created_by, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
		p.GuildID, p.Slug, p.Provider, p.DefaultRegion, p.Regions, p.RequiredApprovals, p.CreatedBy, p.CreatedAt).Scan(&p.ID)
	if err != nil {
		return project.Project{}, fmt.Errorf("insert project: %w", translate(err))
	}
	return p, nil
}

// SetRequiredApprovals changes how many people must approve in a project.
func (tx *Tx) SetRequiredApprovals(ctx context.Context, projectID int64, n int) error {
	_, err := tx.Exec(ctx, "update projects set required_approvals = $2 where id = $1", projectID, n)
	return err
}

// ProjectBySlug finds a guild's project, or ErrNotFound.
func (tx *Tx) ProjectBySlug(ctx context.Context, guildID, slug string) (project.Project, error) {
	r, err := one[projectRow](ctx, tx, "select "+projectColumns+" from projects where guild_id = $1 and slug = $2", guildID, slug)
	return r.value(), err
}

// Project finds a project by its id, or ErrNotFound.
func (tx *Tx) Project(ctx context.Context, id int64) (project.Project, error) {
	r, err := one[projectRow](ctx, tx, "select "+projectColumns+" from projects where id = $1", id)
	return r.value(), err
}

// VisibleProjects lists the slugs that start with prefix of the projects in
// which the person has a level of at least min now, or of all of them for a
// guild's admin: by name, at most limit.
func (s *Store) VisibleProjects(ctx context.Context, guildID, userID string, admin bool, min project.Level, prefix string, limit int) ([]project.Project, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := many[projectRow](ctx, s.pool, `
		select `+projectColumns+` from projects p
		where guild_id = $1 and starts_with(slug, $5)
		  and ($3 or exists (select from grants g where g.guild_id = $1 and g.user_id = $2 and g.project_id = p.id
		             and g.level >= $4 and g.revoked_at is null and (g.expires_at is null or g.expires_at > $7)))
		order by slug limit $6`, guildID, userID, admin, int(min), prefix, limit, now)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", translate(err))
	}
	return values(rows, projectRow.value), nil
}

// values maps rows to what they stand for.
func values[R, V any](rows []R, value func(R) V) []V {
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = value(r)
	}
	return out
}
