package store

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The pool's connections give up soon; those that wait for a living do not. All
// find out that the other end is gone.
func TestLimitsOfConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting, err := pgx.ConnectConfig(w.ctx, w.waiting)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiting.Close(context.WithoutCancel(w.ctx)) }()
	for setting, want := range map[string]struct{ pool, waiting string }{
		"lock_timeout":                        {"10s", "0"},
		"idle_in_transaction_session_timeout": {"1min", "0"},
		"application_name":                    {"cloudengine", "cloudengine"},
	} {
		for name, c := range map[string]struct {
			q    querier
			want string
		}{"pool": {w.pool, want.pool}, "waiting": {waiting, want.waiting}} {
			var got string
			if err := c.q.QueryRow(w.ctx, "show "+setting).Scan(&got); err != nil || got != c.want {
				t.Errorf("%s of the %s connection: %q, want %q, %v", setting, name, got, c.want, err)
			}
		}
	}
	// Over a socket file, as here, the server reports none of these.
	for setting, want := range map[string]string{"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"} {
		for name, c := range map[string]*pgx.ConnConfig{"pool": w.pool.Config().ConnConfig, "waiting": w.waiting, "listening": w.hub.config} {
			if got := c.RuntimeParams[setting]; got != want {
				t.Errorf("%s of the %s connection: %q, want %q", setting, name, got, want)
			}
		}
	}
}

// Who waits too long for a stack is told to come again.
func TestStackIsLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *Tx) error {
		if _, err := tx.LockStack(w.ctx, w.stack.ID); err != nil {
			return err
		}
		err := w.InTx(w.ctx, func(second *Tx) error {
			if _, err := second.Exec(w.ctx, "set local lock_timeout = '10ms'"); err != nil {
				return err
			}
			_, err := second.LockStack(w.ctx, w.stack.ID)
			return err
		})
		if !usererr.Is(err, usererr.Unavailable) {
			t.Errorf("got %v", err)
		}
		mustContain(t, err, "Somebody else", "Try again")
		return nil
	})
}
