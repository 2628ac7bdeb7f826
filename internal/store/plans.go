package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Kinds of sealed values: each is bound to its row, so that none can be put in
// another's place.
const (
	sealBundle  = "plans.bundle"
	sealSecrets = "plans.secrets"
	sealState   = "state_versions.sealed"
)

// InsertPlan stores a session's plan with the files that its apply needs and the
// values to mask in its output. Both are sealed.
func (tx *Tx) InsertPlan(ctx context.Context, s session.Session, p session.Plan, files map[string][]byte, secrets []string) error {
	id := strconv.FormatInt(p.RunID, 10)
	bundle, err := json.Marshal(files)
	if err != nil {
		return fmt.Errorf("encode the plan's files: %w", err)
	}
	masked, err := json.Marshal(secrets)
	if err != nil {
		return fmt.Errorf("encode the plan's secrets: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into plans (run_id, guild_id, session_id, generation, digest, sha256, config_hash, state_lineage, state_serial, created_at, bundle, secrets, findings, policies, cost)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		p.RunID, s.GuildID, s.ID, s.Generation, p.Digest, p.SHA256, p.ConfigHash, p.State.Lineage, p.State.Serial, p.At,
		tx.store.sealer.Seal(sealBundle, id, bundle), tx.store.sealer.Seal(sealSecrets, id, masked), jsonList(p.Findings), p.Policies, p.Cost)
	if err != nil {
		return fmt.Errorf("insert plan: %w", translate(err))
	}
	return nil
}

// SaveEstimate stores with a plan what it costs, resource by resource; nil: nobody
// knows.
func (tx *Tx) SaveEstimate(ctx context.Context, runID int64, e *cost.Estimate) error {
	if _, err := tx.Exec(ctx, "update plans set estimate = $2 where run_id = $1", runID, e); err != nil {
		return fmt.Errorf("save the estimate: %w", err)
	}
	return nil
}

// Estimate reads what a plan costs; nil where nobody knows.
func (s *Store) Estimate(ctx context.Context, runID int64) (*cost.Estimate, error) {
	var e *cost.Estimate
	if err := s.pool.QueryRow(ctx, "select estimate from plans where run_id = $1", runID).Scan(&e); err != nil {
		return nil, fmt.Errorf("read the estimate of plan %d: %w", runID, translate(err))
	}
	return e, nil
}

// PlanFiles opens what InsertPlan sealed.
func (tx *Tx) PlanFiles(ctx context.Context, runID int64) (files map[string][]byte, secrets []string, err error) {
	var bundle, masked []byte
	if err := tx.QueryRow(ctx, "select bundle, secrets from plans where run_id = $1", runID).Scan(&bundle, &masked); err != nil {
		return nil, nil, fmt.Errorf("read plan: %w", err)
	}
	id := strconv.FormatInt(runID, 10)
	if err := tx.store.openJSON(sealBundle, id, bundle, &files); err != nil {
		return nil, nil, err
	}
	if err := tx.store.openJSON(sealSecrets, id, masked, &secrets); err != nil {
		return nil, nil, err
	}
	return files, secrets, nil
}

// PlanSecrets opens the values to mask alone: who follows an apply that has begun
// needs no files.
func (tx *Tx) PlanSecrets(ctx context.Context, runID int64) (secrets []string, err error) {
	var masked []byte
	if err := tx.QueryRow(ctx, "select secrets from plans where run_id = $1", runID).Scan(&masked); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	err = tx.store.openJSON(sealSecrets, strconv.FormatInt(runID, 10), masked, &secrets)
	return secrets, err
}

// AppliedPlan is what an apply is of.
type AppliedPlan struct {
	RunID        int64 // that made it
	SHA256       string
	Digest       plan.Digest
	StateLineage string // of the state that it was made for
	StateSerial  int64
	Cost         *session.Cost
}

// PlanApplied reads the plan that an apply run applies.
func (tx *Tx) PlanApplied(ctx context.Context, apply Run) (AppliedPlan, error) {
	p, err := one[AppliedPlan](ctx, tx, "select run_id, sha256, digest, state_lineage, state_serial, cost from plans where session_id = $1 and generation = $2", apply.SessionID, apply.Generation)
	if err != nil {
		return p, fmt.Errorf("read the plan of run %d: %w", apply.ID, err)
	}
	return p, nil
}

// NewestFiles opens the files of the newest plan of a stack that has them still;
// nil where none has.
func (tx *Tx) NewestFiles(ctx context.Context, stackID int64) (map[string][]byte, error) {
	var runID int64
	err := tx.QueryRow(ctx, `select p.run_id from plans p join sessions s on s.id = p.session_id
		where s.stack_id = $1 and octet_length(p.bundle) > 0 order by p.run_id desc limit 1`, stackID).Scan(&runID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for a plan: %w", err)
	}
	files, _, err := tx.PlanFiles(ctx, runID)
	return files, err
}

func (s *Store) openJSON(kind, id string, sealed []byte, into any) error {
	plain, err := s.sealer.Open(kind, id, sealed)
	if err != nil {
		return fmt.Errorf("open %s of %s: %w", kind, id, err)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("decode %s of %s: %w", kind, id, err)
	}
	return nil
}
