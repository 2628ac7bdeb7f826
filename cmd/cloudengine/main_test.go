package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// The test binary is its own supervisor, as the program is, and the program itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == terraform.SuperviseCommand {
		os.Exit(terraform.Supervise(os.Args[2]))
	}
	if len(os.Args) > 1 && (os.Args[1] == "key" || os.Args[1] == "demo") { // which tests kill and interrupt
		main()
		os.Exit(0)
	}
	// The test server lives for the whole process, in goroutines of its own.
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// terraform-exec does not wait for a program whose context ends while it is being
	// started: the watcher of os/exec stays. discordgo waits for its own lock, for ever,
	// when Discord answers its first packet with op 7 or op 9: such a session is given up.
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("os/exec.(*Cmd).watchCtx"),
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"))
}

// demoPatience is generous: the demo itself waits for whatever takes long.
const demoPatience = 5 * time.Minute

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestHelpNamesEveryCommandAndSetting(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), nil, environment(nil), &out); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		if strings.Contains(out.String(), "  "+c.name+" ") == c.hidden {
			t.Errorf("%s: hidden %t, and the help says otherwise:\n%s", c.name, c.hidden, out.String())
		}
	}
	for _, v := range config.Variables() {
		if !strings.Contains(out.String(), v.Name) {
			t.Errorf("the help does not name %s", v.Name)
		}
	}
}

func TestBadCommandLines(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown command":          {"deploy"},
		"serve with an argument":   {"serve", "now"},
		"demo with an argument":    {"demo", "fast"},
		"demo with a strange flag": {"demo", "--fast"},
		"demo as both":             {"demo", "--web", "--play"},
		"a play with an address":   {"demo", "--play", "--listen", "127.0.0.1:0"},
		"demo at no address":       {"demo", "--web", "--listen", "8080"},
		"supervise alone":          {"supervise"},
		"backup to nowhere":        {"backup"},
		"restore from nothing":     {"restore", "--from", ""},
		"key alone":                {"key"},
		"a new key from nowhere":   {"key", "rotate"},
		"a key's name and more":    {"key", "id", "now"},
		"a stack's nothing":        {"stack"},
		"half a verb":              {"stack", "state"},
		"no stack":                 {"stack", "state", "list"},
		"half a stack":             {"stack", "state", "list", "1/dev"},
		"an export to nowhere":     {"stack", "export", "1/dev/web", "--reason", "x"},
		"a push without a reason":  {"stack", "state", "push", "1/dev/web", "--from", "x"},
		"forgetting unconfirmed":   {"stack", "forget", "1/dev/web", "--reason", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), args, environment(nil), &bytes.Buffer{})
			if err == nil || exitCode(err) != 2 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Every fault of the configuration is named at once, and a restart cannot help.
func TestServeWithoutConfiguration(t *testing.T) {
	err := run(t.Context(), []string{"serve"}, environment(map[string]string{"CLOUDENGINE_PARALLEL": "many"}), &bytes.Buffer{})
	if err == nil || exitCode(err) != exitConfig {
		t.Fatalf("got %v", err)
	}
	for _, name := range []string{"DISCORD_TOKEN", "CLOUDENGINE_GUILDS", "DATABASE_URL", "CLOUDENGINE_KEY", "CLOUDENGINE_PARALLEL"} {
		if !strings.Contains(publicText(err), name) {
			t.Errorf("it does not name %s:\n%s", name, publicText(err))
		}
	}
}

func TestMigrateAgainstNothing(t *testing.T) {
	url := "postgres://nobody:hunter2@127.0.0.1:1/none"
	err := run(t.Context(), []string{"migrate"}, environment(map[string]string{"DATABASE_URL": url}), &bytes.Buffer{})
	if err == nil || exitCode(err) != 1 {
		t.Fatalf("got %v", err)
	}
	if text := publicText(err); strings.Contains(text, "hunter2") || !strings.Contains(text, "database") {
		t.Errorf("got %s", text)
	}
}

func TestHealthcheckOfNothing(t *testing.T) {
	err := run(t.Context(), []string{"healthcheck"}, environment(map[string]string{"CLOUDENGINE_LISTEN": "127.0.0.1:1"}), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("got %v", err)
	}
}

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{"0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", ":80": "127.0.0.1:80", "10.0.0.1:80": "10.0.0.1:80"} {
		if got := reachable(listen); got != want {
			t.Errorf("reachable(%s) = %s", listen, got)
		}
	}
}

func TestSupervisorsExitCodeIsPassedOn(t *testing.T) {
	err := run(t.Context(), []string{terraform.SuperviseCommand, t.TempDir()}, environment(nil), &bytes.Buffer{})
	var exit *exitError
	if !errors.As(err, &exit) || exit.code == 0 {
		t.Errorf("an empty directory: %v", err)
	}
}

// What a newcomer sees first, whole.
func TestDemo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), demoPatience)
	defer cancel()
	var out bytes.Buffer
	env := map[string]string{"CLOUDENGINE_TERRAFORM_USER": "root", "CLOUDENGINE_DATA": t.TempDir(), "CLOUDENGINE_STREAM_INTERVAL": "500ms"}
	if err := run(ctx, []string{"demo"}, environment(env), &out); err != nil {
		t.Fatalf("%s\n%s", publicText(err), out.String())
	}
	for _, part := range []string{
		"/cloud-create-project", "/cloud-grant", "/cloud-deploy", "a form opens for grace", "3 to add, 0 to change, 0 to destroy",
		"Approve & Deploy", "/month (+$", "the sandbox's are invented", "in #Deploy dev-main", "Apply complete! Resources: 3 added", "Applied",
		"Terraform's state holds what was asked for: compute_vm.web, database.db, vpc.main",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the transcript lacks %q:\n%s", part, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b[") {
		t.Error("colours, and nobody looks")
	}
}
