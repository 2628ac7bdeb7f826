package credentials

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// script writes a profile whose command is a shell script.
func script(t *testing.T, dir, timeout string, lines ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	command := map[string]any{"argv": []string{"/bin/sh", path, "two words; exit 9"}}
	if timeout != "" {
		command["timeout"] = timeout
	}
	write(t, dir, "x", document(map[string]any{"command": command}))
}

func TestCommandPrintsCredentials(t *testing.T) {
	t.Setenv("DISCORD_TOKEN", "hunter2-text") // not parallel: the command must not get it
	p, dir := folder(t)
	script(t, dir, "", `env > "$0.env"`, `echo "$1" > "$0.arg"`, `cat > "$0.stdin"`,
		`echo '{"env": {"AWS_SESSION_TOKEN": "short-lived"}, "expires": "2999-01-02T03:04:05Z"}'`)
	taken, err := p.Take(t.Context(), here("x"))
	if err != nil {
		t.Fatal(err)
	}
	if taken.Env["AWS_SESSION_TOKEN"] != "short-lived" || strings.Join(taken.Secrets, " ") != "short-lived" || taken.Expires.Year() != 2999 {
		t.Errorf("%+v", taken)
	}
	f, err := p.read("x")
	if err != nil {
		t.Fatal(err)
	}
	env, err := os.ReadFile(f.Command.Argv[1] + ".env")
	if err != nil || strings.Contains(string(env), "hunter2") || !strings.Contains(string(env), "HOME=") {
		t.Errorf("its environment: %s, %v", env, err)
	}
	if arg, err := os.ReadFile(f.Command.Argv[1] + ".arg"); err != nil || string(arg) != "two words; exit 9\n" {
		t.Errorf("its argument: %s, %v", arg, err)
	}
}

func TestCommandsThatFail(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Minute).Format(time.RFC3339)
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"exit code":          {[]string{`echo '{"env": {"A_KEY": "hunter2-text"}}'`, `echo "no access with hunter2-text" >&2`, "exit 3"}, "exit status 3"},
		"not JSON":           {[]string{"echo hunter2-text", "echo printed hunter2-text >&2"}, "it should print"},
		"cut short":          {[]string{`echo '{"env": {"A_KEY": "hunter2-text"'`, "echo printed hunter2-text >&2"}, "it should print"},
		"more than one":      {[]string{`echo '{"env": {"A_KEY": "hunter2-text"}} {}'`}, "it should print"},
		"unknown key":        {[]string{`echo '{"env": {"A_KEY": "hunter2-text"}, "region": "x"}'`}, "it should print"},
		"a time of no kind":  {[]string{`echo '{"env": {"A_KEY": "hunter2-text"}, "expires": "soon"}'`}, "it should print"},
		"expired":            {[]string{`echo '{"env": {"A_KEY": "hunter2-text"}, "expires": "` + past + `"}'`}, "expired at"},
		"nothing":            {[]string{"true"}, "it should print"},
		"no variables":       {[]string{`echo '{"env": {}}'`}, "no variables"},
		"forbidden variable": {[]string{`echo '{"env": {"LD_PRELOAD": "hunter2-text"}}'`}, "LD_PRELOAD cannot be set"},
		"too much":           {[]string{"head -c 1000000 /dev/zero | tr '\\0' x"}, "more than 256 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, dir := folder(t)
			script(t, dir, "", test.lines...)
			_, err := p.Take(t.Context(), here("x"))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%v; want %s", err, test.want)
			}
			refusal, _ := usererr.Of(err)
			if !strings.HasPrefix(refusal.Public, "The credentials profile `x` cannot be used on host `h1`. Nothing was changed.") {
				t.Error(refusal.Public)
			}
		})
	}
}

// What a command says is in the log, but for what it printed.
func TestCommandIsHeard(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	script(t, dir, "", `echo '{"env": {"A_KEY": "hunter2 \u0074ext"}}'`, `echo "AccessDenied for hunter2 text" >&2`, "exit 1")
	_, err := p.Take(t.Context(), here("x"))
	if err == nil || !strings.Contains(err.Error(), "AccessDenied for") || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// A command that hangs is ended with all that it started.
func TestCommandTakesTooLong(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	pidFile := filepath.Join(t.TempDir(), "pid")
	script(t, dir, "5s", "sleep 600 &", fmt.Sprintf("echo $! > %s.new && mv %s.new %s", pidFile, pidFile, pidFile), "wait")
	_, err := p.Take(t.Context(), here("x"))
	if err == nil || !strings.Contains(err.Error(), "stopped after 5s") {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for alive(pid) {
		if ctx.Err() != nil {
			t.Fatal("what it started lives on")
		}
		time.Sleep(10 * time.Millisecond) // the kernel says nothing to those who are not its parent
	}
}

// alive reports whether a process runs: one that waits to be reaped does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(raw), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z")
}

func TestCommandThatOthersCouldChange(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o722); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "x", document(map[string]any{"command": map[string]any{"argv": []string{path}}}))
	if _, err := p.Take(t.Context(), here("x")); err == nil || !strings.Contains(err.Error(), "others could change it") {
		t.Error(err)
	}
}
