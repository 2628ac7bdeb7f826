package store

import (
	"context"
	"fmt"
)

// Engine is the actor of what nobody asked for: expiry, recovery.
const Engine = "engine"

// OperatorPrefix begins the actor of what somebody did at the engine's own machine;
// who it was there follows.
const OperatorPrefix = "operator:"

// Entry is a row of the audit: who did what to what. Rows are only ever added;
// the database refuses anything else. Never put a secret into one.
type Entry struct {
	GuildID       string
	Actor         string // Discord user id, Engine, or an operator
	Action        string // "session.approve"
	Subject       string // "session/4kq2", "project/dev", "stack/dev/web", "guild/100"
	Before, After any    // JSON-able
	InteractionID string
	Reason        string // what the person said about it
}

// Audit adds a row in the transaction of what it tells of. Which project it is
// about, if any, follows from the subject.
func (tx *Tx) Audit(ctx context.Context, e Entry) error {
	_, err := tx.Exec(ctx, `insert into audit (at, guild_id, actor, action, subject, before, after, interaction_id, reason, project_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case split_part($5, '/', 1)
			when 'session' then (select project_id from sessions where id = split_part($5, '/', 2))
			when 'project' then (select id from projects where guild_id = $2 and slug = split_part($5, '/', 2))
			when 'stack' then (select id from projects where guild_id = $2 and slug = split_part($5, '/', 2)) end)`,
		tx.Now, e.GuildID, e.Actor, e.Action, e.Subject, e.Before, e.After, e.InteractionID, e.Reason)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}
