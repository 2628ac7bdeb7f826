package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Free space in the data directory: a run takes a few MB, the providers of one
// cloud half a GB.
const (
	spaceWorrying = 2 << 30
	spaceBad      = 200 << 20
)

// dataDirectory checks that runs have a place that they can write to and that
// stays.
func (e *exam) dataDirectory(context.Context) {
	const subject = "data"
	dir := e.Config.DataDir
	if dir == "" {
		e.skip(subject, "CLOUDENGINE_DATA is not set, or wrong")
		return
	}
	at, err := writable(dir)
	if err != nil {
		e.fail(subject, dir+" cannot be written by "+me(), "Make it writable, look as the user that the bot runs as, or name another directory with CLOUDENGINE_DATA.", err)
		return
	}
	switch e.inUse = held(filepath.Join(dir, "host.lock")); {
	case e.inUse:
		e.ok(subject, "%s is writable for %s, and in use by a bot that runs", dir, me())
	case at != dir:
		e.ok(subject, "%s does not exist and will be made at the first start", dir)
	default:
		e.ok(subject, "%s is writable for %s", dir, me())
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(at, &fs); err != nil {
		e.fail(subject, "the space left in "+at+" cannot be told", "", err)
		return
	}
	e.space(fs.Bavail * uint64(fs.Bsize))
	e.fileSystem(fs)
}

// me is who looks: often somebody else than who runs the bot.
func me() string {
	id := strconv.Itoa(os.Geteuid())
	if account, err := user.LookupId(id); err == nil {
		return account.Username
	}
	return "user " + id
}

// writable tries to write to a directory, or to its nearest parent where it does
// not exist, and returns the one that does.
func writable(dir string) (string, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		parent, err := existing(filepath.Dir(dir))
		if err != nil {
			return "", err
		}
		made, err := os.MkdirTemp(parent, ".doctor-") // access(2) lets root do what the kernel then refuses
		if err != nil {
			return "", fmt.Errorf("make it in %s: %w", parent, err)
		}
		return parent, os.Remove(made)
	}
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", errors.New("it is a file")
	}
	f, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return "", err
	}
	_ = f.Close()
	return dir, os.Remove(f.Name())
}

// existing is the nearest directory on the way up that exists.
func existing(dir string) (string, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir):
		return existing(filepath.Dir(dir))
	case err == nil && !info.IsDir():
		return "", fmt.Errorf("%s is a file", dir)
	}
	return dir, err
}

// held reports whether a process holds a lock file's lock. To ask is to take it
// for a moment, shared: where nobody holds it, nobody is turned away but a bot
// that starts within that microsecond, and is started again.
func held(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

func (e *exam) space(free uint64) {
	const subject = "space"
	found := bytesText(free) + " free"
	const advice = "Free some, or name a directory on a larger disk with CLOUDENGINE_DATA. A disk that fills up in the middle of an apply loses state."
	switch {
	case free < spaceBad:
		e.fail(subject, found+", and at least "+bytesText(spaceBad)+" are needed", advice, nil)
	case free < spaceWorrying:
		e.warn(subject, found, advice)
	default:
		e.ok(subject, "%s", found)
	}
}

func bytesText(n uint64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

// fileSystem warns of those that do not outlive the machine or the container, or
// on which no provider can be run.
func (e *exam) fileSystem(fs unix.Statfs_t) {
	const subject = "data"
	switch fs.Type {
	case unix.TMPFS_MAGIC:
		e.warn(subject, "it is in memory: what runs is lost with the machine", "Name a directory on a disk with CLOUDENGINE_DATA.")
	case unix.OVERLAYFS_SUPER_MAGIC:
		e.warn(subject, "it is part of the container: what runs is lost with it", "Mount a volume there.")
	case unix.NFS_SUPER_MAGIC:
		e.warn(subject, "it is on a network file system, whose locks may not hold", "Name a directory on a local disk with CLOUDENGINE_DATA.")
	}
	if fs.Flags&unix.ST_NOEXEC != 0 {
		e.fail(subject, "nothing on it can be run (noexec), and Terraform's providers are", "Mount it without noexec, or name another directory with CLOUDENGINE_DATA.", nil)
	}
}
