package app_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestStartRefusesWithAClearError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sabotage func(t *testing.T, w *world)
		want     []string
	}{
		"wrong token":                {func(_ *testing.T, w *world) { w.conf.DiscordToken = config.NewSecret("nonsense") }, []string{"DISCORD_TOKEN"}},
		"key of another application": {func(_ *testing.T, w *world) { w.conf.PublicKey = make([]byte, 32) }, []string{"DISCORD_PUBLIC_KEY"}},
		"Discord is not reachable": {func(t *testing.T, w *world) { w.conf.DiscordAPI = "http://" + closedPort(t) },
			[]string{"Discord"}},
		"Postgres is not reachable": {func(_ *testing.T, w *world) {
			w.conf.DatabaseURL = config.NewSecret("postgres://nobody:hunter2@" + closedPort(t) + "/none")
		}, []string{"database"}},
		"the schema is older, and another role owns it": {func(_ *testing.T, w *world) {
			w.exec(w.db.Owner, "update schema_version set version = version - 1")
		}, []string{"cloudengine migrate", "CLOUDENGINE_OWNER_DATABASE_URL"}},
		"Terraform is missing": {func(_ *testing.T, w *world) { w.conf.TerraformPath = "/nowhere/terraform" }, []string{"/nowhere/terraform"}},
		"Terraform is too old": {func(t *testing.T, w *world) { w.conf.TerraformPath = oldTerraform(t) }, []string{"1.5.7", "1.9"}},
		"the data directory cannot be written": {func(t *testing.T, w *world) {
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			w.conf.DataDir = filepath.Join(file, "data")
		}, []string{"CLOUDENGINE_DATA"}},
		"the port is taken": {func(t *testing.T, w *world) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			w.conf.Listen = l.Addr().String()
		}, []string{"listen"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tc.sabotage(t, w)
			// Where Discord is away the bot tries until it is told to stop.
			ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
			defer cancel()
			a, err := app.Start(ctx, app.Options{Config: w.conf, Logger: discard, Version: "test", EmbeddedPrices: true})
			if err == nil {
				_ = a.Stop(context.Background())
				t.Fatal("it started")
			}
			mention(t, err.Error(), tc.want...)
			if _, ok := usererr.Of(err); !ok && name != "the port is taken" {
				t.Errorf("not an error for people: %v", err)
			}
		})
	}
}

func TestTwoBotsCannotShareADataDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	_, err := app.Start(w.ctx, app.Options{Config: w.conf, Logger: discard, Version: "test", EmbeddedPrices: true})
	if err == nil {
		t.Fatal("a second bot took the same directory")
	}
	mention(t, err.Error(), "CLOUDENGINE_DATA")
}

// closedPort is an address at which nobody listens: it is bound for as long as
// the test runs, so that nobody else gets it.
func closedPort(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*unix.SockaddrInet4).Port)
}

// oldTerraform answers as a Terraform of 2023 does.
func oldTerraform(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "terraform")
	script := "#!/bin/sh\necho '{\"terraform_version\": \"1.5.7\", \"platform\": \"linux_amd64\", \"provider_selections\": {}, \"terraform_outdated\": true}'\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
