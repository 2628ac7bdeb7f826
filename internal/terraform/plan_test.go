package terraform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestPlanLeavesNothingForOthersToRead(t *testing.T) {
	t.Parallel()
	d := mustDir(t, map[string]string{
		root:                        `{"variable": {"pw": {"sensitive": true}}, "resource": {"terraform_data": {"a": {"input": "${var.pw}"}}}}`,
		terraform.VariablesFile:     `{"pw": "hunter2-secret"}`,
		"modules/vpc/variables.tf":  ``,
		"modules/vpc/deep/extra.md": ``,
	})
	var out bytes.Buffer
	p := mustPlan(t, d, terraform.PlanOptions{Output: &out})
	err := filepath.WalkDir(d.Path(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && strings.Contains(path, ".terraform/") {
			return nil // Terraform's own, inside a directory that nobody may enter
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 && e.Name() != ".terraform" {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the plan's values went to its output:\n%s", &out)
	}
	if raw, _ := os.ReadFile(d.File(terraform.PlanFile)); !bytes.Equal(raw, p.PlanFile) || len(p.SHA256) != 64 {
		t.Error("the plan file is not the one on disk")
	}
	if p.Version != mustFind(t).Version {
		t.Errorf("version is %s", p.Version)
	}
	var raw tfjson.Plan
	if err := json.Unmarshal(p.JSON, &raw); err != nil || len(raw.ResourceChanges) != 1 {
		t.Errorf("the plan's JSON: %v: %s", err, p.JSON)
	}
	if got := plan.SensitiveValues(p.Plan); len(got) != 1 || got[0] != "hunter2-secret" {
		t.Errorf("sensitive values are %q", got)
	}
}

// TestValuesAreData: what people type stays what they typed.
func TestValuesAreData(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"function":  `${file("/etc/passwd")}`,
		"directive": `%{ for x in [1] }boo%{ endfor }`,
		"quotes":    "\"'`\\\n\t</script>&\u2028",
		"long":      strings.Repeat("é", 2000),
		"control":   "\x01\x1b[31mred",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, map[string]string{
				root:                    `{"variable": {"v": {"type": "string"}}, "output": {"v": {"value": "${var.v}"}}}`,
				terraform.VariablesFile: mustJSON(t, map[string]string{"v": value}),
			})
			p := mustPlan(t, d, terraform.PlanOptions{})
			if got := p.Plan.OutputChanges["v"].After; got != value {
				t.Errorf("%q became %q", value, got)
			}
		})
	}
}

func TestPlanOfADestroy(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0", 2))
	mustStart(t, d, spec)
	mustFollow(t, d, 0, nil)
	state, _, err := d.State()
	if err != nil {
		t.Fatal(err)
	}
	next := mustDir(t, nil)
	if err := next.Write(map[string][]byte{"main.tf": []byte(slow("0", 2))}, state.Raw); err != nil {
		t.Fatal(err)
	}
	p := mustPlan(t, next, terraform.PlanOptions{Destroy: true})
	if got := plan.New(p.Plan).Summary(); got != "0 to add, 0 to change, 2 to destroy" {
		t.Errorf("the plan says %q", got)
	}
	p = mustPlan(t, next, terraform.PlanOptions{Replace: []string{"terraform_data.r1"}})
	if got := plan.New(p.Plan); got.Replace != 1 || got.Summary() != "1 to add, 0 to change, 1 to destroy" {
		t.Errorf("the plan says %q", got.Summary())
	}
	p = mustPlan(t, next, terraform.PlanOptions{})
	if d := plan.New(p.Plan); !d.Empty() || d.Destructive() {
		t.Errorf("the plan of no change is %+v", d)
	}
}

func TestPlanSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		config  string
		command string
		want    []string
	}{
		"precondition": {
			`variable "n" { default = 1 }
			resource "terraform_data" "a" {
				lifecycle {
					precondition {
						condition     = var.n > 2
						error_message = "One is not greater."
					}
				}
			}`,
			"plan", []string{"Error: Resource precondition failed", "One is not greater."},
		},
		"variable": {
			`variable "size" {
				default = 5
				validation {
					condition     = var.size >= 20
					error_message = "Below 20 GiB."
				}
			}`,
			"plan", []string{"Error: Invalid value for variable", "Below 20 GiB."},
		},
		"syntax":  {`resource "terraform_data" {`, "init", []string{"Error: "}},
		"module":  {`module "vpc-a" { source = "./nowhere" }`, "init", []string{"Error: Unreadable module directory"}},
		"backend": {"terraform {\nbackend \"nosuch\" {}\n}", "init", []string{"Error: Unsupported backend type"}},
		"missing": {`output "a" { value = var.nothing }`, "", []string{"Error: Reference to undeclared input variable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, map[string]string{"main.tf": tc.config})
			_, err := terraform.Plan(withDeadline(t), mustFind(t), d, terraform.PlanOptions{Env: terraform.Environment(d, nil)})
			var failed *terraform.RunError
			if !errors.As(err, &failed) {
				t.Fatalf("error is %v", err)
			}
			if tc.command != "" && failed.Command != tc.command || failed.ExitCode != 1 {
				t.Errorf("%s failed with code %d", failed.Command, failed.ExitCode)
			}
			for _, want := range tc.want {
				if !strings.Contains(failed.Text(), want) {
					t.Errorf("the text lacks %q:\n%s", want, failed.Text())
				}
			}
			if strings.ContainsAny(failed.Text(), "│\x1b") || strings.Contains(failed.Text(), "@message") || strings.Contains(failed.Text(), "problems during init") {
				t.Errorf("the text is raw:\n%s", failed.Text())
			}
		})
	}
}

func TestPlanCancelled(t *testing.T) {
	t.Parallel()
	for name, hangs := range map[string]string{
		"graceful": `exec sleep 300`,
		"deaf":     `trap "" INT; (setsid sleep 300 & echo $! > escaped; wait)`, // holds the output open too
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, map[string]string{"main.tf": slow("0", 1)})
			bin := mustFind(t)
			bin.Path = mustScript(t, `if [ "$1" = plan ]; then echo at work; `+hangs+`; fi; exec `+bin.Path+` "$@"`)
			stopped := errors.New("superseded")
			ctx, cancel := context.WithCancelCause(withDeadline(t))
			output := writerFunc(func(p []byte) { // cancelled while it works, not before
				if bytes.Contains(p, []byte("at work")) {
					cancel(stopped)
				}
			})
			_, err := terraform.Plan(ctx, bin, d, terraform.PlanOptions{
				Env: terraform.Environment(d, nil), Output: output, Grace: 300 * time.Millisecond,
			})
			if !errors.Is(err, stopped) {
				t.Fatalf("error is %v", err)
			}
			if raw, err := os.ReadFile(d.File("escaped")); err == nil {
				var pid int
				if _, err := fmt.Sscan(string(raw), &pid); err != nil || alive(pid) {
					t.Errorf("%q lives on: %v", raw, err)
				}
			}
		})
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestPlanReportsABrokenWriter(t *testing.T) {
	t.Parallel()
	d := mustDir(t, map[string]string{"main.tf": slow("0", 1)})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	w.Close()
	_, err = terraform.Plan(withDeadline(t), mustFind(t), d, terraform.PlanOptions{Env: terraform.Environment(d, nil), Output: w})
	if !errors.Is(err, os.ErrClosed) {
		t.Errorf("error is %v", err)
	}
}
