package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
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
	says([]string{"providers", "list"}, 0, "cloud example/cloud 1.2.3 no", "sandbox none needed yes")
	says([]string{"providers", "warm", "cloud"}, 0, "cloud: example/cloud 1.2.3", "cloud: ready in")
	says([]string{"providers", "list"}, 0, "cloud example/cloud 1.2.3 yes")
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
