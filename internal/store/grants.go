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
	EndedAt     *time.Time
	ChannelID   string
}

func (r grantRow) value() project.Grant {
	return project.Grant{ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, UserID: r.UserID, RoleID: r.RoleID, Level: project.Level(r.Level),
		Reason: r.Reason, MemberSince: r.MemberSince, GrantedBy: r.GrantedBy, GrantedAt: r.GrantedAt, ExpiresAt: r.ExpiresAt,
		RevokedAt: r.RevokedAt, RevokedBy: r.RevokedBy, WarnedAt: r.WarnedAt, EndedAt: r.EndedAt, ChannelID: r.ChannelID}
}

const grantColumns = "id, guild_id, project_id, user_id, role_id, level, reason, member_since, granted_by, granted_at, expires_at, revoked_at, revoked_by, warned_at, ended_at, channel_id"

// grantInForce is project.Grant's ActiveAt and IsFor in SQL, for lists: of the
// grant g at the time $4, for the person $5 with the roles $6 who joined at $7.
const grantInForce = `g.revoked_at is null and g.ended_at is null and (g.expires_at is null or g.expires_at > $4)
	and (g.role_id = any($6) or g.user_id = $5 and (g.member_since is null or g.member_since = $7))`

// PutGrant revokes the grants in force on the project to that member or role, and
// stores g in their place. The project must be locked.
func (tx *Tx) PutGrant(ctx context.Context, g project.Grant) (project.Grant, error) {
	if _, err := tx.Exec(ctx, `update grants set revoked_at = $4, revoked_by = $5
		where project_id = $1 and user_id = $2 and role_id = $3 and revoked_at is null`,
		g.ProjectID, g.UserID, g.RoleID, tx.Now, g.GrantedBy); err != nil {
		return project.Grant{}, fmt.Errorf("revoke the old grants: %w", err)
	}
	return tx.AddGrant(ctx, g)
}

// AddGrant stores g beside the grants of other levels. The project must be locked.
func (tx *Tx) AddGrant(ctx context.Context, g project.Grant) (project.Grant, error) {
	err := tx.QueryRow(ctx, `
		insert into grants (guild_id, project_id, user_id, role_id, level, reason, member_since, granted_by, granted_at, expires_at, channel_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
		g.GuildID, g.ProjectID, g.UserID, g.RoleID, int(g.Level), g.Reason, g.MemberSince, g.GrantedBy, g.GrantedAt, g.ExpiresAt, g.ChannelID).Scan(&g.ID)
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

// EndGrants returns the grants whose time is over, of a project (0: of all), each
// only once: whoever asks again gets others.
func (tx *Tx) EndGrants(ctx context.Context, projectID int64, limit int) ([]project.Grant, error) {
	rows, err := many[grantRow](ctx, tx, `update grants set ended_at = $1 where id in (
			select id from grants where expires_at <= $1 and revoked_at is null and ended_at is null and ($2 = 0 or project_id = $2)
			order by expires_at limit $3 for update skip locked)
		returning `+grantColumns, tx.Now, projectID, limit)
	if err != nil {
		return nil, fmt.Errorf("end grants: %w", err)
	}
	return values(rows, grantRow.value), nil
}

// SetWarned notes that the end of a grant is announced.
func (tx *Tx) SetWarned(ctx context.Context, id int64) error {
	if _, err := tx.Exec(ctx, "update grants set warned_at = $2 where id = $1", id, tx.Now); err != nil {
		return fmt.Errorf("note a warning: %w", err)
	}
	return nil
}

// RevokeGrantsOf revokes what a member was granted in all of a guild until a time,
// and returns it. For who is back since they left: what they had before.
func (tx *Tx) RevokeGrantsOf(ctx context.Context, guildID, userID, by string, until time.Time, back *time.Time) ([]project.Grant, error) {
	rows, err := many[grantRow](ctx, tx, `update grants set revoked_at = $3, revoked_by = $4
		where guild_id = $1 and user_id = $2 and revoked_at is null and granted_at <= $5
		  and ($6::timestamptz is null or coalesce(member_since <> $6, granted_at < $6))
		returning `+grantColumns, guildID, userID, tx.Now, by, until, back)
	if err != nil {
		return nil, fmt.Errorf("revoke somebody's grants: %w", err)
	}
	return values(rows, grantRow.value), nil
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

// Grantee is a member of a guild who has a grant there.
type Grantee struct {
	GuildID string
	UserID  string
}

// LookAtGrantees returns members with grants in force who were not looked at since
// a time, at most limit, the longest ago first. They count as looked at from now.
func (s *Store) LookAtGrantees(ctx context.Context, since time.Duration, limit int) ([]Grantee, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	list, err := many[Grantee](ctx, s.pool, `
		with due as (
			select guild_id, user_id from grants
			where revoked_at is null and user_id <> '' and coalesce(looked_at, granted_at) <= $2 and (expires_at is null or expires_at > $1)
			order by coalesce(looked_at, granted_at) limit $3),
		looked as (update grants g set looked_at = $1 from due
			where g.guild_id = due.guild_id and g.user_id = due.user_id and g.revoked_at is null)
		select distinct guild_id, user_id from due`, now, now.Add(-since), limit)
	return list, translate(err)
}

// OpenApproval is somebody's approval of a plan that has not begun to be applied.
type OpenApproval struct {
	SessionID string
	Requester string
	Person    project.Person
}

// OpenApprovals returns the approvals of a project's plans that wait for others,
// or to be applied.
func (tx *Tx) OpenApprovals(ctx context.Context, projectID int64) ([]OpenApproval, error) {
	list, err := many[OpenApproval](ctx, tx, `select s.id as session_id, s.requester, a.person
		from sessions s join approvals a on a.session_id = s.id and a.generation = s.generation
		where s.project_id = $1 and s.state in ('PLAN_READY', 'APPROVED') order by s.created_at`, projectID)
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	return list, nil
}
