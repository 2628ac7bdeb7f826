package devpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Environment variable naming a server (URL of a database whose user may create
// databases and roles) that the tests use instead of a private one.
const testURLVariable = "CLOUDENGINE_TEST_DATABASE_URL"

// testConnections serves many packages testing in parallel, each test with a
// pool of its own.
const testConnections = 500

// Shared returns the URL of the server that every test process of this user
// shares. The first process starts it, and it stops a few seconds after the
// last one has ended, however that ended. Its data is new each time: it runs
// without fsync, so nothing of it could be trusted after a crash.
//
// A process asks once and keeps the server for its life.
func Shared(ctx context.Context) (string, error) {
	if url := os.Getenv(testURLVariable); url != "" {
		return url, nil
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		return shared.server.URL, nil
	}
	dir, err := sharedDir()
	if err != nil {
		return "", fmt.Errorf("shared test postgres: %w", err)
	}
	server, err := startShared(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("shared test postgres: %w", err)
	}
	shared.server = server
	return server.URL, nil
}

// shared is the one exception to "no global state": it is a property of the
// process, released by its end.
var shared struct {
	sync.Mutex
	server *Server
}

// sharedDir is private to the user: others could put a data directory of
// theirs where the temp directory is open to all.
func sharedDir() (string, error) {
	dir := filepath.Join(scratch(), fmt.Sprintf("cloudengine-test-%d", os.Geteuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s belongs to someone else: set TMPDIR to another directory", dir)
	}
	return dir, nil
}

func startShared(ctx context.Context, dir string) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*startTimeout)
	defer cancel()
	// Around Start, so that of many processes one looks for old data, while no
	// server can be starting on it.
	first, err := lock(ctx, filepath.Join(dir, "shared.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer first.Close()
	// While this is held, a reaper that has begun to stop the server has
	// finished, and none begins.
	clients, err := lock(ctx, filepath.Join(dir, "clients.lock"), syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	defer clients.Close()
	c, err := openCluster(dir)
	if err != nil {
		return nil, err
	}
	if _, running := c.postmaster(); !running {
		if err := os.RemoveAll(c.data()); err != nil {
			return nil, err
		}
	}
	server, err := Start(ctx, Options{Dir: dir, NoSync: true, MaxConnections: testConnections})
	if err != nil {
		return nil, err
	}
	if err := startReaper(c); err != nil {
		return nil, errors.Join(err, server.Stop(ctx))
	}
	return server, nil
}

// reaper waits until no process holds clients.lock (descriptor 3), lingers
// for the next package of the same test run, and stops the server. Descriptor 4
// makes it the only one: each client starts one, as an earlier one may have
// been killed. It runs as the account of the data, so that it can signal
// nothing else, and leaves 4 before 3, so that a client that then gets the lock
// finds the place of the reaper free.
const reaper = `
flock -n 4 || exit 0
while :; do
	flock 3
	flock -u 3
	sleep "$3"
	flock -n 3 && break
done
"$1"/pg_ctl -D "$2" -m fast -w -t 60 stop
flock -u 4
`

// linger is how long the server waits for another client.
const linger = 5 * time.Second

func startReaper(c *cluster) error {
	bin, err := c.binaries()
	if err != nil {
		return err
	}
	cmd := c.command("/bin/sh", "-c", reaper, "reaper", bin, c.data(), fmt.Sprint(linger.Seconds()))
	for _, name := range []string{"clients.lock", "reaper.lock"} {
		f, err := os.OpenFile(c.path(name), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		defer f.Close() // the reaper has its own descriptor of the same lock
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start reaper: %w", err)
	}
	go func() { _ = cmd.Wait() }() // it outlives us, or ends at once: then reap it
	return nil
}
