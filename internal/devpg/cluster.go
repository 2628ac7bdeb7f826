package devpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketDir keeps the path of the socket in it below the 108 bytes that a
// unix socket address holds.
const maxSocketDir = 100 - len("/.s.PGSQL.5432")

// cluster is a data directory and what lies around it.
type cluster struct {
	dir        string
	credential *syscall.Credential // nil: PostgreSQL runs as we do
}

// openCluster makes the directories, owned by whom PostgreSQL will run as.
func openCluster(dir string) (*cluster, error) {
	c := &cluster{dir: dir}
	if err := os.MkdirAll(c.data(), 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return c, nil
	}
	var err error
	if c.credential, err = account(c.data()); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	if err := reachable(dir, c.credential); err != nil {
		return nil, err
	}
	return c, c.own(c.data())
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }
func (c *cluster) data() string            { return c.path("data") }

func (c *cluster) own(path string) error {
	if c.credential == nil {
		return nil
	}
	return os.Chown(path, int(c.credential.Uid), int(c.credential.Gid))
}

// account picks the user that PostgreSQL runs as when we are root: the owner of
// existing data, else the machine's postgres, else nobody.
func account(data string) (*syscall.Credential, error) {
	if info, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return &syscall.Credential{Uid: st.Uid, Gid: st.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: run this as another user")
}

// reachable tells whether the account may enter dir: /root, for one, is closed.
func reachable(dir string, cred *syscall.Credential) error {
	for d := dir; ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if ok && info.Mode()&0o001 == 0 && st.Uid != cred.Uid {
			return fmt.Errorf("PostgreSQL refuses to run as root, and user %d, which it would run as, may not enter %s: choose a data directory elsewhere, such as /var/lib/cloudengine", cred.Uid, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}

// version is the major version of the data, "" when there is none yet.
func (c *cluster) version() (string, error) {
	b, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}

// init makes a new database cluster unless there is one. It is made aside and
// renamed, so that an interrupted one is not taken for a complete one.
func (c *cluster) init(ctx context.Context, bin string, noSync bool) error {
	if v, err := c.version(); err != nil || v != "" {
		return err
	}
	fresh := c.path("data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := c.own(fresh); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"}
	if noSync {
		args = append(args, "--no-sync")
	}
	cmd := c.command(filepath.Join(bin, "initdb"), args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out.Bytes()))
	}
	if err := os.Remove(c.data()); err != nil { // refuses a full one
		return err
	}
	return os.Rename(fresh, c.data())
}

// socketDir is the cluster's directory, or a short one where that is too long.
// It is closed to other users: whoever reaches the socket is superuser.
func (c *cluster) socketDir() (string, error) {
	dir := c.path("s")
	if len(dir) <= maxSocketDir {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		return dir, c.own(dir)
	}
	dir, err := os.MkdirTemp(os.TempDir(), "cepg")
	if err == nil && len(dir) > maxSocketDir {
		_ = os.Remove(dir)
		dir, err = os.MkdirTemp("/tmp", "cepg")
	}
	if err != nil {
		return "", err
	}
	return dir, c.own(dir)
}

type postmaster struct {
	pid     int
	socket  string
	process *os.Process
}

// postmaster reads who serves the data. The file outlives a crash and its pid
// may since belong to a stranger, so the process must be a postgres.
func (c *cluster) postmaster() (postmaster, bool) {
	b, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	// Lines: pid, data directory, start time, port, socket directory, ...
	lines := strings.Split(string(b), "\n")
	if len(lines) < 5 || lines[4] == "" {
		return postmaster{}, false
	}
	pid, err := strconv.Atoi(lines[0])
	if err != nil {
		return postmaster{}, false
	}
	// Of a zombie (a dead server that nobody has reaped) this is empty.
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !bytes.Contains(cmdline, []byte("postgres")) {
		return postmaster{}, false
	}
	process, err := os.FindProcess(pid) // a pidfd: later signals cannot hit another process
	if err != nil || process.Signal(syscall.Signal(0)) != nil {
		return postmaster{}, false
	}
	return postmaster{pid: pid, socket: lines[4], process: process}, true
}
