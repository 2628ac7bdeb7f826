package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// FormDraft is what somebody typed into a form that had faults: kept so that it
// can be corrected instead of typed again.
type FormDraft struct {
	ID        string
	GuildID   string
	SessionID string
	UserID    string
	Kind      string
	Editing   string // label of the resource being edited, or empty
	Raw       map[string]string
	CreatedAt time.Time
}

// KeepDraft stores a draft under a new id.
func (s *Store) KeepDraft(ctx context.Context, d FormDraft) (string, error) {
	d.ID = usererr.Reference() + usererr.Reference()
	_, err := s.pool.Exec(ctx, `insert into form_drafts (id, guild_id, session_id, user_id, kind, editing, raw, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, now())`, d.ID, d.GuildID, d.SessionID, d.UserID, d.Kind, d.Editing, d.Raw)
	if err != nil {
		return "", fmt.Errorf("keep form draft: %w", translate(err))
	}
	return d.ID, nil
}

// Draft reads a person's own draft, or ErrNotFound.
func (s *Store) Draft(ctx context.Context, id, guildID, userID string) (FormDraft, error) {
	d, err := one[FormDraft](ctx, s.pool, `select id, guild_id, session_id, user_id, kind, editing, raw, created_at
		from form_drafts where id = $1 and guild_id = $2 and user_id = $3`, id, guildID, userID)
	return d, translate(err)
}
