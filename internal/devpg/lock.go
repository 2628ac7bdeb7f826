package devpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile is a flock: the kernel gives it back when the process dies, however
// it dies.
type lockFile struct{ file *os.File }

// lock waits for a lock of the kind how (LOCK_SH, LOCK_EX) until ctx ends.
func lock(ctx context.Context, path string, how int) (*lockFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return &lockFile{f}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if err := pause(ctx); err != nil {
			f.Close()
			return nil, fmt.Errorf("another process holds %s: %w", path, err)
		}
	}
}

// upgrade turns a shared lock into the only one, if nobody else has one.
func (l *lockFile) upgrade() bool {
	return syscall.Flock(int(l.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func (l *lockFile) Close() { _ = l.file.Close() }
