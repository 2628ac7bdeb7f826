package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// SaveState keeps a run's newest state, sealed, and makes it the stack's. The
// stack's row must be locked. A state that is not newer is refused: false.
func (tx *Tx) SaveState(ctx context.Context, run Run, meta project.StateMeta, raw []byte) (bool, error) {
	tag, err := tx.Exec(ctx, `update stacks set state_lineage = $2, state_serial = $3, updated_at = $4
		where id = $1 and (state_serial = 0 or state_lineage = $2) and state_serial < $3`, run.StackID, meta.Lineage, meta.Serial, tx.Now)
	if err != nil {
		return false, fmt.Errorf("save the stack's state: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	_, err = tx.Exec(ctx, `
		insert into state_versions (stack_id, run_id, guild_id, lineage, serial, sealed, saved_at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (stack_id, run_id) do update set lineage = excluded.lineage, serial = excluded.serial, sealed = excluded.sealed, saved_at = excluded.saved_at`,
		run.StackID, run.ID, run.GuildID, meta.Lineage, meta.Serial, tx.store.sealer.Seal(sealState, stateRow(run.StackID, run.ID), raw), tx.Now)
	if err != nil {
		return false, fmt.Errorf("save state version: %w", err)
	}
	return true, nil
}

// PushState makes a state from an operator's hand the stack's, sealed, whatever was
// there before. The stack's row must be locked.
func (tx *Tx) PushState(ctx context.Context, st project.Stack, meta project.StateMeta, raw []byte, operator string) error {
	if _, err := tx.Exec(ctx, "update stacks set state_lineage = $2, state_serial = $3, updated_at = $4 where id = $1", st.ID, meta.Lineage, meta.Serial, tx.Now); err != nil {
		return fmt.Errorf("save the stack's state: %w", err)
	}
	_, err := tx.Exec(ctx, "insert into state_versions (stack_id, guild_id, lineage, serial, sealed, saved_at, pushed_by) values ($1, $2, $3, $4, $5, $6, $7)",
		st.ID, st.GuildID, meta.Lineage, meta.Serial, tx.store.sealer.Seal(sealState, stateRow(st.ID, 0), raw), tx.Now, operator)
	if err != nil {
		return fmt.Errorf("save state version: %w", err)
	}
	return nil
}

// stateRow names the row that a state is sealed for: of which stack it is
// matters as much as which run wrote it; 0: an operator did.
func stateRow(stackID, runID int64) string { return fmt.Sprintf("%d/%d", stackID, runID) }

// newestState is the version that is a stack's state. A stack that the engine has
// forgotten has none, though versions of it are kept.
const newestState = ` from state_versions v join stacks s on s.id = v.stack_id
	where v.stack_id = $1 and s.state_serial > 0 order by v.id desc limit 1`

// State returns a stack's newest state, nil when it has none.
func (tx *Tx) State(ctx context.Context, stackID int64) ([]byte, error) {
	return tx.openState(ctx, stackID, "select coalesce(v.run_id, 0), v.sealed"+newestState, stackID)
}

// PastState returns a version of a stack's state, nil when it is not kept.
func (tx *Tx) PastState(ctx context.Context, stackID, version int64) ([]byte, error) {
	return tx.openState(ctx, stackID, "select coalesce(run_id, 0), sealed from state_versions where stack_id = $1 and id = $2", stackID, version)
}

func (tx *Tx) openState(ctx context.Context, stackID int64, sql string, args ...any) ([]byte, error) {
	var runID int64
	var sealed []byte
	err := tx.QueryRow(ctx, sql, args...).Scan(&runID, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	raw, err := tx.store.sealer.Open(sealState, stateRow(stackID, runID), sealed)
	if err != nil {
		return nil, fmt.Errorf("open the state of stack %d: %w", stackID, err)
	}
	return raw, nil
}

// StateOfRun says which state of a run is kept; zero when none is.
func (tx *Tx) StateOfRun(ctx context.Context, run Run) (project.StateMeta, error) {
	meta, err := one[project.StateMeta](ctx, tx, "select lineage, serial from state_versions where stack_id = $1 and run_id = $2", run.StackID, run.ID)
	if errors.Is(err, ErrNotFound) {
		return meta, nil
	}
	return meta, err
}

// StateVersion is what is known of a kept state without opening it.
type StateVersion struct {
	ID       int64
	RunID    int64 // 0: an operator's
	PushedBy string
	Lineage  string
	Serial   int64
	SavedAt  time.Time
	Size     int // bytes
}

func (s *Store) stateVersion() string {
	return "select v.id, coalesce(v.run_id, 0) as run_id, v.pushed_by, v.lineage, v.serial, v.saved_at, " + s.sealer.sealedSize("v.sealed") + " as size"
}

// NewestState describes a stack's newest state; nil when it has none.
func (tx *Tx) NewestState(ctx context.Context, stackID int64) (*StateVersion, error) {
	v, err := one[StateVersion](ctx, tx, tx.store.stateVersion()+newestState, stackID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("describe the newest state: %w", err)
	}
	return &v, nil
}

// StateVersions describes all that is kept of a stack's states, newest first.
func (tx *Tx) StateVersions(ctx context.Context, stackID int64) ([]StateVersion, error) {
	list, err := many[StateVersion](ctx, tx, tx.store.stateVersion()+" from state_versions v where v.stack_id = $1 order by v.id desc", stackID)
	if err != nil {
		return nil, fmt.Errorf("list the states: %w", err)
	}
	return list, nil
}
