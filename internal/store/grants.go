package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type grantRow struct {
	ID          int64
	GuildID     string
	ProjectID   int64
	UserID      string
	RoleID      string
	Level       int
	Reason      string
	MemberSince *time.Time
	GrantedBy   string
	GrantedAt   time.Time
	ExpiresAt   *time.Time
	RevokedAt   *time.Time
	RevokedBy   *string
	WarnedAt    *time.Time
}

func (r grantRow) value() project.Grant {
	return project.Grant{ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, UserID: r.UserID, RoleID: r.RoleID, Level: project.Level(r.Level),
		Reason: r.Reason, MemberSince: r.MemberSince, GrantedBy: r.GrantedBy, GrantedAt: r.GrantedAt, ExpiresAt: r.ExpiresAt,
		RevokedAt: r.RevokedAt, RevokedBy: r.RevokedBy, WarnedAt: r.WarnedAt}
}

const grantColumns = "id, guild_id, project_id, user_id, role_id, level, reason, member_since, granted_by, granted_at, expires_at, revoked_at, revoked_by, warned_at"

// grantInForce is project.Grant's ActiveAt and IsFor in SQL, for lists: of the
// grant g at the time $4, for the person $5 with the roles $6 who joined at $7.
const grantInForce = `g.revoked_at is null and (g.expires_at is null or g.expires_at > $4)
	and (g.role_id = any($6) or g.user_id = $5 and (g.member_since is null or g.member_since = $7))`

// PutGrant revokes the grant in force on the project to that member or role, if
// there is one, and stores g in its place. The project must be locked.
func (tx *Tx) PutGrant(ctx context.Context, g project.Grant) (project.Grant, error) {
	if _, err := tx.Exec(ctx, `update grants set revoked_at = $4, revoked_by = $5
		where project_id = $1 and user_id = $2 and role_id = $3 and revoked_at is null`,
		g.ProjectID, g.UserID, g.RoleID, tx.Now, g.GrantedBy); err != nil {
		return project.Grant{}, fmt.Errorf("revoke the old grant: %w", err)
	}
	err := tx.QueryRow(ctx, `
		insert into grants (guild_id, project_id, user_id, role_id, level, reason, member_since, granted_by, granted_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
		g.GuildID, g.ProjectID, g.UserID, g.RoleID, int(g.Level), g.Reason, g.MemberSince, g.GrantedBy, g.GrantedAt, g.ExpiresAt).Scan(&g.ID)
	if err != nil {
		return project.Grant{}, fmt.Errorf("insert grant: %w", translate(err))
	}
	return g, nil
}

// RevokeGrant ends a grant now. ErrNotFound if it is revoked already.
func (tx *Tx) RevokeGrant(ctx context.Context, id int64, by string) error {
	tag, err := tx.Exec(ctx, "update grants set revoked_at = $2, revoked_by = $3 where id = $1 and revoked_at is null", id, tx.Now, by)
	return expectOne(tag.RowsAffected(), err, "revoke grant")
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

// Grant reads a grant, or ErrNotFound.
func (tx *Tx) Grant(ctx context.Context, id int64) (project.Grant, error) {
	r, err := one[grantRow](ctx, tx, "select "+grantColumns+" from grants where id = $1", id)
	return r.value(), err
}
