package store

import (
	"context"
	"errors"
	"testing"
)

// Of two processes one works under the lock and the other stands by, until the
// first is done or loses its connection: then the other takes over.
func TestHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := mustOpen(t, w.url)
	type holder struct {
		standby, working chan struct{}
		release          chan struct{}
		ended            chan error
	}
	hold := func(s *Store, name string) holder {
		h := holder{make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}), make(chan error, 1)}
		go func() {
			h.ended <- s.Hold(w.ctx, name, func() { h.standby <- struct{}{} }, func(ctx context.Context) error {
				h.working <- struct{}{}
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case <-h.release:
					return nil
				}
			})
		}()
		return h
	}
	first := hold(w.Store, "gateway")
	await(t, first.working, "first holder")
	second := hold(other, "gateway")
	await(t, second.standby, "standby")
	elsewhere := hold(other, "another lock")
	await(t, elsewhere.working, "holder of another lock")
	close(elsewhere.release)
	if err := await(t, elsewhere.ended, "end of the other lock"); err != nil {
		t.Error(err)
	}
	select {
	case <-second.working:
		t.Fatal("two processes hold one lock")
	default:
	}
	// The first one's connection dies: its work is ended, and the second takes over.
	w.exec(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`)
	if err := await(t, first.ended, "end of the first"); !errors.Is(err, ErrLockLost) {
		t.Errorf("the first ended with %v", err)
	}
	await(t, second.working, "second holder")
	close(second.release)
	if err := await(t, second.ended, "end of the second"); err != nil {
		t.Error(err)
	}
}

// Who waits for a lock can give up.
func TestHoldGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.Hold(w.ctx, "x", func() {}, func(context.Context) error {
		ctx, cancel := context.WithCancel(w.ctx)
		err := w.Hold(ctx, "x", cancel, func(context.Context) error { return errors.New("held twice") })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
