package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type requestRow struct {
	ID          int64
	GuildID     string
	ProjectID   int64
	UserID      string
	MemberSince *time.Time
	Level       int
	Seconds     int64
	Reason      string
	Status      string
	AskedIn     string
	ChannelID   string
	MessageID   string
	CreatedAt   time.Time
	DecidedBy   *string
	DecidedAt   *time.Time
	Decision    string
	GrantID     *int64
}

func (r requestRow) value() project.AccessRequest {
	return project.AccessRequest{ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, UserID: r.UserID, MemberSince: r.MemberSince,
		Level: project.Level(r.Level), Life: time.Duration(r.Seconds) * time.Second, Reason: r.Reason, State: project.RequestState(r.Status),
		AskedIn: r.AskedIn, ChannelID: r.ChannelID, MessageID: r.MessageID, CreatedAt: r.CreatedAt, DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt,
		Decision: r.Decision, GrantID: r.GrantID}
}

const requestColumns = `id, guild_id, project_id, user_id, member_since, level, seconds, reason, status, asked_in, channel_id, message_id, created_at,
	decided_by, decided_at, decision, grant_id`

// InsertRequest stores a new access request. ErrDuplicate when the person has one
// pending for the project.
func (tx *Tx) InsertRequest(ctx context.Context, r project.AccessRequest) (project.AccessRequest, error) {
	r.State, r.CreatedAt = project.RequestPending, tx.Now
	err := tx.QueryRow(ctx, `
		insert into access_requests (guild_id, project_id, user_id, member_since, level, seconds, reason, status, channel_id, message_id, created_at, decision, asked_in)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, '', $11) returning id`,
		r.GuildID, r.ProjectID, r.UserID, r.MemberSince, int(r.Level), int64(r.Life/time.Second), r.Reason, string(r.State), r.ChannelID, r.CreatedAt, r.AskedIn).Scan(&r.ID)
	if err != nil {
		return project.AccessRequest{}, fmt.Errorf("insert access request: %w", translate(err))
	}
	return r, nil
}

// LockRequest reads an access request and locks it. Lock its project first.
func (tx *Tx) LockRequest(ctx context.Context, id int64) (project.AccessRequest, error) {
	r, err := one[requestRow](ctx, tx, "select "+requestColumns+" from access_requests where id = $1 for update", id)
	return r.value(), err
}

// Request reads an access request, or ErrNotFound.
func (s *Store) Request(ctx context.Context, id int64) (project.AccessRequest, error) {
	r, err := one[requestRow](ctx, s.pool, "select "+requestColumns+" from access_requests where id = $1", id)
	return r.value(), translate(err)
}

// Request reads an access request, or ErrNotFound.
func (tx *Tx) Request(ctx context.Context, id int64) (project.AccessRequest, error) {
	r, err := one[requestRow](ctx, tx, "select "+requestColumns+" from access_requests where id = $1", id)
	return r.value(), err
}

// PendingRequest is a person's undecided request for a project, or ErrNotFound.
func (tx *Tx) PendingRequest(ctx context.Context, projectID int64, userID string) (project.AccessRequest, error) {
	r, err := one[requestRow](ctx, tx, "select "+requestColumns+" from access_requests where project_id = $1 and user_id = $2 and status = 'PENDING'", projectID, userID)
	return r.value(), err
}

// AskedSince reports whether a person asked for something in a project since then,
// whatever became of it.
func (tx *Tx) AskedSince(ctx context.Context, projectID int64, userID string, since time.Time) (asked bool, err error) {
	err = tx.QueryRow(ctx, "select exists (select from access_requests where project_id = $1 and user_id = $2 and created_at > $3)", projectID, userID, since).Scan(&asked)
	if err != nil {
		return false, fmt.Errorf("look for earlier access requests: %w", translate(err))
	}
	return asked, nil
}

// DecideRequest writes how a request ended, which is once.
func (tx *Tx) DecideRequest(ctx context.Context, r project.AccessRequest) error {
	tag, err := tx.Exec(ctx, `update access_requests set status = $2, decided_by = $3, decided_at = $4, decision = $5, grant_id = $6
		where id = $1 and status = 'PENDING'`, r.ID, string(r.State), r.DecidedBy, tx.Now, r.Decision, r.GrantID)
	return expectOne(tag.RowsAffected(), err, "decide access request")
}

// CancelRequestsOf cancels what a member asked for in all of a guild until a time
// and nobody has decided, and returns it. For who is back since they left: what
// they asked for before.
func (tx *Tx) CancelRequestsOf(ctx context.Context, guildID, userID, by, why string, until time.Time, back *time.Time) ([]project.AccessRequest, error) {
	rows, err := many[requestRow](ctx, tx, `update access_requests set status = 'CANCELLED', decided_by = $3, decided_at = $4, decision = $5
		where guild_id = $1 and user_id = $2 and status = 'PENDING' and created_at <= $6
		  and ($7::timestamptz is null or coalesce(member_since <> $7, created_at < $7))
		returning `+requestColumns, guildID, userID, by, tx.Now, why, until, back)
	if err != nil {
		return nil, fmt.Errorf("cancel somebody's access requests: %w", err)
	}
	return values(rows, requestRow.value), nil
}

// SetRequestMessage records the message that shows a request, and where it is.
func (tx *Tx) SetRequestMessage(ctx context.Context, id int64, channelID, messageID string) error {
	_, err := tx.Exec(ctx, "update access_requests set channel_id = $2, message_id = $3 where id = $1", id, channelID, messageID)
	return err
}
