package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// AuditRow is an audit row as it is read.
type AuditRow struct {
	ID            int64
	At            time.Time
	Actor         string
	Action        string
	Subject       string
	Before, After json.RawMessage // nil where nothing was said
	InteractionID string
	Reason        string
	Project       string // slug; empty: it is about none
	Stack         string // of the session that it is about; else empty
}

const auditQuery = `select a.id, a.at, a.actor, a.action, a.subject, a.before, a.after, a.interaction_id, a.reason,
	coalesce(p.slug, '') as project, coalesce(k.name, '') as stack
	from audit a left join projects p on p.id = a.project_id
	left join sessions s on s.id = case when a.subject like 'session/%' then split_part(a.subject, '/', 2) end left join stacks k on k.id = s.stack_id`

// AuditFilter chooses audit rows of a guild. What is empty matches everything.
type AuditFilter struct {
	GuildID  string
	Projects []int64 // nil: of every project, and of none
	Actor    string
	Action   string
	Since    time.Time
}

func (f AuditFilter) filter() *filter {
	w := &filter{}
	w.and("a.guild_id = %s", f.GuildID)
	if f.Projects != nil {
		w.and("a.project_id = any(%s)", f.Projects)
	}
	if f.Actor != "" {
		w.and("a.actor = %s", f.Actor)
	}
	if f.Action != "" {
		w.and("a.action = %s", f.Action)
	}
	if !f.Since.IsZero() {
		w.and("a.at >= %s", f.Since)
	}
	return w
}

// Trail reads audit rows, newest first, and says how many there are in all.
func (s *Store) Trail(ctx context.Context, f AuditFilter, p Page) ([]AuditRow, int, error) {
	w := f.filter()
	total, err := w.count(ctx, s.pool, "audit a")
	if err != nil {
		return nil, 0, fmt.Errorf("count audit rows: %w", translate(err))
	}
	rows, err := many[AuditRow](ctx, s.pool, auditQuery+w.page("a.id desc", p), w.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("read the audit: %w", translate(err))
	}
	return rows, total, nil
}

// EachAudit calls fn with audit rows, newest first, until it returns false.
func (s *Store) EachAudit(ctx context.Context, f AuditFilter, fn func(AuditRow) bool) error {
	w := f.filter()
	rows, err := s.pool.Query(ctx, auditQuery+w.where()+" order by a.id desc", w.args...)
	if err != nil {
		return fmt.Errorf("read the audit: %w", translate(err))
	}
	defer rows.Close()
	for rows.Next() {
		row, err := pgx.RowToStructByName[AuditRow](rows)
		if err != nil {
			return fmt.Errorf("read an audit row: %w", translate(err))
		}
		if !fn(row) {
			return nil
		}
	}
	return translate(rows.Err())
}

// AuditTrail returns a guild's rows about a subject, oldest first.
func (s *Store) AuditTrail(ctx context.Context, guildID, subject string) ([]AuditRow, error) {
	r, err := many[AuditRow](ctx, s.pool, auditQuery+" where a.guild_id = $1 and a.subject = $2 order by a.id", guildID, subject)
	return r, translate(err)
}

// AuditActions lists what the audit of a guild has rows of. It leaps from one
// action to the next in the index, however many rows each has.
func (s *Store) AuditActions(ctx context.Context, guildID string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		with recursive known as (
			select (select min(action) from audit where guild_id = $1) as action
			union all
			select (select min(a.action) from audit a where a.guild_id = $1 and a.action > k.action) from known k where k.action is not null)
		select action from known where action is not null`, guildID)
	if err != nil {
		return nil, fmt.Errorf("list the actions of the audit: %w", translate(err))
	}
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return actions, translate(err)
}
