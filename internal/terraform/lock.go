package terraform

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// The lock is an open file description lock: like flock it is held by one
// opened file (close-on-exec, so Terraform does not inherit it) and freed by
// the kernel at the holder's death, however it died. Unlike flock it can be
// asked about without being taken, so a look at a run never makes a starting
// supervisor believe that another one lives.

// takeLock takes the lock for as long as the returned file stays open.
// ErrRunning: somebody else holds it.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	err = unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return nil, ErrRunning
	}
	return nil, fmt.Errorf("take lock: %w", err)
}

// lockHeld reports whether somebody holds the lock.
func lockHeld(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open lock: %w", err)
	}
	defer f.Close()
	question := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &question); err != nil {
		return false, fmt.Errorf("ask lock: %w", err)
	}
	return question.Type != unix.F_UNLCK, nil
}
