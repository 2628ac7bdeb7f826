package keep

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// tool is one of PostgreSQL's own programs.
type tool struct {
	path  string
	major int
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// places are where distributions put them; pg_dump on the PATH may be a script that
// chooses among these.
var places = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*"}

// find looks for the oldest program of a name that is not older than a server: a
// newer one may write what an older server does not read.
func find(ctx context.Context, name string, oldest int) (tool, error) {
	var paths []string
	for _, place := range places {
		found, _ := filepath.Glob(filepath.Join(place, name))
		paths = append(paths, found...)
	}
	if path, err := exec.LookPath(name); err == nil {
		paths = append(paths, path)
	}
	var tools []tool
	for _, path := range paths {
		out, err := exec.CommandContext(ctx, path, "--version").Output()
		if m := versionPattern.FindSubmatch(out); err == nil && m != nil {
			major, _ := strconv.Atoi(string(m[1]))
			tools = append(tools, tool{path, major})
		}
	}
	slices.SortStableFunc(tools, func(a, b tool) int { return cmp.Compare(a.major, b.major) })
	for _, t := range tools {
		if t.major >= oldest {
			return t, nil
		}
	}
	have := "there is none on this machine"
	if len(tools) > 0 {
		have = fmt.Sprintf("the newest on this machine is of %d", tools[len(tools)-1].major)
	}
	return tool{}, usererr.New(usererr.Unavailable, "%s of PostgreSQL %d or newer is needed, and %s. Nothing was done. Install it (on Debian and Ubuntu: apt-get install postgresql-client-%d), or run this where it is.", name, oldest, have, oldest)
}

// run runs the program on a database. Its password goes by the environment, as
// everybody on the machine can read a command line.
func (t tool) run(ctx context.Context, database string, stdin io.Reader, args ...string) error {
	address, password, err := forTools(database)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, t.path, append(args, "--no-password", "--dbname="+address)...)
	cmd.Env = []string{"LC_ALL=C", "PGPASSWORD=" + password}
	for _, name := range []string{"PATH", "HOME", "PGPASSFILE", "PGSSLROOTCERT"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(t.path), err, lastWords(said.String()))
	}
	return nil
}

// lastWords is the end of what a program said.
func lastWords(said string) string {
	const most = 2000
	said = strings.TrimSpace(said)
	return said[max(0, len(said)-most):]
}

// known are the parameters of a URL that PostgreSQL's own programs know too; ours
// may have others for the pool.
var known = []string{"host", "hostaddr", "port", "dbname", "user", "passfile", "connect_timeout", "options", "sslmode", "sslcert", "sslkey", "sslrootcert",
	"sslcrl", "sslnegotiation", "channel_binding", "require_auth", "target_session_attrs", "gssencmode", "krbsrvname", "keepalives", "service", "application_name"}

// forTools takes the password out of a URL, and what only our driver knows.
func forTools(database string) (address, password string, err error) {
	u, err := url.Parse(database)
	if err != nil {
		return "", "", errors.New("the database's URL cannot be read") // the error has parts of it
	}
	query := u.Query()
	password = query.Get("password")
	if given, ok := u.User.Password(); ok {
		password = given
		u.User = url.User(u.User.Username())
	}
	for name := range query {
		if !slices.Contains(known, name) {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String(), password, nil
}
