package devpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// ErrNoBinaries says that this machine has no PostgreSQL server programs.
// Install can get them.
var ErrNoBinaries = errors.New("no PostgreSQL server programs (postgres, initdb) on this machine: install them (on Debian and Ubuntu: sudo apt-get install -y postgresql), or set DATABASE_URL to a server")

// installation is a directory with PostgreSQL's server programs.
type installation struct {
	bin   string
	major int
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// places are the directories that distributions use, and the PATH.
func places() []string {
	var dirs []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*"} {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return dirs
}

// installations lists what is installed in dirs, newest first.
func installations(dirs []string) []installation {
	var found []installation
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		if m := versionPattern.FindSubmatch(out); m != nil {
			major, _ := strconv.Atoi(string(m[1]))
			found = append(found, installation{dir, major})
		}
	}
	slices.SortStableFunc(found, func(a, b installation) int { return b.major - a.major })
	return found
}

// binaries picks the installation for the data: of its major version where
// there is data, else the newest.
func (c *cluster) binaries() (string, error) {
	have := installations(places())
	if len(have) == 0 {
		return "", ErrNoBinaries
	}
	want, err := c.version()
	if err != nil {
		return "", err
	}
	for _, inst := range have {
		if want == "" || want == strconv.Itoa(inst.major) {
			return inst.bin, nil
		}
	}
	return "", fmt.Errorf("the data was written by PostgreSQL %s and this machine has %d: install postgresql-%s, or move %s away to start with an empty database", want, have[0].major, want, c.data())
}

// Install gets PostgreSQL from Debian's packages, writing what apt-get says to
// out. It does so only as root, and only where there is an apt-get; elsewhere
// the error names the command to run.
func Install(ctx context.Context, out io.Writer) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return ErrNoBinaries
	}
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = out, out
		return cmd.Run()
	}
	install := []string{"install", "-y", "--no-install-recommends", "postgresql"}
	if err := run(install...); err == nil {
		return nil
	}
	// A fresh container has no package lists yet.
	if err := run("update"); err != nil {
		return fmt.Errorf("install PostgreSQL: apt-get update: %w", err)
	}
	if err := run(install...); err != nil {
		return fmt.Errorf("install PostgreSQL: apt-get install postgresql: %w", err)
	}
	return nil
}
