// Package store keeps the engine's truth in Postgres: the pool, transactions,
// and one file of hand-written SQL per table. A use case is one transaction: it
// locks the rows it decides on, and either all of it happens or none of it.
//
// The package must not decide anything: who may do what, and which event moves
// a session, is said by others.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MinimumPostgres is the oldest server version that is supported, as
// server_version_num: 14 brought what the partial indexes and jsonb use here
// rely on and is the oldest release still maintained upstream in 2026.
const MinimumPostgres = 140000

// Store is a pool of connections and what is kept in front of it.
type Store struct {
	pool    *pgxpool.Pool
	waiting *pgx.ConnConfig // of connections that wait: for locks, for notifications
	sealer  *Sealer
	log     *slog.Logger
	cache   *sessionCache
	prices  priceBooks
	clock   func(time.Time) time.Time
	hub     *hub
}

// Options are what Open needs besides the address.
type Options struct {
	URL    string
	Sealer *Sealer
	Logger *slog.Logger
	// Clock turns the database's time into the time of transactions; nil leaves
	// it as it is. Tests move time with it.
	Clock func(time.Time) time.Time
	// MaxConns bounds the pool; 0 is 16.
	MaxConns int32
}

// Open connects to Postgres, checks that it is new enough, and starts listening
// for notifications. The schema must be migrated already (Migrate).
func Open(ctx context.Context, o Options) (*Store, error) {
	cfg, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	waiting := cfg.ConnConfig.Copy()
	maps.Copy(cfg.ConnConfig.RuntimeParams, limits)
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, unreachable(err)
	}
	if err := checkVersion(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	s := &Store{pool: pool, waiting: waiting, sealer: o.Sealer, log: o.Logger, cache: newSessionCache(), clock: o.Clock}
	if s.clock == nil {
		s.clock = func(t time.Time) time.Time { return t }
	}
	s.hub = newHub(waiting, o.Logger)
	return s, nil
}

// Close ends the listener and the pool. No transaction may be under way.
func (s *Store) Close() {
	s.hub.stop()
	s.pool.Close()
}

// Pool is the pool itself, for the queue, which runs on the same database.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether Postgres answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return unreachable(err)
	}
	return nil
}

// Tx is one transaction. Now is its time: one value for all that happens in it.
type Tx struct {
	pgx.Tx
	Now      time.Time
	store    *Store
	onCommit []func()
}

// InTx runs fn in a transaction and commits it if fn returns nil. Postgres may
// ask for a repetition (deadlock, serialization): fn must have no effects but
// through tx. What fn returns comes back unchanged.
func (s *Store) InTx(ctx context.Context, fn func(tx *Tx) error) error {
	const attempts = 4
	for attempt := 1; ; attempt++ {
		err := s.inTx(ctx, fn)
		if attempt < attempts && isRetryable(err) {
			continue
		}
		return translate(err)
	}
}

func (s *Store) inTx(ctx context.Context, fn func(tx *Tx) error) error {
	t, err := s.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// A rollback must reach the server although ctx is over.
	defer func() { _ = t.Rollback(context.WithoutCancel(ctx)) }()
	tx := &Tx{Tx: t, store: s}
	if err := t.QueryRow(ctx, "select now()").Scan(&tx.Now); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	tx.Now = s.clock(tx.Now)
	if err := fn(tx); err != nil {
		return err
	}
	if err := t.Commit(ctx); err != nil {
		if isUnreachable(err) {
			return uncertain(err)
		}
		return fmt.Errorf("commit: %w", err)
	}
	for _, f := range tx.onCommit {
		f()
	}
	return nil
}

// Now returns the time that a transaction begun now would have.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	if err := s.pool.QueryRow(ctx, "select now()").Scan(&now); err != nil {
		return time.Time{}, translate(err)
	}
	return s.clock(now), nil
}

// querier is what a read needs: the pool, or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// one collects exactly one row, or ErrNotFound.
func one[T any](ctx context.Context, q querier, sql string, args ...any) (T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		var zero T
		return zero, err
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return v, ErrNotFound
	}
	return v, err
}

// many collects all rows.
func many[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}
