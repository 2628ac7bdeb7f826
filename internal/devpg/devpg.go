// Package devpg runs a private PostgreSQL from the binaries of the machine, so
// that the demo and the tests need no server of their own.
//
// It listens on a unix socket only, works as root too (by dropping to an
// unprivileged user, as PostgreSQL refuses to run as root), and several
// processes may start the same directory: they share one server, and the last
// to leave stops it. It must not know what is stored in it: schema and
// migrations belong to others.
package devpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "cloudengine"
	// startTimeout is for a server that has to recover after a crash; a usual
	// start takes well under a second.
	startTimeout = 60 * time.Second
)

// Options says where the server lives and what for.
type Options struct {
	// Dir holds the data directory, the log, the lock files and, where its
	// path is short enough, the socket. Created when missing.
	Dir string
	// Logger is told of starts and stops; nil discards.
	Logger *slog.Logger
	// NoSync trades durability for speed. Only for data that may be lost with
	// the machine: tests.
	NoSync bool
	// MaxConnections is PostgreSQL's setting of that name; 0 means 100.
	MaxConnections int
}

// Server is a running PostgreSQL that this process uses.
type Server struct {
	// URL connects to the maintenance database as superuser.
	URL string
	// PID is the process id of the postmaster.
	PID int

	dir     string
	socket  string
	log     *slog.Logger
	clients *lockFile
	process *os.Process
	exited  <-chan struct{} // closed when our own child ended; nil if another process started it
}

// Start returns the server of opts.Dir: the one that is already running there
// (also when the process that started it was killed), else a new one on the
// data found there, else a new one on new data. Data of another major version
// than the machine's binaries is refused and left alone. Without binaries the
// error is ErrNoBinaries.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.MaxConnections == 0 {
		opts.MaxConnections = 100
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("private postgres: %w", err)
	}
	opts.Dir = dir
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	server, err := start(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("private postgres in %s: %w", dir, err)
	}
	return server, nil
}

func start(ctx context.Context, opts Options) (*Server, error) {
	c, err := openCluster(opts.Dir)
	if err != nil {
		return nil, err
	}
	starting, err := lock(ctx, c.path("start.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer starting.Close()
	clients, err := lock(ctx, c.path("clients.lock"), syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	server, err := reuse(ctx, c)
	if err == nil && server == nil {
		server, err = boot(ctx, c, opts)
	}
	if err != nil {
		clients.Close()
		return nil, err
	}
	server.dir, server.log, server.clients = opts.Dir, opts.Logger, clients
	return server, nil
}

// reuse connects to the server that already runs on the data, if there is one.
func reuse(ctx context.Context, c *cluster) (*Server, error) {
	pm, running := c.postmaster()
	if !running {
		return nil, nil
	}
	s := &Server{URL: socketURL(pm.socket), PID: pm.pid, socket: pm.socket, process: pm.process}
	for {
		err := ping(ctx, s.URL)
		if err == nil {
			return s, nil
		}
		if _, running := c.postmaster(); !running {
			return nil, nil // it was on its way out
		}
		if err := pause(ctx); err != nil {
			return nil, fmt.Errorf("process %d holds the data but does not answer: %w", pm.pid, errors.Join(err, ctx.Err()))
		}
	}
}

// boot starts a postmaster of our own, on new data if there is none yet.
func boot(ctx context.Context, c *cluster, opts Options) (*Server, error) {
	bin, err := c.binaries()
	if err != nil {
		return nil, err
	}
	if err := c.init(ctx, bin, opts.NoSync); err != nil {
		return nil, err
	}
	socket, err := c.socketDir()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(c.path("postgres.log"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own descriptor
	cmd := c.command(filepath.Join(bin, "postgres"), settings(c.data(), socket, opts)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() { // ends with the child, which outlives nobody's interest: it is reaped here
		_ = cmd.Wait()
		close(exited)
	}()
	s := &Server{URL: socketURL(socket), PID: cmd.Process.Pid, socket: socket, process: cmd.Process, exited: exited}
	if err := s.ready(ctx); err != nil {
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		<-exited
		tail, _ := os.ReadFile(c.path("postgres.log"))
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(tail))
	}
	opts.Logger.Info("private postgres started", "dir", opts.Dir, "pid", s.PID)
	return s, nil
}

func settings(data, socket string, opts Options) []string {
	args := []string{
		"-D", data,
		"-c", "listen_addresses=",
		"-c", "unix_socket_directories=" + socket,
		"-c", "unix_socket_permissions=0700",
		"-c", "max_connections=" + strconv.Itoa(opts.MaxConnections),
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
	}
	if opts.NoSync {
		// synchronous_commit stays on: a commit must outlive the server's death
		// (tests kill it), only not the machine's.
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	return args
}

// ready waits until a starting server accepts connections.
func (s *Server) ready(ctx context.Context) error {
	for {
		err := ping(ctx, s.URL)
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return errors.New("postgres ended while starting")
		default:
		}
		if pause(ctx) != nil {
			return fmt.Errorf("postgres is not ready: %w", err)
		}
	}
}

// Stop gives the server up. The last process that uses it shuts it down, fast
// (open transactions are rolled back), and waits until it has ended or ctx has.
func (s *Server) Stop(ctx context.Context) error {
	if s.clients == nil {
		return nil
	}
	defer func() {
		s.clients.Close()
		s.clients = nil
	}()
	starting, err := lock(ctx, filepath.Join(s.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return fmt.Errorf("stop private postgres: %w", err)
	}
	defer starting.Close()
	if !s.clients.upgrade() {
		s.log.Info("private postgres left to others", "dir", s.dir, "pid", s.PID)
		return nil
	}
	if err := s.shutdown(ctx); err != nil {
		return fmt.Errorf("stop private postgres: %w", err)
	}
	if s.socket != s.dir {
		_ = os.Remove(s.socket) // a directory of its own under the temp directory
	}
	s.log.Info("private postgres stopped", "dir", s.dir, "pid", s.PID)
	return nil
}

// shutdown ends whoever serves the data: after a crash that may be a server that
// another of its users has started.
func (s *Server) shutdown(ctx context.Context) error {
	process, exited := s.process, s.exited
	if now, running := (&cluster{dir: s.dir}).postmaster(); running && now.pid != s.PID {
		process, exited = now.process, nil
	}
	err := process.Signal(syscall.SIGINT) // PostgreSQL's "fast" shutdown
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if exited != nil { // though it has ended, it may not have been reaped yet
		select {
		case <-exited:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	// Not our child, so it cannot be waited for. Its pid file goes last; its
	// process may stay as a zombie where nobody reaps it.
	for {
		if _, err := os.Stat(filepath.Join(s.dir, "data", "postmaster.pid")); errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if process.Signal(syscall.Signal(0)) != nil {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func socketURL(dir string) string {
	q := url.Values{"host": {dir}, "user": {superuser}, "sslmode": {"disable"}}
	return "postgres:///postgres?" + q.Encode()
}

func ping(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// pause is the interval at which another process's progress is looked at.
func pause(ctx context.Context) error {
	select {
	case <-time.After(10 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// command prepares a PostgreSQL program to run as the account of the data, in a
// session of its own: a Ctrl-C on the terminal is for us, not for it.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential, Setsid: true}
	return cmd
}
