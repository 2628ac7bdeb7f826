package terraform_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is put aside keeps what people look for, and nothing that a tool of a cloud
// left in its HOME, which the directory is.
func TestStripKeepsWhatPeopleNeed(t *testing.T) {
	t.Parallel()
	kept := []string{
		"main.tf.json", "modules/vpc/main.tf", "modules/vpc/variables.tf", "terraform.tfvars.json", ".terraform.lock.hcl",
		"plan.tfplan", "terraform.tfstate", "terraform.tfstate.backup", "errored.tfstate", "output.jsonl", "exit", "abandoned",
	}
	gone := []string{
		".aws/cli/cache/session.json", ".aws/credentials", ".config/gcloud/access_tokens.db", ".azure/msal_token_cache.json", ".kube/config",
		".netrc", "credentials/GOOGLE_APPLICATION_CREDENTIALS", "spec.json", "tmp/token", "modules/vpc/token", "modules/vpc/.aws/credentials",
		".terraform/providers/plugin", "supervisor.log", "process.json", "new-tool-token",
	}
	d := mustDir(t, nil)
	for _, name := range slices.Concat(kept, gone) {
		if err := os.MkdirAll(filepath.Dir(d.File(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.File(name), []byte("hunter2"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"link.tf", "modules/link.tf", "modules/vpc/folder"} { // a link is not what it is called
		target := elsewhere
		if link == "modules/vpc/folder" {
			target = filepath.Dir(elsewhere)
		}
		if err := os.Symlink(target, d.File(link)); err != nil {
			t.Fatal(err)
		}
	}

	if err := d.Strip(); err != nil {
		t.Fatal(err)
	}
	var left []string
	err := fs.WalkDir(os.DirFS(d.Path()), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			left = append(left, name)
		}
		return err
	})
	slices.Sort(kept)
	slices.Sort(left)
	if diff := cmp.Diff(kept, left); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if raw, err := os.ReadFile(elsewhere); err != nil || string(raw) != "not ours" {
		t.Errorf("what a link led to: %q, %v", raw, err)
	}
}
