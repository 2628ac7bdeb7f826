package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Host is this process's place: a data directory that it alone uses, with an id
// that stays when the machine's name does not.
type Host struct {
	ID   string
	lock *os.File

	cancel context.CancelFunc
	done   chan struct{}
}

// passable directories let others through to a run directory that is theirs, and show
// them nothing.
const passable fs.FileMode = 0o711

// OpenHost takes a data directory, which it makes where it is missing. Two
// processes cannot share one.
func OpenHost(dataDir string) (*Host, error) {
	if err := os.MkdirAll(filepath.Join(dataDir, "runs"), passable); err != nil {
		return nil, unwritable(dataDir, err)
	}
	lock, err := os.OpenFile(filepath.Join(dataDir, "host.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(dataDir, err)
	}
	if err := take(lock); err != nil {
		_ = lock.Close()
		return nil, usererr.New(usererr.Unavailable,
			"Another Cloud Engine uses the data directory %s. Nothing was started. Stop it, or give this one a directory of its own with CLOUDENGINE_DATA.", dataDir).Wrap(err)
	}
	id, err := hostID(filepath.Join(dataDir, "host-id"))
	if err != nil {
		_ = lock.Close()
		return nil, unwritable(dataDir, err)
	}
	return &Host{ID: id, lock: lock}, nil
}

// take locks a file. A process that was being started when its last owner let go
// may have the file open for a moment more, until it runs its own program.
func take(lock *os.File) error {
	const patience, pause = 2 * time.Second, 20 * time.Millisecond
	for last := time.Now().Add(patience); ; time.Sleep(pause) {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || time.Now().After(last) {
			return err
		}
	}
}

func unwritable(dir string, cause error) error {
	return usererr.New(usererr.Unavailable,
		"The data directory %s cannot be written. Nothing was started. Make it writable for this user, or name another with CLOUDENGINE_DATA.", dir).Wrap(cause)
}

// hostID reads the id, or makes one that is written whole or not at all.
func hostID(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(raw)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read host id: %w", err)
	}
	id := usererr.Reference() + usererr.Reference()
	if err := os.WriteFile(path+".new", []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write host id: %w", err)
	}
	return id, os.Rename(path+".new", path)
}

// beat says at intervals that the host lives, until close.
func (h *Host) beat(s *store.Store, every time.Duration, log *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.done = cancel, make(chan struct{})
	go func() {
		defer close(h.done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := h.seen(ctx, s, every); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "the heartbeat could not be written", slog.Any("error", err))
			}
		}
	}()
}

// seen has as long as there is to the next time: a connection that does not answer
// must not keep a host silent that another connection would bring to be heard.
func (h *Host) seen(ctx context.Context, s *store.Store, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return s.HostSeen(ctx, h.ID)
}

func (h *Host) close() error {
	if h.cancel != nil {
		h.cancel()
		<-h.done
	}
	return h.lock.Close()
}
