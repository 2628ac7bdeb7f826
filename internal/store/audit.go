package store

import (
	"context"
	"fmt"
	"time"
)

// Engine is the actor of what nobody asked for: expiry, recovery.
const Engine = "engine"

// Entry is a row of the audit: who did what to what. Rows are only ever added;
// the database refuses anything else. Never put a secret into one.
type Entry struct {
	GuildID       string
	Actor         string // Discord user id, or Engine
	Action        string // "session.approve"
	Subject       string // "session/4kq2"
	Before, After any    // JSON-able
	InteractionID string
	Reason        string // what the person said about it
}

// Audit adds a row in the transaction of what it tells of.
func (tx *Tx) Audit(ctx context.Context, e Entry) error {
	_, err := tx.Exec(ctx, `insert into audit (at, guild_id, actor, action, subject, before, after, interaction_id, reason)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, tx.Now, e.GuildID, e.Actor, e.Action, e.Subject, e.Before, e.After, e.InteractionID, e.Reason)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

// AuditRow is an audit row as it is read.
type AuditRow struct {
	ID      int64
	At      time.Time
	Actor   string
	Action  string
	Subject string
}

// AuditTrail returns a guild's rows about a subject, oldest first.
func (s *Store) AuditTrail(ctx context.Context, guildID, subject string) ([]AuditRow, error) {
	r, err := many[AuditRow](ctx, s.pool, "select id, at, actor, action, subject from audit where guild_id = $1 and subject = $2 order by id", guildID, subject)
	return r, translate(err)
}
