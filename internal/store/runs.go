package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// RunKind is what a run executes.
type RunKind string

// The kinds of runs.
const (
	RunPlan  RunKind = "plan"
	RunApply RunKind = "apply"
)

// RunStatus is where a run stands.
type RunStatus string

// The statuses. The last five are ends.
const (
	RunQueued      RunStatus = "queued"
	RunRunning     RunStatus = "running"
	RunLost        RunStatus = "lost" // an apply whose host is silent: it may still be at work there, and keeps the stack
	RunSucceeded   RunStatus = "succeeded"
	RunFailed      RunStatus = "failed"
	RunCancelled   RunStatus = "cancelled"
	RunInterrupted RunStatus = "interrupted" // its host or supervisor stopped under it, or people stopped it by force
	RunSuperseded  RunStatus = "superseded"  // a newer generation took its place
)

// Ended reports whether nothing follows.
func (s RunStatus) Ended() bool { return s != RunQueued && s != RunRunning && s != RunLost }

// ErrFenced: another driver has taken the run up. What this one still wants to
// write is not written.
var ErrFenced = errors.New("another driver has taken the run up")

// Run is one execution of Terraform for a session.
type Run struct {
	ID                int64
	GuildID           string
	SessionID         string
	StackID           int64
	Kind              RunKind
	Generation        int
	Attempt           int
	Status            RunStatus
	HostID            *string
	Fence             int64 // raised by each driver that takes the run up: who has a lower one is late
	CreatedAt         time.Time
	StartedAt         *time.Time
	EndedAt           *time.Time
	ExitCode          *int
	CancelRequestedBy *string
	CancelRequestedAt *time.Time
	ForceRequestedBy  *string
	ForceRequestedAt  *time.Time
	Progress          json.RawMessage // as its driver last wrote it
	ProgressMessageID string
}

const runColumns = `id, guild_id, session_id, stack_id, kind, generation, attempt, status, host_id, fence, created_at, started_at, ended_at, exit_code,
	cancel_requested_by, cancel_requested_at, force_requested_by, force_requested_at, progress, progress_message_id`

// InsertRun queues a run. ErrDuplicate for a second apply of one plan.
func (tx *Tx) InsertRun(ctx context.Context, r Run) (Run, error) {
	r.Status, r.CreatedAt, r.Attempt = RunQueued, tx.Now, 1
	err := tx.QueryRow(ctx, `
		insert into runs (guild_id, session_id, stack_id, kind, generation, attempt, status, created_at, progress, progress_message_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '{}', '') returning id`,
		r.GuildID, r.SessionID, r.StackID, string(r.Kind), r.Generation, r.Attempt, string(r.Status), r.CreatedAt).Scan(&r.ID)
	if err != nil {
		return Run{}, fmt.Errorf("insert run: %w", translate(err))
	}
	return r, nil
}

// LockRun reads a run and locks it. Lock its session first where both are needed.
func (tx *Tx) LockRun(ctx context.Context, id int64) (Run, error) {
	return one[Run](ctx, tx, "select "+runColumns+" from runs where id = $1 for update", id)
}

// Run reads a run.
func (s *Store) Run(ctx context.Context, id int64) (Run, error) {
	r, err := one[Run](ctx, s.pool, "select "+runColumns+" from runs where id = $1", id)
	return r, translate(err)
}

// LastApply returns the newest apply of a session for which Terraform ran, or may
// have; nil when there is none. One that failed without an exit code never ran.
func (tx *Tx) LastApply(ctx context.Context, sessionID string) (*Run, error) {
	r, err := one[Run](ctx, tx, "select "+runColumns+` from runs
		where session_id = $1 and kind = 'apply' and started_at is not null and not (status in ('failed', 'cancelled') and exit_code is null)
		order by id desc limit 1`, sessionID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the last apply: %w", err)
	}
	return &r, nil
}

// LockRunAs is LockRun for the driver that took the run up as it was given;
// ErrFenced when another has done so since.
func (tx *Tx) LockRunAs(ctx context.Context, taken Run) (Run, error) {
	run, err := tx.LockRun(ctx, taken.ID)
	if err == nil && run.Fence != taken.Fence {
		err = fmt.Errorf("run %d: %w", run.ID, ErrFenced)
	}
	return run, err
}

// StartRun gives a queued run to a host, and returns its fence. The row commits
// before Terraform starts.
func (tx *Tx) StartRun(ctx context.Context, id int64, hostID string) (fence int64, err error) {
	return tx.fence(ctx, "start run", "update runs set status = 'running', host_id = $2, started_at = $3, fence = fence + 1 where id = $1 and status = 'queued' returning fence",
		id, hostID, tx.Now)
}

// RaiseFence shuts out whoever drives the run, and returns the new fence.
func (tx *Tx) RaiseFence(ctx context.Context, id int64) (fence int64, err error) {
	return tx.fence(ctx, "raise the fence of a run", "update runs set fence = fence + 1 where id = $1 returning fence", id)
}

