package terraform_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestNewDirRefusesOddNames(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", ".", "..", "a/b", "../a", "a\x00b", "-rf", ".hidden", "a\nb"} {
		if _, err := terraform.NewDir(t.TempDir(), id); err == nil {
			t.Errorf("%q was taken", id)
		}
	}
}

func TestWriteStaysInside(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"parent":            "../evil",
		"absolute":          "/etc/evil",
		"hidden parent":     "modules/../../evil",
		"itself":            ".",
		"nul":               "a\x00b",
		"plan file":         terraform.PlanFile,
		"state":             "./" + terraform.StateFile,
		"exit":              "exit",
		"lock":              "modules/../lock",
		"through a symlink": "link/evil",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, nil)
			outside := t.TempDir()
			if err := os.Symlink(outside, d.File("link")); err != nil {
				t.Fatal(err)
			}
			if err := d.Write(map[string][]byte{file: []byte("x")}, nil); err == nil {
				t.Errorf("%q was written", file)
			}
			if left, _ := filepath.Glob(outside + "/*"); len(left) > 0 {
				t.Errorf("%v is outside", left)
			}
		})
	}
}

func TestWriteModes(t *testing.T) {
	t.Parallel()
	d := mustDir(t, nil)
	if err := d.Write(map[string][]byte{"modules/vpc/main.tf": nil, root: []byte("{}")}, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]os.FileMode{
		".": 0o700, "modules": 0o700, "modules/vpc": 0o700, "modules/vpc/main.tf": 0o600, root: 0o600, terraform.StateFile: 0o600,
	} {
		if info, err := os.Stat(d.File(file)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", file, info.Mode(), err, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("DISCORD_TOKEN", "secret-token")
	t.Setenv("TF_CLI_CONFIG_FILE", "/nonexistent")
	d := mustDir(t, nil)
	env := terraform.Environment(d, map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIA", "TF_VAR_x": "1", "TF_LOG": "TRACE", "CLOUDENGINE_RUN_MARK": "forged",
	})
	want := map[string]bool{"PATH": true, "HOME": true, "LANG": true, "CHECKPOINT_DISABLE": true, "TMPDIR": true, "AWS_ACCESS_KEY_ID": true}
	for k := range env {
		if !want[k] {
			t.Errorf("%s reaches Terraform", k)
		}
	}
	if env["HOME"] != d.Path() || env["AWS_ACCESS_KEY_ID"] != "AKIA" {
		t.Errorf("environment is %v", env)
	}
}

// TestProvisionerSeesTheAllowListOnly asks a real provisioner what it sees.
func TestProvisionerSeesTheAllowListOnly(t *testing.T) {
	t.Setenv("DISCORD_TOKEN", "secret-token")
	d, spec := mustPrepare(t, `resource "terraform_data" "a" { 
		provisioner "local-exec" { command = "env > seen; tr '\\0' '\\n' < /proc/$PPID/environ >> seen; tr '\\0' '\\n' < /proc/$(cut -d' ' -f4 /proc/$PPID/stat)/environ >> seen" } 
	}`)
	spec.Env = terraform.Environment(d, map[string]string{"CLOUD_KEY": "of-the-profile"})
	mustStart(t, d, spec)
	mustFollow(t, d, 0, nil)
	seen, err := os.ReadFile(d.File("seen"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"secret-token": false, "CLOUD_KEY=of-the-profile": true} {
		if got := contains(string(seen), text); got != want {
			t.Errorf("%q is seen: %v\n%s", text, got, seen)
		}
	}
}

// holdLock stands in for a supervisor that runs; free is its death.
func holdLock(t testing.TB, d terraform.Dir) (free func()) {
	t.Helper()
	free, err := d.TakeLock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(free)
	return free
}

// A directory that cannot be looked at is not taken for one that is gone.
func TestExists(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	d, err := terraform.NewDir(runs, "apply-1")
	if err != nil {
		t.Fatal(err)
	}
	if there, err := d.Exists(); err != nil || !there {
		t.Errorf("there: %t, %v", there, err)
	}
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	if there, err := d.Exists(); err != nil || there {
		t.Errorf("gone: %t, %v", there, err)
	}
	if err := os.WriteFile(runs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exists(); err == nil {
		t.Error("what cannot be looked at is said to be gone")
	}
}
