package terraform

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pidfdFile hands a pidfd to the runtime's poller, so that waiting for a
// process costs no thread and can be cancelled.
func pidfdFile(fd int) (*os.File, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "pidfd"), nil
}

// waitReadable returns nil when the process of the pidfd has ended.
func waitReadable(ctx context.Context, file *os.File) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var pollErr error
	err = conn.Read(func(fd uintptr) bool {
		ended, err := readable(int(fd))
		pollErr = err
		return ended || err != nil
	})
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	return pollErr
}

func readable(fd int) (bool, error) {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 0)
		if err == unix.EINTR {
			continue
		}
		return n > 0, err
	}
}
