package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type grantRow struct {
	ID        int64
	GuildID   string
	ProjectID int64
	UserID    string
	Level     int
	GrantedBy string
	GrantedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

func (r grantRow) value() project.Grant {
	return project.Grant{ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, UserID: r.UserID, Level: project.Level(r.Level),
		GrantedBy: r.GrantedBy, GrantedAt: r.GrantedAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt}
}

const grantColumns = "id, guild_id, project_id, user_id, level, granted_by, granted_at, expires_at, revoked_at"

// LockProject is the lock between two who grant at once.
func (tx *Tx) LockProject(ctx context.Context, id int64) error {
	if _, err := tx.Exec(ctx, "select from projects where id = $1 for no key update", id); err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}
	return nil
}

// PutGrant revokes the person's grant in force on the project, if any, and
// stores g in its place. The project must be locked.
func (tx *Tx) PutGrant(ctx context.Context, g project.Grant) (project.Grant, error) {
	if _, err := tx.Exec(ctx, `update grants set revoked_at = $4
		where guild_id = $1 and user_id = $2 and project_id = $3 and revoked_at is null`,
		g.GuildID, g.UserID, g.ProjectID, tx.Now); err != nil {
		return project.Grant{}, fmt.Errorf("revoke the old grant: %w", err)
	}
	err := tx.QueryRow(ctx, `
		insert into grants (guild_id, project_id, user_id, level, granted_by, granted_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		g.GuildID, g.ProjectID, g.UserID, int(g.Level), g.GrantedBy, g.GrantedAt, g.ExpiresAt).Scan(&g.ID)
	if err != nil {
		return project.Grant{}, fmt.Errorf("insert grant: %w", translate(err))
	}
	return g, nil
}

// GrantsOf returns the grants on a project that are not revoked, whoever has
// them; whether one is over is the caller's question to the clock.
func (tx *Tx) GrantsOf(ctx context.Context, projectID int64) ([]project.Grant, error) {
	rows, err := many[grantRow](ctx, tx, "select "+grantColumns+" from grants where project_id = $1 and revoked_at is null order by id", projectID)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	return values(rows, grantRow.value), nil
}
