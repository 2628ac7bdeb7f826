package doctor

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDataDirectory(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(w *world)
		mark    mark
		parts   []string
	}{
		"writable": {func(*world) {}, fine, []string{"is writable"}},
		"to be made": {func(w *world) { w.Config.DataDir = filepath.Join(w.t.TempDir(), "a", "b") },
			fine, []string{"will be made"}},
		"unknown": {func(w *world) { w.Config.DataDir = "" }, unknown, []string{"CLOUDENGINE_DATA"}},
		"a file": {func(w *world) { w.Config.DataDir = newFile(w.t) },
			problem, []string{"cannot be written", "CLOUDENGINE_DATA", "it is a file"}},
		"below a file": {func(w *world) { w.Config.DataDir = filepath.Join(newFile(w.t), "data") },
			problem, []string{"cannot be written", "CLOUDENGINE_DATA"}},
		"read-only": {func(w *world) { w.Config.DataDir = "/proc" }, // for root too
			problem, []string{"cannot be written"}},
		"to be made where nothing can be": {func(w *world) { w.Config.DataDir = "/proc/data/here" },
			problem, []string{"cannot be written"}},
		"in use": {func(w *world) {
			lock, err := os.Create(filepath.Join(w.Config.DataDir, "host.lock"))
			if err != nil {
				w.t.Fatal(err)
			}
			w.t.Cleanup(func() { _ = lock.Close() })
			if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
				w.t.Fatal(err)
			}
		}, fine, []string{"in use by a bot that runs"}},
		"a lock that nobody holds": {func(w *world) {
			if err := os.WriteFile(filepath.Join(w.Config.DataDir, "host.lock"), nil, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, fine, []string{"is writable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.prepare(w)
			before := list(t, w.Config.DataDir)
			f := w.examine()
			f.want(test.mark, "data", test.parts...)
			if test.mark == problem {
				f.wantProblems("data")
			} else {
				f.wantProblems()
			}
			if after := list(t, w.Config.DataDir); !slices.Equal(before, after) {
				t.Errorf("the directory held %q and holds %q", before, after)
			}
		})
	}
}

// list names what is in a directory; /proc changes by itself.
func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if dir != "/proc" {
			names = append(names, e.Name())
		}
	}
	return names
}

func newFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSpace(t *testing.T) {
	t.Parallel()
	for free, want := range map[uint64]struct {
		mark mark
		text string
	}{
		0:               {problem, "0 MiB free, and at least 200 MiB are needed"},
		200<<20 - 1:     {problem, "199 MiB free"},
		200 << 20:       {warning, "200 MiB free"},
		2<<30 - 1:       {warning, "2.0 GiB free"},
		2 << 30:         {fine, "2.0 GiB free"},
		5<<40 + 300<<30: {fine, "5420.0 GiB free"},
	} {
		readWhat(t, func(e *exam) { e.space(free) }).want(want.mark, "space", want.text)
	}
}

func TestFileSystems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fs   unix.Statfs_t
		mark mark
		text string
	}{
		"memory":    {unix.Statfs_t{Type: unix.TMPFS_MAGIC}, warning, "in memory"},
		"container": {unix.Statfs_t{Type: unix.OVERLAYFS_SUPER_MAGIC}, warning, "Mount a volume"},
		"network":   {unix.Statfs_t{Type: unix.NFS_SUPER_MAGIC}, warning, "network file system"},
		"noexec":    {unix.Statfs_t{Type: unix.EXT4_SUPER_MAGIC, Flags: unix.ST_NOEXEC}, problem, "noexec"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readWhat(t, func(e *exam) { e.fileSystem(test.fs) }).want(test.mark, "data", test.text)
		})
	}
	if f := readWhat(t, func(e *exam) { e.fileSystem(unix.Statfs_t{Type: unix.EXT4_SUPER_MAGIC}) }); len(f.lines) != 0 {
		t.Errorf("a local disk: %s", f.text)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	taken := l.Addr().String()
	look := func(listen string, inUse bool) findings {
		return readWhat(t, func(e *exam) {
			e.Config.Listen, e.inUse = listen, inUse
			e.address(t.Context())
		})
	}
	look(taken, false).want(problem, "listen", taken, "CLOUDENGINE_LISTEN")
	look(taken, true).want(unknown, "listen", "a bot runs")
	look("", false).want(unknown, "listen", "CLOUDENGINE_LISTEN")
	look("127.0.0.1:0", false).want(fine, "listen", "is free")
}

