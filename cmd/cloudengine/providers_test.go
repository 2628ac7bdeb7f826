package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// writeFile writes a file with the folders that it lies in.
func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// The plugins of an operator's provider are listed, and fetched ahead from a mirror.
func TestProviders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "kinds/cloud/provider.json"), `{"title": "Cloud", "default_region": "here", "regions": [{"name": "here"}],
		"plugins": {"cloud": {"source": "example/cloud", "version": "1.2.3"}}}`)
	writeFile(t, filepath.Join(dir, "mirror/registry.terraform.io/example/cloud/1.2.3", runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-cloud_v1.2.3"), "a program")
	env := environment(map[string]string{
		"CLOUDENGINE_DATA": filepath.Join(dir, "data"), "CLOUDENGINE_TEMPLATES": filepath.Join(dir, "kinds"), "CLOUDENGINE_PROVIDER_MIRROR": filepath.Join(dir, "mirror"),
	})
	says := func(args []string, code int, parts ...string) {
		t.Helper()
		mustSay(t, env, args, code, parts...)
	}
	says([]string{"providers", "list"}, 0, "cloud example/cloud 1.2.3 no no", "sandbox none needed - yes")
	says([]string{"providers", "warm", "cloud"}, 0, "cloud: example/cloud 1.2.3", "cloud: ready in")
	says([]string{"providers", "list"}, 0, "cloud example/cloud 1.2.3 no yes")
	says([]string{"providers", "warm", "sandbox"}, 2, "no provider \"sandbox\" with plugins")
	says([]string{"providers"}, 2, "usage")
	if err := os.RemoveAll(filepath.Join(dir, "mirror/registry.terraform.io")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	says([]string{"providers", "warm", "cloud"}, 1, "CLOUDENGINE_PROVIDER_MIRROR names does not have them")
}

// mustSay runs a command, and looks for parts in what it says.
func mustSay(t *testing.T, env func(string) string, args []string, code int, parts ...string) {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), args, env, &out); err != nil || code != 0 {
		if err == nil || exitCode(err) != code {
			t.Fatalf("%v: %v, want code %d", args, err, code)
		}
		out.WriteString(publicText(err))
	}
	for _, part := range parts {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), part) {
			t.Errorf("%v does not say %q:\n%s", args, part, out.String())
		}
	}
}

// A lock is written beside provider.json, for the platforms that the mirror has, and
// what is fetched then is held to it.
func TestProvidersLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kinds, mirror := filepath.Join(dir, "kinds"), filepath.Join(dir, "mirror")
	const described = `{"title": "Cloud", "default_region": "here", "regions": [{"name": "here"}],
		"plugins": {"cloud": {"source": "example/cloud", "version": "1.2.3"}}}`
	writeFile(t, filepath.Join(kinds, "cloud/provider.json"), described)
	program := func(platform string) string {
		return filepath.Join(mirror, "registry.terraform.io/example/cloud/1.2.3", platform, "terraform-provider-cloud_v1.2.3")
	}
	here := runtime.GOOS + "_" + runtime.GOARCH
	platforms := plugins.Platforms()
	for _, p := range append(platforms[1:], here) {
		writeFile(t, program(p), "a program for "+p)
	}
	env := environment(map[string]string{
		"CLOUDENGINE_DATA": filepath.Join(dir, "data"), "CLOUDENGINE_TEMPLATES": kinds, "CLOUDENGINE_PROVIDER_MIRROR": mirror,
	})
	lock := filepath.Join(kinds, "cloud", terraform.LockFile)

	if err := os.RemoveAll(filepath.Dir(program("darwin_arm64"))); err != nil {
		t.Fatal(err)
	}
	mustSay(t, env, []string{"providers", "lock", "cloud", "--mirror", mirror}, 1, "does not have: example/cloud 1.2.3 for darwin_arm64 Nothing was written.")
	if _, err := os.Stat(lock); err == nil {
		t.Error("a lock is there")
	}
	writeFile(t, program("darwin_arm64"), "a program for darwin_arm64")
	mustSay(t, env, []string{"providers", "lock", "cloud", "--mirror", mirror}, 0, "cloud: example/cloud 1.2.3", lock+" has the hashes for linux_amd64, linux_arm64, darwin_amd64, darwin_arm64")
	raw, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := terraform.ParseLock(raw)
	if err != nil || len(locked) != 1 || len(locked[0].Hashes) != len(platforms) {
		t.Errorf("%v, %v:\n%s", locked, err, raw)
	}
	mustSay(t, env, []string{"providers", "warm", "cloud"}, 0, "cloud: ready in")
	mustSay(t, env, []string{"providers", "list"}, 0, "cloud example/cloud 1.2.3 yes yes")
	writeFile(t, filepath.Join(kinds, "cloud/provider.json"), strings.Replace(described, "1.2.3", "1.2.4", 1))
	mustSay(t, env, []string{"providers", "list"}, 0, "cloud example/cloud 1.2.4 outdated")
	mustSay(t, env, []string{"providers", "warm", "cloud"}, 1, "does not name example/cloud 1.2.4")
	writeFile(t, filepath.Join(kinds, "cloud/provider.json"), described)

	writeFile(t, program(here), "another program")
	if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	mustSay(t, env, []string{"providers", "warm", "cloud"}, 1, "are not those of the dependency lock, so they were not taken")
	mustSay(t, env, []string{"providers", "lock", "--all", "--into", kinds, "--mirror", mirror}, 1, "was changed under the same version")

	writeFile(t, filepath.Join(dir, "empty/other/README"), "nothing")
	mustSay(t, env, []string{"providers", "lock", "cloud", "--into", filepath.Join(dir, "empty")}, 2)
	mustSay(t, env, []string{"providers", "lock", "aws"}, 2, "has no aws/provider.json")
	mustSay(t, env, []string{"providers", "lock"}, 2, "usage")
	mustSay(t, env, []string{"providers", "lock", "cloud", "--all"}, 2, "usage")
	mustSay(t, environment(map[string]string{"CLOUDENGINE_DATA": filepath.Join(dir, "data")}), []string{"providers", "lock", "--all"}, 2, "--into")
}
