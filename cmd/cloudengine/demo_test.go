package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// The page as people start it, where others can reach it: with a token, until Ctrl-C.
func TestDemoOnThePage(t *testing.T) {
	t.Parallel()
	tmp, err := os.MkdirTemp("", "demo-test-") // not t.TempDir: Postgres' user may not enter that
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	if err := os.Chmod(tmp, 0o711); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), demoPatience)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(ctx, self, "demo", "--web", "--listen", "0.0.0.0:0", "--open")
	path, opened := fakeDesktop(t)
	child.Env = append(os.Environ(), "PATH="+path, "DISPLAY=:0", "TMPDIR="+tmp, "CLOUDENGINE_DATA="+t.TempDir(), "CLOUDENGINE_TERRAFORM_USER=root", "DATABASE_URL=")
	var stderr bytes.Buffer
	child.Stderr = &stderr
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	printed, address, token := "", "", ""
	for lines := bufio.NewScanner(stdout); address == "" && lines.Scan(); {
		printed += lines.Text() + "\n"
		if m := regexp.MustCompile(`Open (http://\S+/)\?token=([0-9a-f]{32}) in a browser`).FindStringSubmatch(lines.Text()); m != nil {
			address, token = m[1], m[2]
		}
	}
	if address == "" || !strings.Contains(printed, "Warning: Others on your network may") {
		t.Errorf("it printed:\n%s%s", printed, stderr.String())
	}
	for _, hello := range []struct {
		token string
		want  int
	}{{"", http.StatusUnauthorized}, {token, http.StatusOK}} {
		if got := helloStatus(t, address, hello.token); got != hello.want {
			t.Errorf("hello with token %q: %d", hello.token, got)
		}
	}
	if ticket := opened(); !strings.HasPrefix(ticket, address+"?token=") || strings.Contains(ticket, token) { // command lines are public
		t.Errorf("the browser was told %s", ticket)
	}
	if err := child.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Errorf("%v: %s", err, stderr.String())
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// helloStatus says hello as grace, with a token unless it is empty.
func helloStatus(t *testing.T, address, token string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address+"client/call", strings.NewReader(`{"as": "grace", "do": "hello"}`))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// Where there is a desktop its browser is opened; elsewhere nothing is tried.
func TestBrowserOfTheDesktop(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("macOS has a desktop always")
	}
	path, opened := fakeDesktop(t)
	t.Setenv("PATH", path)
	if program := browser(environment(nil)); program != "" {
		t.Errorf("without a desktop: %q", program)
	}
	program := browser(environment(map[string]string{"WAYLAND_DISPLAY": "wayland-0"}))
	if err := openBrowser(program, "http://127.0.0.1:1/"); err != nil {
		t.Fatal(err)
	}
	if got := opened(); got != "http://127.0.0.1:1/" {
		t.Errorf("opened %q", got)
	}
}

// fakeDesktop is a PATH whose program says what it is to open; opened waits for it.
func fakeDesktop(t *testing.T) (path string, opened func() string) {
	t.Helper()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "opened") // whoever reads it waits for who writes
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho \"$1\" >"+pipe+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir + ":" + os.Getenv("PATH"), func() string {
		t.Helper()
		text, err := os.ReadFile(pipe)
		if err != nil {
			t.Error(err)
		}
		return strings.TrimSpace(string(text))
	}
}
