package store

import (
	"context"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Quotas returns a project's quotas: its own, that of each person, those of some.
func (tx *Tx) Quotas(ctx context.Context, projectID int64) ([]project.Quota, error) {
	quotas, err := many[project.Quota](ctx, tx, "select guild_id, project_id, subject, limits from quotas where project_id = $1 order by subject", projectID)
	if err != nil {
		return nil, fmt.Errorf("read quotas: %w", err)
	}
	return quotas, nil
}

// PutQuota writes the limits of one subject; without any limit there is no quota.
// The project must be locked.
func (tx *Tx) PutQuota(ctx context.Context, q project.Quota, by string) error {
	var err error
	if q.Limits.IsZero() {
		_, err = tx.Exec(ctx, "delete from quotas where project_id = $1 and subject = $2", q.ProjectID, q.Subject)
	} else {
		_, err = tx.Exec(ctx, `insert into quotas (project_id, guild_id, subject, limits, set_by, set_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (project_id, subject) do update set limits = excluded.limits, set_by = excluded.set_by, set_at = excluded.set_at`,
			q.ProjectID, q.GuildID, q.Subject, q.Limits, by, tx.Now)
	}
	if err != nil {
		return fmt.Errorf("save the quota: %w", err)
	}
	return nil
}

// Held is what one stack of a project may hold now: what it held after its last
// apply, and what an approved or running apply will make of it. Which of both
// counts is the caller's to say.
type Held struct {
	StackID   int64
	Stack     string
	CreatedBy string // of the stack
	Held      []project.Resource
	Coming    []project.Resource // of the session that is APPROVED or APPLYING; nil without one
	// Cost is what it costs since its last apply, CostComing what the plan of that
	// session comes to; nil where it is not known.
	Cost       *project.Cost
	CostComing *session.Cost
}

// HeldIn returns what the stacks of a project hold.
func (tx *Tx) HeldIn(ctx context.Context, projectID int64) ([]Held, error) {
	held, err := many[Held](ctx, tx, `select k.id as stack_id, k.name as stack, k.created_by, k.held, s.resources as coming, k.cost, p.cost as cost_coming
		from stacks k left join sessions s on s.stack_id = k.id and s.state in ('APPROVED', 'APPLYING')
		left join plans p on p.run_id = s.plan_run_id
		where k.project_id = $1 order by k.name`, projectID)
	if err != nil {
		return nil, fmt.Errorf("read what the project holds: %w", err)
	}
	return held, nil
}

// Unended is a session that has not ended.
type Unended struct {
	ID        string
	Requester string
	Stack     string
}

// OpenIn lists the sessions of a project that have not ended, oldest first.
func (tx *Tx) OpenIn(ctx context.Context, projectID int64) ([]Unended, error) {
	open, err := many[Unended](ctx, tx, `select s.id, s.requester, k.name as stack from sessions s join stacks k on k.id = s.stack_id
		where s.project_id = $1 and s.state not in ('APPLIED', 'CANCELLED', 'EXPIRED') order by s.created_at, s.id`, projectID)
	if err != nil {
		return nil, fmt.Errorf("list open sessions: %w", err)
	}
	return open, nil
}
