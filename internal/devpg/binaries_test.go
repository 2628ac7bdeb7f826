package devpg

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeApt puts an apt-get on the PATH, alone, that logs how it was called and
// then runs script.
func fakeApt(t *testing.T, script string) (calls func() []string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "calls")
	text := "#!/bin/sh\necho \"$DEBIAN_FRONTEND $*\" >>" + log + "\necho apt speaks\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "apt-get"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return func() []string {
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
}

func TestInstall(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root installs")
	}
	const install, refresh = "noninteractive install -y --no-install-recommends postgresql", "noninteractive update"
	for name, test := range map[string]struct {
		script string
		want   []string
		failed string // part of the error
	}{
		"at once":         {"exit 0", []string{install}, ""},
		"lists are old":   {`[ "$1" = update ] && : >"$0.done"; [ -e "$0.done" ]`, []string{install, refresh, install}, ""},
		"no network":      {"exit 100", []string{install, refresh}, "apt-get update: exit status 100"},
		"no such a thing": {`[ "$1" = update ]`, []string{install, refresh, install}, "apt-get install postgresql: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := fakeApt(t, test.script)
			var out bytes.Buffer
			err := Install(t.Context(), &out)
			if (err != nil) != (test.failed != "") || (err != nil && !strings.Contains(err.Error(), test.failed)) {
				t.Errorf("got %v", err)
			}
			if got, want := strings.Join(calls(), "; "), strings.Join(test.want, "; "); got != want {
				t.Errorf("ran %s\nwant %s", got, want)
			}
			if !strings.Contains(out.String(), "apt speaks") {
				t.Errorf("its output is not shown: %q", &out)
			}
		})
	}
}

func TestInstallWithoutApt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if err := Install(t.Context(), &bytes.Buffer{}); !errors.Is(err, ErrNoBinaries) {
		t.Fatalf("got %v", err)
	}
}

func TestSharedServerOfTheEnvironment(t *testing.T) {
	const url = "postgres://me@elsewhere/postgres?sslmode=disable"
	t.Setenv(testURLVariable, url)
	if got, err := Shared(context.Background()); err != nil || got != url {
		t.Fatalf("got %q, %v", got, err)
	}
	if got, want := databaseURL(url, "test_x"), "postgres://me@elsewhere/test_x?sslmode=disable"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}
