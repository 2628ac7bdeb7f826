package terraform_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestCredentialsInTheDirectory(t *testing.T) {
	t.Parallel()
	d, err := terraform.NewDir(t.TempDir(), "apply-1")
	if err != nil {
		t.Fatal(err)
	}
	env, err := d.WriteCredentials(map[string]string{"A_FILE": "hunter2-text"})
	if err != nil {
		t.Fatal(err)
	}
	path := env["A_FILE"]
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || !strings.HasPrefix(path, d.Path()+"/") {
		t.Errorf("%s: %v, %v", path, info, err)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "hunter2-text" {
		t.Errorf("%s, %v", raw, err)
	}
	for _, bad := range []string{"../A", "a/b", "..", "/etc/x", ""} {
		if _, err := d.WriteCredentials(map[string]string{bad: "x"}); err == nil {
			t.Errorf("%q was written", bad)
		}
	}
	if err := d.Write(map[string][]byte{"credentials/A_FILE": nil}, nil); err == nil {
		t.Error("a configuration wrote over credentials")
	}
}

// What is to be hidden is known to whoever reads on.
func TestSecretsOutliveWhoStartedTheApply(t *testing.T) {
	t.Parallel()
	d, err := terraform.NewDir(t.TempDir(), "apply-1")
	if err != nil {
		t.Fatal(err)
	}
	if secrets, err := d.Secrets(); err != nil || len(secrets) != 0 {
		t.Errorf("before the start: %v, %v", secrets, err)
	}
	want := []string{"hunter2-text", "two\nlines"}
	if err := d.Prepare(terraform.Spec{Secrets: want}); err != nil {
		t.Fatal(err)
	}
	again, err := terraform.OpenDir(strings.TrimSuffix(d.Path(), "/apply-1"), "apply-1")
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := again.Secrets()
	if diff := cmp.Diff(want, secrets); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// Whoever else Terraform runs as reads the files, and nobody else does.
func TestCredentialsOfAnotherUser(t *testing.T) {
	t.Parallel()
	d := userDir(t, `
resource "terraform_data" "a" {
  provisioner "local-exec" { command = "id -u > seen; stat -c '%u %a' \"$A_FILE\" \"$(dirname \"$A_FILE\")\" >> seen; cat \"$A_FILE\" >> seen" }
}`)
	env, err := d.WriteCredentials(map[string]string{"A_FILE": "hunter2-text"})
	if err != nil {
		t.Fatal(err)
	}
	spec := terraform.Spec{Binary: mustFind(t).Path, User: nobody, Env: terraform.Environment(d, env)}
	spec.PlanSHA256 = mustPlan(t, d, terraform.PlanOptions{Env: spec.Env, User: nobody}).SHA256
	startBot(t, d, spec)
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 {
		t.Fatalf("exit is %+v", s.Exit)
	}
	seen, err := os.ReadFile(d.File("seen"))
	if want := "65534\n65534 600\n65534 700\nhunter2-text"; err != nil || string(seen) != want {
		t.Errorf("%q, %v; want %q", seen, err, want)
	}
}