func TestTerraform(t *testing.T) {
	t.Parallel()
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.URL.Path != "/terraform/1.11.4/" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(mirror.Close)
	gone := "http://" + closedPort(t)
	for name, test := range map[string]struct {
		path     string // configured
		search   string
		data     string
		releases string
		mark     mark
		parts    []string
	}{
		"configured":           {path: standIn(t, "1.11.4"), mark: fine, parts: []string{"1.11.4 at ", "terraform-1.11.4/terraform"}},
		"missing":              {path: "/nowhere/terraform", mark: problem, parts: []string{"no Terraform at /nowhere/terraform", "PATH"}},
		"too old":              {path: standIn(t, "1.5.7"), mark: problem, parts: []string{"1.5.7", "too old", "1.9"}},
		"broken":               {path: standIn(t, "broken"), mark: problem, parts: []string{"did not tell its version"}},
		"on PATH":              {search: filepath.Dir(standIn(t, "1.11.4")), mark: fine, parts: []string{"1.11.4 at "}},
		"old on PATH":          {search: filepath.Dir(standIn(t, "1.5.7")), releases: mirror.URL, mark: warning, parts: []string{"terraform is 1.5.7", "downloads 1.11.4"}},
		"none, and a mirror":   {search: t.TempDir(), releases: mirror.URL, mark: warning, parts: []string{"None was found", "downloads 1.11.4"}},
		"none, and no network": {search: t.TempDir(), releases: gone, mark: problem, parts: []string{"None was found", "does not answer", "CLOUDENGINE_TERRAFORM"}},
		"none, wrong mirror":   {search: t.TempDir(), releases: mirror.URL + "/x", mark: problem, parts: []string{"HTTP 404"}},
		"installed before":     {search: t.TempDir(), data: installed(t), mark: fine, parts: []string{"1.11.4 at ", "/terraform/terraform"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readWhat(t, func(e *exam) {
				e.Config.TerraformPath, e.Config.DataDir, e.path, e.releases, e.root = test.path, test.data, test.search, test.releases, false
				e.client.Transport = ownTransport(t)
				e.terraform(t.Context())
			}).want(test.mark, "terraform", test.parts...)
		})
	}
}

// installed is a data directory with a Terraform that the bot installed.
func installed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Dir(standIn(t, "1.11.4")), filepath.Join(dir, "terraform")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTerraformUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs Terraform as somebody else")
	}
	look := func(user string, change func(e *exam)) findings {
		return readWhat(t, func(e *exam) {
			e.root, e.Config.TerraformUser, e.Config.DataDir, e.self = true, user, "/srv/cloudengine/data", "/bin/sh"
			change(e)
			e.terraformUser(context.WithoutCancel(t.Context()), "/bin/sh")
		})
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(closed, "program")
	if err := os.WriteFile(secret, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	same := func(*exam) {}
	look("nobody", same).want(fine, "run user", "as nobody")
	look("no-such-user", same).want(problem, "run user", `no user "no-such-user"`, "CLOUDENGINE_TERRAFORM_USER")
	look("root", same).want(warning, "run user", "so is Terraform")
	look("nobody", func(e *exam) { e.Config.DataDir = closed }).want(problem, "run user", "nobody, who cannot enter "+closed, "chmod o+x")
	look("nobody", func(e *exam) { e.self = secret }).want(problem, "run user", "nobody, who cannot run "+secret)
	if f := look("nobody", func(e *exam) { e.root = false }); len(f.lines) != 0 {
		t.Errorf("not root: %s", f.text)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	kind := filepath.Join(broken, "sandbox", "broken")
	if err := os.MkdirAll(kind, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(kind, "variables.tf"), []byte(`variable "x" {`), 0o600); err != nil {
		t.Fatal(err)
	}
	look := func(folder string) findings {
		return readWhat(t, func(e *exam) {
			e.Config.Templates = folder
			e.kinds(t.Context())
		})
	}
	look("").want(fine, "kinds", "can be deployed")
	f := look(broken)
	f.want(warning, "kinds", "broken", "templates/README.md")
	f.want(fine, "kinds", "can be deployed")
	look(filepath.Join(broken, "missing")).want(problem, "kinds", "CLOUDENGINE_TEMPLATES")
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	look := func(starter bool, files map[string]string) findings {
		folder := t.TempDir()
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return readWhat(t, func(e *exam) {
			e.Config.Policies, e.Config.Starter = folder, starter
			e.policies(t.Context())
		})
	}
	look(true, nil).want(fine, "policies", "judge every plan")
	look(false, nil).want(fine, "policies", "every plan passes")
	look(true, map[string]string{"a.rego": "package cloudengine.a\ndeny contains {"}).want(problem, "policies", "a.rego:2", "does not start")
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	look := func(folder string) findings {
		return readWhat(t, func(e *exam) {
			e.Config.Credentials = folder
			e.credentials(t.Context())
		})
	}
	look("").want(fine, "credentials", "no profiles")
	folder := t.TempDir()
	for name, content := range map[string]string{
		"good": `{"guilds": ["*"], "projects": ["*"], "providers": ["aws"], "env": {"A_KEY": "hunter2"}}`,
		"bad":  "{\"guilds\": [\"*\"], \"projects\": [\"*\"], \"providers\": [\"aws\"],\n\"env\": {\"PATH\": \"hunter2\"}}",
	} {
		if err := os.WriteFile(filepath.Join(folder, name+".json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := look(folder)
	f.want(fine, "credentials", "1 profile can be used")
	f.want(warning, "credentials", "bad.json:2: PATH cannot be set", "docs/operations.md")
	if strings.Contains(f.text, "hunter2") {
		t.Errorf("a secret is shown:\n%s", f.text)
	}
	look(filepath.Join(folder, "missing")).want(warning, "credentials", "missing", "no such file")
}
