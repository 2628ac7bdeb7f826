package plugins

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/standin"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// random is a plugin that works: a stand-in for the real one.
var random = []catalog.Plugin{{Name: "random", Source: "hashicorp/random", Version: "3.7.2"}}

const randomAt = "registry.terraform.io/hashicorp/random"

// packed is a mirror with the stand-in: unpacked for this platform, and for the others
// packed, with a program that is another one.
func packed(t *testing.T, platforms ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := standin.Mirror(t.Context(), t.TempDir(), dir); err != nil {
		t.Fatal(err)
	}
	for _, p := range platforms {
		if p != terraform.Platform {
			mustPack(t, dir, p, "a program")
		}
	}
	return dir
}

// mustPack puts an archive with a program into a mirror.
func mustPack(t *testing.T, dir, platform, program string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("terraform-provider-random_v3.7.2")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s for %s", program, platform)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, randomAt, "terraform-provider-random_3.7.2_"+platform+".zip"), b.Bytes())
}

func mustWrite(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

func lockOptions(t *testing.T, mirror string) LockOptions {
	t.Helper()
	s, _ := newShelf(t, "", "")
	return LockOptions{Binary: s.Binary, Mirror: mirror}
}

func mustLock(t *testing.T, o LockOptions) []byte {
	t.Helper()
	lock, err := MakeLock(t.Context(), o, random)
	if err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	return lock
}

// hashes are what a lock holds the plugin to.
func hashes(t *testing.T, lock []byte) []string {
	t.Helper()
	locked, err := terraform.ParseLock(lock)
	if err != nil || len(locked) != 1 {
		t.Fatalf("%v: %v", locked, err)
	}
	return locked[0].Hashes
}

// A lock has a hash for each platform. What has another one is not installed; and what
// was installed and changed since is never started.
func TestMakeLock(t *testing.T) {
	t.Parallel()
	mirror := packed(t, Platforms()...)
	lock := mustLock(t, lockOptions(t, mirror))
	if n := len(hashes(t, lock)); n != len(Platforms()) {
		t.Errorf("%d hashes:\n%s", n, lock)
	}
	pinned := catalog.Plugins{All: random, Lock: lock}

	shelf, _ := newShelf(t, filepath.Join(t.TempDir(), "plugins"), mirror)
	set, err := shelf.Ready(t.Context(), pinned)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hashes(t, lock), hashes(t, set.Lock)); diff != "" {
		t.Errorf("the lock has changed: %s", diff)
	}
	plan := func() error {
		dir, err := terraform.NewDir(t.TempDir(), "run")
		if err == nil {
			err = dir.Write(map[string][]byte{"main.tf": []byte(`resource "random_string" "one" { length = 8 }`)}, nil)
		}
		if err == nil {
			err = dir.UsePlugins(set.Dir, set.Lock)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = terraform.Plan(t.Context(), shelf.Binary, dir, terraform.PlanOptions{Env: terraform.Environment(dir, nil)})
		return err
	}
	if err := plan(); err != nil {
		t.Errorf("not planned: %v", err)
	}
	mustAppend(t, filepath.Join(set.Dir, randomAt, "3.7.2", terraform.Platform, "terraform-provider-random_v3.7.2"))
	if err := plan(); err == nil || !strings.Contains(err.Error(), "does not match any of the checksums") {
		t.Errorf("planned with a plugin that was changed: %v", err)
	}

	mustAppend(t, filepath.Join(mirror, randomAt, "3.7.2", terraform.Platform, "terraform-provider-random_v3.7.2"))
	other, _ := newShelf(t, filepath.Join(t.TempDir(), "plugins"), mirror)
	if _, err := other.Ready(t.Context(), pinned); err == nil {
		t.Error("another plugin was installed")
	}
}

func mustAppend(t *testing.T, name string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err == nil {
		err = os.Chmod(name, 0o755)
	}
	if err == nil {
		err = os.WriteFile(name, append(raw, "more"...), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A lock that is there gains platforms, and is not quietly made for another plugin.
func TestMakeLockAnew(t *testing.T) {
	t.Parallel()
	mirror := packed(t, Platforms()...)
	o := lockOptions(t, mirror)
	o.Platforms = []string{"linux_amd64", "linux_arm64"}
	few := mustLock(t, o)
	o.Platforms, o.Old = nil, few
	all := mustLock(t, o)
	if n := len(hashes(t, all)); n != len(Platforms()) {
		t.Errorf("%d hashes:\n%s", n, all)
	}
	mustPack(t, mirror, "darwin_arm64", "another program")
	o.Old = all
	_, err := MakeLock(t.Context(), o, random)
	e, ok := usererr.Of(err)
	if !ok || e.Code != usererr.Conflict || !strings.Contains(e.Public, randomAt+" 3.7.2") {
		t.Errorf("a changed plugin is locked: %v", err)
	}
	o.Old = bytes.Replace(all, []byte(`"3.7.2"`), []byte(`"3.0.0"`), 1)
	if _, err := MakeLock(t.Context(), o, random); err != nil {
		t.Errorf("another version has other hashes: %v", err)
	}
}

// Where a lock cannot be made people read why, and what helps.
func TestMakeLockRefused(t *testing.T) {
	t.Parallel()
	mirror := packed(t, "linux_arm64")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	tests := map[string]struct {
		mirror    string
		platforms []string
		says      []string
	}{
		"platforms are missing": {mirror, nil, []string{"hashicorp/random 3.7.2 for darwin_amd64\nhashicorp/random 3.7.2 for darwin_arm64", "Nothing was written"}},
		"no folder":             {filepath.Join(mirror, "none"), nil, []string{"There is no folder"}},
		"no TLS":                {"http://mirror.example.com/", nil, []string{"https://"}},
		"no network":            {strings.Replace(closed.URL, "http:", "https:", 1) + "/", []string{"linux_arm64"}, []string{"could not be had for linux_arm64 from https://127.0.0.1", "Nothing was written", "--mirror"}},
		"no platform":           {mirror, []string{"linux"}, []string{`"linux" is no platform`}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := lockOptions(t, tc.mirror)
			o.Platforms = tc.platforms
			_, err := MakeLock(t.Context(), o, random)
			e, ok := usererr.Of(err)
			if !ok {
				t.Fatalf("refused with %v", err)
			}
			for _, part := range tc.says {
				if !strings.Contains(e.Public, part) {
					t.Errorf("it does not say %q: %s (%v)", part, e.Public, e.Unwrap())
				}
			}
		})
	}
}

// A mirror on the network says a plugin's hashes itself, those of its archives too.
func TestMakeLockFromANetworkMirror(t *testing.T) {
	dir := packed(t, "linux_arm64", "darwin_arm64")
	archives := map[string]any{}
	for _, p := range []string{"linux_arm64", "darwin_arm64"} {
		archives[p] = map[string]any{"url": "terraform-provider-random_3.7.2_" + p + ".zip"}
	}
	index, err := json.Marshal(map[string]any{"archives": archives})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, randomAt, "index.json"), []byte(`{"versions": {"3.7.2": {}}}`))
	mustWrite(t, filepath.Join(dir, randomAt, "3.7.2.json"), index)
	server := httptest.NewTLSServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	mustWrite(t, authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	t.Setenv("SSL_CERT_FILE", authority)

	o := lockOptions(t, server.URL+"/")
	o.Platforms = []string{"linux_arm64", "darwin_arm64"}
	network := mustLock(t, o)
	o.Mirror = dir
	if diff := cmp.Diff(hashes(t, mustLock(t, o)), hashes(t, network)); diff != "" {
		t.Error(diff)
	}
}

// The locks that come with the program are of its plugins, for every platform.
func TestBuiltInLocks(t *testing.T) {
	t.Parallel()
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Providers() {
		if p.Plugins.Lock == nil {
			t.Logf("%s has no lock: `make locks` makes it, with the network", p.Name)
			continue
		}
		missing, err := Unlocked(p.Plugins.Lock, p.Plugins.All)
		if err != nil || len(missing) > 0 {
			t.Errorf("%s: %v are not locked, %v: run `make locks`", p.Name, missing, err)
		}
		locked, err := terraform.ParseLock(p.Plugins.Lock)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range locked {
			if n := strings.Count(strings.Join(l.Hashes, " "), "h1:"); n < len(Platforms()) {
				t.Errorf("%s: %s is locked for %d platforms: run `make locks`", p.Name, l.Address, n)
			}
		}
	}
}
