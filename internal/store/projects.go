package store

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type projectRow struct {
	ID            int64
	GuildID       string
	Slug          string
	Provider      string
	DefaultRegion string
	Regions       []string
	Rules         project.Rules
	Credentials   string
	CreatedBy     string
	CreatedAt     time.Time
	ArchivedAt    *time.Time
	Usage         map[string]map[string]decimal.Decimal
}

func (r projectRow) value() project.Project { return project.Project(r) }

const projectColumns = "id, guild_id, slug, provider, default_region, regions, rules, credentials, created_by, created_at, archived_at, usage"

// InsertProject stores a new project and returns it with its id. ErrDuplicate
// if the guild has one of that slug.
func (tx *Tx) InsertProject(ctx context.Context, p project.Project) (project.Project, error) {
	if p.Regions == nil {
		p.Regions = []string{}
	}
	err := tx.QueryRow(ctx, `
		insert into projects (guild_id, slug, provider, default_region, regions, rules, credentials, created_by, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
		p.GuildID, p.Slug, p.Provider, p.DefaultRegion, p.Regions, p.Rules, p.Credentials, p.CreatedBy, p.CreatedAt).Scan(&p.ID)
	if err != nil {
		return project.Project{}, fmt.Errorf("insert project: %w", translate(err))
	}
	return p, nil
}

// SaveProject writes what can be changed of a project: regions, rules, credentials,
// usage, whether it is archived. The project must be locked.
func (tx *Tx) SaveProject(ctx context.Context, p project.Project) error {
	_, err := tx.Exec(ctx, "update projects set default_region = $2, regions = $3, rules = $4, credentials = $5, archived_at = $6, usage = $7 where id = $1",
		p.ID, p.DefaultRegion, jsonList(p.Regions), p.Rules, p.Credentials, p.ArchivedAt, p.Usage)
	if err != nil {
		return fmt.Errorf("save the project: %w", err)
	}
	return nil
}

// LockProject is the lock between two who decide on what a project has in all:
// its grants, its rules, its quotas. Where a stack is locked too, the stack comes
// first.
func (tx *Tx) LockProject(ctx context.Context, id int64) error {
	if _, err := tx.Exec(ctx, "select from projects where id = $1 for no key update", id); err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}
	return nil
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

// VisibleProjects lists the projects whose slug starts with prefix and in which
// the person has a level of at least min now: by name, at most limit. A guild's
// admin has all of them. Archived ones are left out, but for their admins.
func (s *Store) VisibleProjects(ctx context.Context, guildID string, p project.Person, min project.Level, prefix string, limit int) ([]project.Project, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := many[projectRow](ctx, s.pool, `
		select `+projectColumns+` from projects p
		where guild_id = $1 and starts_with(slug, $2)
		  and ($3 or exists (select from grants g where g.project_id = p.id and `+grantInForce+` and g.level >= greatest($8, case when p.archived_at is null then 0 else 4 end)))
		order by slug limit $9`, guildID, prefix, p.GuildAdmin, now, p.UserID, jsonList(p.Roles), p.JoinedAt, int(min), limit)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", translate(err))
	}
	return values(rows, projectRow.value), nil
}

// AllProjects lists the slugs of a guild's projects that start with prefix, those
// left out that are archived: for who asks for access.
func (s *Store) AllProjects(ctx context.Context, guildID, prefix string, limit int) ([]project.Project, error) {
	rows, err := many[projectRow](ctx, s.pool, "select "+projectColumns+` from projects
		where guild_id = $1 and starts_with(slug, $2) and archived_at is null order by slug limit $3`, guildID, prefix, limit)
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
