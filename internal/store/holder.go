package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Holder is who may write to a stack's state: the session that is approved or
// being applied, or whose apply is lost, and the host on which it runs.
type Holder struct {
	SessionID  string
	Requester  string
	State      session.State
	Generation int
	RunID      int64
	RunStatus  RunStatus
	CreatedAt  time.Time // of the run
	StartedAt  *time.Time
	HostID     *string // nil until a host has begun
	SeenAt     *time.Time
	Now        time.Time // when this was read
}

// StackHolder finds out, in one query, whether a guild has the stack, and who
// holds it: nil when nobody does. ErrNotFound: there is no such stack.
func (s *Store) StackHolder(ctx context.Context, guildID, slug, stack string) (*Holder, error) {
	type row struct {
		SessionID  *string
		Requester  *string
		State      *string
		Generation *int
		RunID      *int64
		RunStatus  *RunStatus
		CreatedAt  *time.Time
		StartedAt  *time.Time
		HostID     *string
		SeenAt     *time.Time
		Now        time.Time
	}
	r, err := one[row](ctx, s.pool, `select s.id as session_id, s.requester, s.state, s.generation, r.id as run_id, r.status as run_status, r.created_at, r.started_at,
		r.host_id, h.seen_at, now()
		from projects p join stacks k on k.project_id = p.id
		left join runs r on r.stack_id = k.id and r.status in ('queued', 'running', 'lost') and r.kind = 'apply'
		left join sessions s on s.id = r.session_id left join hosts h on h.id = r.host_id
		where p.guild_id = $1 and p.slug = $2 and k.name = $3`, guildID, slug, stack)
	if err != nil {
		return nil, fmt.Errorf("read who holds the stack: %w", translate(err))
	}
	if r.SessionID == nil {
		return nil, nil
	}
	return &Holder{SessionID: *r.SessionID, Requester: *r.Requester, State: session.State(*r.State), Generation: *r.Generation, RunID: *r.RunID, RunStatus: *r.RunStatus,
		CreatedAt: *r.CreatedAt, StartedAt: r.StartedAt, HostID: r.HostID, SeenAt: r.SeenAt, Now: s.clock(r.Now)}, nil
}

// StackByName finds a project's stack, or ErrNotFound.
func (tx *Tx) StackByName(ctx context.Context, projectID int64, name string) (project.Stack, error) {
	r, err := one[stackRow](ctx, tx, "select "+stackColumns+" from stacks where project_id = $1 and name = $2", projectID, name)
	return r.value(), err
}
