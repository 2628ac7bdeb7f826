package rego_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/rego"
)

// deadline is generous: nothing here is about speed.
const deadline = 3 * time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// MustFolder writes files into a folder of their own.
func MustFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// MustLoad loads a folder of these files, without the starter policies.
func MustLoad(t testing.TB, files map[string]string) *rego.Policies {
	t.Helper()
	p, err := rego.Load(t.Context(), MustFolder(t, files), false)
	if err != nil {
		t.Fatal(err)
	}
	return p.WithTimeout(deadline)
}

func MustStarter(t testing.TB) *rego.Policies {
	t.Helper()
	p, err := rego.Load(t.Context(), "", true)
	if err != nil {
		t.Fatal(err)
	}
	return p.WithTimeout(deadline)
}

func MustEvaluate(t testing.TB, p *rego.Policies, in rego.Input) []plan.Finding {
	t.Helper()
	found, err := p.Evaluate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func MustPipe(t testing.TB, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// policy is a policy with these lines after its package.
func policy(name, rules string) string { return "package cloudengine." + name + "\n\n" + rules + "\n" }

// emptyPlan changes nothing.
var emptyPlan = json.RawMessage(`{"format_version": "1.2", "resource_changes": []}`)

// planOf is a plan that creates n databases open to the internet, as AWS has them.
func planOf(t testing.TB, n int) json.RawMessage {
	t.Helper()
	var changes []any
	for i := range n {
		after := map[string]any{"publicly_accessible": true, "storage_encrypted": false, "instance_class": "db.x2g.large"}
		for j := range 40 {
			after[fmt.Sprintf("attribute_%d", j)] = map[string]any{"value": strings.Repeat("x", j), "list": []int{1, 2, 3}}
		}
		changes = append(changes, map[string]any{
			"address": fmt.Sprintf("module.database-db%d.aws_db_instance.this", i), "mode": "managed", "type": "aws_db_instance", "name": "this",
			"change": map[string]any{"actions": []string{"create"}, "before": nil, "after": after, "after_unknown": map[string]any{"id": true}},
		})
	}
	raw, err := json.Marshal(map[string]any{"format_version": "1.2", "resource_changes": changes})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// workspace is a directory in which the real Terraform works, with an
// environment of its own.
type workspace struct{ path string }

func (w workspace) MustRun(t testing.TB, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "terraform", args...)
	cmd.Dir = w.path
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.path, "CHECKPOINT_DISABLE=1"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("terraform %v: %v\n%s", args, err, out)
	}
	return out
}

func (w workspace) MustWrite(t testing.TB, files map[string][]byte) {
	t.Helper()
	for name, raw := range files {
		file := filepath.Join(w.path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// MustPlan plans these files and returns the plan's JSON.
func (w workspace) MustPlan(t testing.TB, files map[string][]byte, options ...string) json.RawMessage {
	t.Helper()
	w.MustWrite(t, files)
	w.MustRun(t, "get")
	w.MustRun(t, append([]string{"plan", "-input=false", "-out=plan.tfplan"}, options...)...)
	return w.MustRun(t, "show", "-json", "plan.tfplan")
}

// MustApply applies the last plan.
func (w workspace) MustApply(t testing.TB) {
	t.Helper()
	w.MustRun(t, "apply", "-input=false", "plan.tfplan")
}
