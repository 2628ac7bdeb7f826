package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrLockLost is the cause with which the work under a lock is ended when the
// connection that held it is gone.
var ErrLockLost = errors.New("the connection that held the lock is gone")

// Hold waits until no other process holds the lock of that name, runs fn with a
// context that ends when the lock is lost, and frees it. standby is called when
// there is waiting to do. The lock is Postgres's own, on a connection of its own:
// it cannot outlive the process.
func (s *Store) Hold(ctx context.Context, name string, standby func(), fn func(ctx context.Context) error) error {
	conn, err := pgx.ConnectConfig(ctx, s.waiting)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var held bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtextextended($1, 0))", name).Scan(&held); err != nil {
		return fmt.Errorf("try lock %s: %w", name, err)
	}
	if !held {
		standby()
		if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtextextended($1, 0))", name); err != nil {
			return fmt.Errorf("wait for lock %s: %w", name, err)
		}
	}
	working, lose := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		// Nobody notifies this connection: the wait ends with it, or with the work.
		if _, err := conn.WaitForNotification(working); err != nil {
			lose(ErrLockLost)
		}
	}()
	err = fn(working)
	lose(nil)
	<-watched
	return err
}
