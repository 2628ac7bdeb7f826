package discordsim_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const clients = "testdata/clients"

var (
	discordJS = client{name: "discord.js", prepare: prepareDiscordJS}
	discordPy = client{name: "discord.py", prepare: prepareDiscordPy}
	// disgo drops the fractions of a second of X-RateLimit-Reset-After.
	disgo = client{name: "disgo", prepare: prepareDisgo, hasty: true}
)

// prepareDiscordJS installs what package-lock.json pins into a folder of the
// user's cache that is named for it.
func prepareDiscordJS(t testing.TB, ctx context.Context) *exec.Cmd {
	needProgram(t, ctx, "node", "nodejs")
	needProgram(t, ctx, "npm", "npm")
	dir := cached(t, filepath.Join(clients, "discordjs"), []string{"package.json", "package-lock.json"}, func(dir string) {
		mustRun(t, exec.CommandContext(ctx, "npm", "ci", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund"))
	})
	cmd := exec.CommandContext(ctx, "node", filepath.Join(clients, "discordjs", "bot.js"))
	cmd.Env = []string{"NODE_PATH=" + filepath.Join(dir, "node_modules")}
	return cmd
}

// prepareDiscordPy uses Debian's package: the one that goes with Debian's Python.
func prepareDiscordPy(t testing.TB, ctx context.Context) *exec.Cmd {
	const python = "/usr/bin/python3"
	if exec.CommandContext(ctx, python, "-c", "import discord").Run() != nil {
		install(t, ctx, "discord.py for "+python, "python3-discord")
	}
	return exec.CommandContext(ctx, python, "-u", filepath.Join(clients, "discordpy", "bot.py"))
}

// prepareDisgo builds a module of its own, which stays out of ours.
func prepareDisgo(t testing.TB, ctx context.Context) *exec.Cmd {
	bot := filepath.Join(t.TempDir(), "bot")
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", bot, ".")
	build.Dir = filepath.Join(clients, "disgo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly")
	mustRun(t, build)
	return exec.CommandContext(ctx, bot)
}

// cached makes a folder from files, once for each content of them.
func cached(t testing.TB, from string, names []string, fill func(dir string)) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	content := map[string][]byte{}
	for _, name := range names {
		content[name] = must(os.ReadFile(filepath.Join(from, name)))(t)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content[name]), content[name])
	}
	parent := filepath.Join(cache, "cloudengine", "clients")
	dir := filepath.Join(parent, filepath.Base(from)+"-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	// Filled aside, so that a half-filled folder never counts.
	aside := must(os.MkdirTemp(parent, "new-*"))(t)
	defer os.RemoveAll(aside)
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(aside, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fill(aside)
	if err := os.Rename(aside, dir); err != nil {
		if _, other := os.Stat(dir); other != nil { // nor did another process make it
			t.Fatal(err)
		}
	}
	return dir
}

// needProgram finds a program, or installs Debian's package that has it.
func needProgram(t testing.TB, ctx context.Context, program, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		install(t, ctx, program, pkg)
	}
}

// installing keeps two tests from installing at once.
var installing sync.Mutex

// install installs a Debian package where that may be done.
func install(t testing.TB, ctx context.Context, what, pkg string) {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		t.Fatalf("%s is missing and cannot be installed from here: apt-get install -y %s", what, pkg)
	}
	apt := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-y", "-o", "DPkg::Lock::Timeout=300"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		return cmd
	}
	if apt("install", "--no-install-recommends", pkg).Run() != nil { // lists that are missing or old
		mustRun(t, apt("update"))
		mustRun(t, apt("install", "--no-install-recommends", pkg))
	}
}

// mustRun runs a command to its end.
func mustRun(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}
