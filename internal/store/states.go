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

// stateRow names the row that a state is sealed for: of which stack it is
// matters as much as which run wrote it.
func stateRow(stackID, runID int64) string { return fmt.Sprintf("%d/%d", stackID, runID) }

// State returns a stack's newest state, nil when it has none.
func (tx *Tx) State(ctx context.Context, stackID int64) ([]byte, error) {
	var runID int64
	var sealed []byte
	err := tx.QueryRow(ctx, "select run_id, sealed from state_versions where stack_id = $1 order by serial desc, run_id desc limit 1", stackID).Scan(&runID, &sealed)
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
	RunID   int64
	Serial  int64
	SavedAt time.Time
	Size    int // bytes
}

// NewestState describes a stack's newest state; nil when it has none.
func (tx *Tx) NewestState(ctx context.Context, stackID int64) (*StateVersion, error) {
	v, err := one[StateVersion](ctx, tx, `select run_id, serial, saved_at, octet_length(sealed) - $2 as size from state_versions
		where stack_id = $1 order by serial desc, run_id desc limit 1`, stackID, 1+tx.store.sealer.aead.Overhead())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("describe the newest state: %w", err)
	}
	return &v, nil
}
