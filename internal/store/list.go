package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Page is a part of a list: so many rows, from an offset on.
type Page struct{ Limit, Offset int }

// filter is the condition of a query, put together from what is asked for.
type filter struct {
	conditions []string
	args       []any
}

// and adds a condition; %s in it stands for the value.
func (f *filter) and(condition string, value any) {
	f.args = append(f.args, value)
	f.conditions = append(f.conditions, strings.ReplaceAll(condition, "%s", fmt.Sprintf("$%d", len(f.args))))
}

func (f *filter) where() string { return " where " + strings.Join(f.conditions, " and ") }

// count counts the rows of a table that fit.
func (f *filter) count(ctx context.Context, q querier, from string) (n int, err error) {
	err = q.QueryRow(ctx, "select count(*) from "+from+f.where(), f.args...).Scan(&n)
	return n, err
}

// page is the end of a query for a page in an order.
func (f *filter) page(order string, p Page) string {
	return fmt.Sprintf("%s order by %s limit %d offset %d", f.where(), order, p.Limit, p.Offset)
}

// Listed is a line of a list of sessions.
type Listed struct {
	ID        string
	Project   string
	Stack     string
	Requester string
	State     session.State
	Destroy   bool
	Resources int
	Cost      *project.Cost // of the stack, now; nil: not known
	ChannelID string
	ThreadID  string
	CreatedAt time.Time
}

const listedQuery = `select s.id, p.slug as project, k.name as stack, s.requester, s.state, s.destroy, jsonb_array_length(s.resources) as resources,
	k.cost, s.channel_id, s.thread_id, s.created_at
	from sessions s join projects p on p.id = s.project_id join stacks k on k.id = s.stack_id`

// SessionFilter chooses sessions of a guild. What is empty matches everything.
type SessionFilter struct {
	GuildID   string
	Projects  []int64 // nil: of every project
	Slug      string  // of a project
	Requester string
	State     session.State
	StackID   int64
}

func (f SessionFilter) filter() *filter {
	w := &filter{}
	w.and("s.guild_id = %s", f.GuildID)
	if f.Projects != nil {
		w.and("s.project_id = any(%s)", f.Projects)
	}
	if f.Slug != "" {
		w.and("s.project_id = (select id from projects where guild_id = $1 and slug = %s)", f.Slug)
	}
	if f.Requester != "" {
		w.and("s.requester = %s", f.Requester)
	}
	if f.State != "" {
		w.and("s.state = %s", string(f.State))
	}
	if f.StackID != 0 {
		w.and("s.stack_id = %s", f.StackID)
	}
	return w
}

// Sessions lists sessions, newest first, and says how many there are in all.
func (s *Store) Sessions(ctx context.Context, f SessionFilter, p Page) ([]Listed, int, error) {
	w := f.filter()
	total, err := w.count(ctx, s.pool, "sessions s")
	if err != nil {
		return nil, 0, fmt.Errorf("count sessions: %w", translate(err))
	}
	list, err := many[Listed](ctx, s.pool, listedQuery+w.page("s.created_at desc, s.id", p), w.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list sessions: %w", translate(err))
	}
	return list, total, nil
}

// OpenSessions lists the sessions of a guild that have not ended and whose id,
// project or stack starts with prefix, newest first, for completion: those of
// projects in which the person has the level, and with own also their own.
func (s *Store) OpenSessions(ctx context.Context, guildID string, p project.Person, min project.Level, own bool, prefix string, limit int) ([]Listed, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	list, err := many[Listed](ctx, s.pool, listedQuery+`
		where s.guild_id = $1 and s.state not in ('APPLIED', 'CANCELLED', 'EXPIRED')
		  and (starts_with(s.id, $2) or starts_with(p.slug, $2) or starts_with(k.name, $2))
		  and ($3 or $10 and s.requester = $5
		       or exists (select from grants g where g.project_id = s.project_id and `+grantInForce+` and g.level >= $8))
		order by s.created_at desc limit $9`, guildID, prefix, p.GuildAdmin, now, p.UserID, jsonList(p.Roles), p.JoinedAt, int(min), limit, own)
	if err != nil {
		return nil, fmt.Errorf("list open sessions: %w", translate(err))
	}
	return list, nil
}

// Seen is a project as one person has it: the level, and the grant in force that
// gives it.
type Seen struct {
	project.Project
	Level     project.Level
	Role      string     // the grant is to this role; empty: to the person, or there is none
	ExpiresAt *time.Time // of the grant
}

// ProjectsOf lists the projects in which a person has a level, by name, and says
// how many there are. Archived ones are left out, but for their admins.
func (s *Store) ProjectsOf(ctx context.Context, guildID string, p project.Person, page Page) ([]Seen, int, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, 0, err
	}
	// Of several grants the highest counts, and of these the one that lasts longest.
	const from = ` from projects p left join lateral (
			select g.level, g.role_id, g.expires_at from grants g where g.project_id = p.id and ` + grantInForce + `
			order by g.level desc, g.expires_at desc nulls first limit 1) g on true
		where p.guild_id = $1 and ($2 or g.level >= case when p.archived_at is null then $3 else 4 end)`
	args := []any{guildID, p.GuildAdmin, int(project.View), now, p.UserID, jsonList(p.Roles), p.JoinedAt}
	var total int
	if err := s.pool.QueryRow(ctx, "select count(*)"+from, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count projects: %w", translate(err))
	}
	rows, err := many[seenRow](ctx, s.pool, `select p.id, p.guild_id, p.slug, p.provider, p.default_region, p.regions, p.rules, p.credentials, p.created_by, p.created_at, p.archived_at, p.usage,
		coalesce(g.level, 0) as level, coalesce(g.role_id, '') as role, g.expires_at`+from+" order by p.slug limit $8 offset $9", append(args, page.Limit, page.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list projects: %w", translate(err))
	}
	return values(rows, func(r seenRow) Seen {
		seen := Seen{Project: r.value(), Level: project.Level(r.Level), Role: r.Role, ExpiresAt: r.ExpiresAt}
		if p.GuildAdmin {
			seen.Level, seen.Role, seen.ExpiresAt = project.Admin, "", nil
		}
		return seen
	}), total, nil
}

type seenRow struct {
	projectRow
	Level     int
	Role      string
	ExpiresAt *time.Time
}

// HasPendingRequest reports whether a person waits for an answer to an access
// request of theirs.
func (s *Store) HasPendingRequest(ctx context.Context, guildID, userID string) (bool, error) {
	var pending bool
	err := s.pool.QueryRow(ctx, "select exists (select from access_requests where guild_id = $1 and user_id = $2 and status = 'PENDING')", guildID, userID).Scan(&pending)
	return pending, translate(err)
}