func (tx *Tx) fence(ctx context.Context, what, sql string, args ...any) (int64, error) {
	run, err := one[struct{ Fence int64 }](ctx, tx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return run.Fence, nil
}

// LoseRun marks an apply whose host is silent. It has not ended.
func (tx *Tx) LoseRun(ctx context.Context, id int64) error {
	tag, err := tx.Exec(ctx, "update runs set status = 'lost' where id = $1 and status = 'running' and kind = 'apply'", id)
	return expectOne(tag.RowsAffected(), err, "lose run")
}

// LostRun returns the lost apply that keeps a stack, locked; nil where none does.
func (tx *Tx) LostRun(ctx context.Context, stackID int64) (*Run, error) {
	r, err := one[Run](ctx, tx, "select "+runColumns+" from runs where stack_id = $1 and status = 'lost' for update", stackID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for a lost run: %w", err)
	}
	return &r, nil
}

// RequeueRun puts a plan run back that the host lost.
func (tx *Tx) RequeueRun(ctx context.Context, id int64, hostID string) error {
	tag, err := tx.Exec(ctx, `update runs set status = 'queued', host_id = null, started_at = null, attempt = attempt + 1, fence = fence + 1
		where id = $1 and host_id = $2 and kind = 'plan' and status = 'running'`, id, hostID)
	return expectOne(tag.RowsAffected(), err, "requeue run")
}

// EndRun writes how a run ended, and wakes whoever drives it.
func (tx *Tx) EndRun(ctx context.Context, id int64, status RunStatus, exitCode *int) error {
	tag, err := tx.Exec(ctx, "update runs set status = $2, exit_code = $3, ended_at = $4 where id = $1 and ended_at is null", id, string(status), exitCode, tx.Now)
	if err := expectOne(tag.RowsAffected(), err, "end run"); err != nil {
		return err
	}
	return tx.notify(ctx, TopicRun, strconv.FormatInt(id, 10))
}

// RequestCancel asks a run's driver for one interrupt, once.
func (tx *Tx) RequestCancel(ctx context.Context, id int64, by string) error {
	_, err := tx.Exec(ctx, `update runs set cancel_requested_by = $2, cancel_requested_at = $3
		where id = $1 and status = 'running' and cancel_requested_at is null`, id, by, tx.Now)
	if err != nil {
		return fmt.Errorf("request cancel: %w", err)
	}
	return tx.notify(ctx, TopicRun, strconv.FormatInt(id, 10))
}

// RequestForce asks a run's driver to kill Terraform.
func (tx *Tx) RequestForce(ctx context.Context, id int64, by string) error {
	_, err := tx.Exec(ctx, `update runs set force_requested_by = $2, force_requested_at = $3
		where id = $1 and status = 'running' and force_requested_at is null`, id, by, tx.Now)
	if err != nil {
		return fmt.Errorf("request force stop: %w", err)
	}
	return tx.notify(ctx, TopicRun, strconv.FormatInt(id, 10))
}

// SetProgress keeps what the driver last knew, for lobby and thread. What comes
// after the run's end says nothing of it any more.
func (tx *Tx) SetProgress(ctx context.Context, id int64, progress json.RawMessage) error {
	_, err := tx.Exec(ctx, "update runs set progress = $2 where id = $1 and ended_at is null", id, progress)
	return err
}

// SetProgressMessage records the message that shows the progress.
func (tx *Tx) SetProgressMessage(ctx context.Context, id int64, messageID string) error {
	_, err := tx.Exec(ctx, "update runs set progress_message_id = $2 where id = $1", id, messageID)
	return err
}

// QueuePosition says how many queued runs stand before this one (0: next).
func (s *Store) QueuePosition(ctx context.Context, id int64) (int, error) {
	var n int
	err := s.pool.QueryRow(ctx, "select count(*) from runs where status = 'queued' and id < $1", id).Scan(&n)
	return n, translate(err)
}

// RunsOfHost lists the runs that a host had under way, lost ones with them.
func (s *Store) RunsOfHost(ctx context.Context, hostID string) ([]Run, error) {
	r, err := many[Run](ctx, s.pool, "select "+runColumns+" from runs where host_id = $1 and status in ('running', 'lost') order by id", hostID)
	return r, translate(err)
}

// StrandedRuns lists the queued runs that no job will drive: a host took the job
// and has not been heard of for its lease, or is gone.
func (s *Store) StrandedRuns(ctx context.Context, lease time.Duration) ([]Run, error) {
	r, err := many[Run](ctx, s.pool, "select "+runColumns+` from runs where status = 'queued' and not exists (
		select from river_job j left join hosts h on h.id = j.attempted_by[array_upper(j.attempted_by, 1)]
		where j.kind = runs.kind and (j.args->>'run_id')::bigint = runs.id
		and (j.state in ('available', 'scheduled', 'retryable', 'pending') or j.state = 'running' and h.seen_at > now() - $1::interval))
		order by id`, lease)
	return r, translate(err)
}

func expectOne(affected int64, err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if affected != 1 {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return nil
}
