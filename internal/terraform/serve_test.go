package terraform_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/standin"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const randomPath = "registry.terraform.io/hashicorp/random/3.7.2/" + terraform.Platform

const randomly = `terraform {
  required_providers {
    random = {
      source  = "hashicorp/random"
      version = "3.7.2"
    }
  }
}

resource "random_string" "one" {
  length = 8
}
`

// script is a plugin that notes that it is started before it becomes what follows.
const script = "#!/bin/sh\n" + `echo "$$" >>"$STARTS"` + "\n%s\n"

// pluginRun is a run with a plugin that notes its starts.
type pluginRun struct {
	terraform.Dir
	env     map[string]string
	starts  string // a file with the process id of each
	program string
}

// mustPlugin makes a run directory whose plugin is a script that ends with the line,
// "" for the stand-in of the random provider.
func mustPlugin(t *testing.T, root, config, line string) pluginRun {
	t.Helper()
	mirror := t.TempDir()
	if err := standin.Mirror(withDeadline(t), t.TempDir(), mirror); err != nil {
		t.Fatal(err)
	}
	p := pluginRun{starts: filepath.Join(t.TempDir(), "starts"), program: filepath.Join(mirror, randomPath, "terraform-provider-random_v3.7.2")}
	real := filepath.Join(mirror, randomPath, "real")
	if err := os.Rename(p.program, real); err != nil {
		t.Fatal(err)
	}
	if line == "" {
		line = `exec "` + real + `"`
	}
	mustWrite(t, p.program, fmt.Sprintf(script, line), 0o755)

	installed := t.TempDir()
	mustWrite(t, filepath.Join(installed, "main.tf"), config, 0o600)
	if err := terraform.InstallPlugins(withDeadline(t), mustFind(t), installed, mirror); err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(installed, terraform.LockFile))
	if err != nil {
		t.Fatal(err)
	}
	if p.Dir, err = terraform.NewDir(root, "1"); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(map[string][]byte{"main.tf": []byte(config)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.UsePlugins(mirror, lock); err != nil {
		t.Fatal(err)
	}
	p.env = terraform.Environment(p.Dir, map[string]string{"STARTS": p.starts})
	return p
}

func mustWrite(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// shortDir is a folder whose runs have room for sockets.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "ce")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// started are the processes that the plugin was.
func (p pluginRun) started(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(p.starts)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Fields(string(raw))
}

// A plan starts a plugin once, where one process can do for all; it ends with the plan.
func TestPlanStartsPluginsOnce(t *testing.T) {
	t.Parallel()
	const aliased = randomly + "provider \"random\" {\n  alias = \"other\"\n}\n"
	tests := map[string]struct {
		config string
		long   bool // the path of the run has no room for a socket
		once   bool
	}{
		"one configuration":  {randomly, false, true},
		"configured at root": {randomly + "provider \"random\" {}\n", false, true},
		"two configurations": {aliased, false, false},
		"a long path":        {randomly, true, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := shortDir(t)
			if tc.long {
				root = filepath.Join(root, strings.Repeat("long", 20))
			}
			p := mustPlugin(t, root, tc.config, "")
			planned := mustPlan(t, p.Dir, terraform.PlanOptions{Env: p.env})
			if n := len(planned.Plan.ResourceChanges); n != 1 {
				t.Errorf("%d changes are planned", n)
			}
			pids := p.started(t)
			if once := len(pids) == 1; once != tc.once {
				t.Errorf("started %d times", len(pids))
			}
			for _, pid := range pids {
				if _, err := os.Stat("/proc/" + pid); err == nil {
					t.Errorf("%s lives on", pid)
				}
			}
		})
	}
}

// What the dependency lock does not have never runs, whoever would start it.
func TestPlanRefusesAnotherPlugin(t *testing.T) {
	t.Parallel()
	p := mustPlugin(t, shortDir(t), randomly, "")
	mustWrite(t, filepath.Join(filepath.Dir(p.program), "added"), "more", 0o644)
	_, err := terraform.Plan(withDeadline(t), mustFind(t), p.Dir, terraform.PlanOptions{Env: p.env})
	var failed *terraform.RunError
	if !errors.As(err, &failed) || !strings.Contains(failed.Text(), "does not match any of the checksums") {
		t.Errorf("planned with %v", err)
	}
	if pids := p.started(t); len(pids) > 0 {
		t.Errorf("started %d times", len(pids))
	}
}

// Of a plugin that does not work people hear from Terraform.
func TestPlanWithABrokenPlugin(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"says nothing": "exit 1", "says something else": "echo '1|6|tcp|127.0.0.1:1|grpc|'"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustPlugin(t, shortDir(t), randomly, line)
			_, err := terraform.Plan(withDeadline(t), mustFind(t), p.Dir, terraform.PlanOptions{Env: p.env})
			var failed *terraform.RunError
			if !errors.As(err, &failed) || !strings.Contains(failed.Text(), "random") {
				t.Errorf("planned with %v", err)
			}
		})
	}
}

// A plan that is not wanted any more does not wait for a plugin that hangs.
func TestPlanInterruptedWhileAPluginStarts(t *testing.T) {
	t.Parallel()
	p := mustPlugin(t, shortDir(t), randomly, "exec sleep 1000")
	if err := unix.Mkfifo(p.starts, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(withDeadline(t))
	unwanted := errors.New("unwanted")
	pid := make(chan string, 1)
	go func() {
		f, err := os.Open(p.starts)
		if err != nil {
			t.Error(err)
		}
		line, _ := bufio.NewReader(f).ReadString('\n')
		f.Close()
		pid <- strings.TrimSpace(line)
		cancel(unwanted)
	}()
	began := time.Now()
	_, err := terraform.Plan(ctx, mustFind(t), p.Dir, terraform.PlanOptions{Env: p.env})
	if !errors.Is(err, unwanted) {
		t.Errorf("ended after %s with %v", time.Since(began), err)
	}
	if _, err := os.Stat("/proc/" + <-pid); err == nil {
		t.Error("the plugin lives on")
	}
}
