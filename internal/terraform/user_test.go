package terraform_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

var nobody = &terraform.User{UID: 65534, GID: 65534}

// userDir makes a run directory where another user gets to it; tests' own
// temporary directories are closed to others.
func userDir(t *testing.T, config string) terraform.Dir {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can run Terraform as another user")
	}
	top, err := os.MkdirTemp("", "ce-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	if err := os.Chmod(top, 0o711); err != nil {
		t.Fatal(err)
	}
	d, err := terraform.NewDir(filepath.Join(top, "runs"), runID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(map[string][]byte{"main.tf": []byte(config)}, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAnotherUser(t *testing.T) {
	t.Parallel()
	d := userDir(t, `
resource "terraform_data" "a" {
  input = 12345678901234567890
  provisioner "local-exec" { command = "id -u > uid; id -G >> uid; cat /proc/$PPID/environ > environ; kill -0 `+"$BOT"+` 2>> uid || echo refused >> uid" }
}
output "o" { value = { list = [1, "x"], id = terraform_data.a.id } }`)
	spec := terraform.Spec{Binary: mustFind(t).Path, User: nobody}
	spec.Env = terraform.Environment(d, map[string]string{"BOT": itoa(os.Getpid())})
	var lines strings.Builder
	planned := mustPlan(t, d, terraform.PlanOptions{Env: spec.Env, User: nobody, Output: &lines})
	if !strings.Contains(lines.String(), `"type":"planned_change"`) {
		t.Errorf("output is %q", &lines)
	}
	if info, err := os.Stat(d.File(terraform.PlanFile)); err != nil || info.Sys().(*syscall.Stat_t).Uid != nobody.UID || info.Mode().Perm() != 0o600 {
		t.Errorf("the plan file is not the user's own: %v %v", info, err)
	}
	spec.PlanSHA256 = planned.SHA256
	startBot(t, d, spec)
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 {
		t.Fatalf("exit is %+v", s.Exit)
	}
	uid, err := os.ReadFile(d.File("uid"))
	if err != nil || !strings.HasPrefix(string(uid), "65534\n65534\n") || !strings.Contains(string(uid), "refused") {
		t.Errorf("the provisioner ran as %q, %v", uid, err)
	}

	// The same plan, made in this process, reads the same.
	own := userDir(t, "")
	if err := own.Write(map[string][]byte{"main.tf": must(os.ReadFile(d.File("main.tf")))}, nil); err != nil {
		t.Fatal(err)
	}
	want := mustPlan(t, own, terraform.PlanOptions{}).Plan
	ignore := cmp.Options{
		cmpopts.IgnoreUnexported(tfjson.Plan{}, tfjson.State{}), cmpopts.IgnoreFields(tfjson.Plan{}, "Timestamp"), cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b cty.Type) bool { return a == b || a.Equals(b) }),
	}
	if diff := cmp.Diff(want, planned.Plan, ignore); diff != "" {
		t.Errorf("the plan of another user (-own +other):\n%s", diff)
	}
}

func TestAnotherUserFails(t *testing.T) {
	t.Parallel()
	d := userDir(t, `output "a" { value = var.nothing }`)
	_, err := terraform.Plan(withDeadline(t), mustFind(t), d, terraform.PlanOptions{Env: terraform.Environment(d, nil), User: nobody})
	var failed *terraform.RunError
	if !errors.As(err, &failed) || failed.ExitCode != 1 || !strings.Contains(failed.Text(), "undeclared input variable") {
		t.Errorf("error is %v", err)
	}
}

// TestLinksAreNotFollowed: a provisioner that owns the directory makes links
// to what only the bot may read.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(stateText("theirs", 1)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{terraform.StateFile, terraform.OutputFile, "exit", "process.json", "lock"} {
		d := mustDir(t, nil)
		if err := os.Symlink(secret, d.File(name)); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := d.State(); ok {
			t.Errorf("%s: the state was read through a link", name)
		}
		_ = d.Follow(withDeadline(t), 0, func(line []byte, _ int64) error {
			t.Errorf("%s: followed to %q", name, line)
			return nil
		})
		if s, err := d.Status(); err == nil && s.Phase == terraform.Exited {
			t.Errorf("%s: status is %+v", name, s)
		}
	}
}
