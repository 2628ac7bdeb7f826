package plan_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the plans and golden digests in testdata with those of the installed Terraform")

const module = `
variable "password" {
  type      = string
  sensitive = true
}
variable "size" { default = 1 }
resource "terraform_data" "this" {
  input            = { size = var.size, password = var.password, zones = ["a", "b"], nested = { on = true } }
}
resource "terraform_data" "disk" {
  input            = terraform_data.this.id
  triggers_replace = var.size
}
output "id" { value = terraform_data.this.id }
`

// scenario is a real plan: the configuration that is applied first, if any,
// and the one that is planned.
type scenario struct {
	before, after string
	args          []string
	want          string // what Terraform's own summary says
	empty         bool
	destructive   bool
}

func call(name, size, password string) string {
	return `
module "` + name + `" {
  source   = "./module"
  size     = ` + size + `
  password = "` + password + `"
}
`
}

var scenarios = map[string]scenario{
	"create": {
		after: call("compute_vm-web", "1", "hunter2-first") + `
output "id" { value = module.compute_vm-web.id }
output "password" {
  value     = "hunter2-first"
  sensitive = true
}`,
		want: "2 to add, 0 to change, 0 to destroy",
	},
	"update and replace": {
		before:      call("compute_vm-web", "1", "hunter2-first"),
		after:       call("compute_vm-web", "2", "hunter2-second"),
		want:        "1 to add, 1 to change, 1 to destroy",
		destructive: true,
	},
	"delete one": {
		before:      call("compute_vm-web", "1", "hunter2-first") + call("compute_vm-db", "1", "hunter2-first"),
		after:       call("compute_vm-web", "1", "hunter2-first"),
		want:        "0 to add, 0 to change, 2 to destroy",
		destructive: true,
	},
	"destroy": {
		before:      call("compute_vm-web", "1", "hunter2-first"),
		after:       call("compute_vm-web", "1", "hunter2-first"),
		args:        []string{"-destroy"},
		want:        "0 to add, 0 to change, 2 to destroy",
		destructive: true,
	},
	"nothing": {
		before: call("compute_vm-web", "1", "hunter2-first"),
		after:  call("compute_vm-web", "1", "hunter2-first"),
		want:   "0 to add, 0 to change, 0 to destroy",
		empty:  true,
	},
	"outputs only": {
		before: call("compute_vm-web", "1", "hunter2-first") + `output "a" { value = "one" }`,
		after:  call("compute_vm-web", "1", "hunter2-first") + `output "a" { value = "two" }`,
		want:   "0 to add, 0 to change, 0 to destroy",
	},
	"move": {
		before: call("compute_vm-web", "1", "hunter2-first"),
		after: call("compute_vm-shop", "1", "hunter2-first") + `
moved {
  from = module.compute_vm-web
  to   = module.compute_vm-shop
}`,
		want: "0 to add, 0 to change, 0 to destroy",
	},
	"forget": {
		before: `resource "terraform_data" "a" {}`,
		after: `removed {
  from = terraform_data.a
  lifecycle { destroy = false }
}`,
		want: "0 to add, 0 to change, 0 to destroy",
	},
	"tainted": {
		before:      call("compute_vm-web", "1", "hunter2-first"),
		after:       call("compute_vm-web", "1", "hunter2-first"),
		args:        []string{"-replace=module.compute_vm-web.terraform_data.this"},
		want:        "1 to add, 1 to change, 1 to destroy",
		destructive: true,
	},
	"every instance": {
		after: `resource "terraform_data" "many" {
  for_each = toset(["a.b", "c\"d"])
  input    = each.key
}`,
		want: "2 to add, 0 to change, 0 to destroy",
	},
}

func file(name, suffix string) string {
	return filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+suffix)
}

// TestDigest reads plans that Terraform made, kept in testdata.
func TestDigest(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if *update {
				raw, _ := makePlan(t, s)
				write(t, file(name, ".plan.json"), raw)
				write(t, file(name, ".digest.json"), golden(t, plan.New(parse(t, raw))))
			}
			checkDigest(t, name, s, parse(t, read(t, file(name, ".plan.json"))))
		})
	}
}

// TestDigestLive has the installed Terraform make the plans anew: the digests
// are the same, and count as Terraform counts.
func TestDigestLive(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not on PATH")
	}
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, summary := makePlan(t, s)
			p := parse(t, raw)
			if summary != "" && !strings.Contains(summary, plan.New(p).Summary()) &&
				!strings.Contains(plan.New(p).Summary(), strings.TrimSuffix(strings.TrimPrefix(summary, "Plan: "), ".")) {
				t.Errorf("Terraform says %q, the digest %q", summary, plan.New(p).Summary())
			}
			checkDigest(t, name, s, p)
		})
	}
}

func checkDigest(t *testing.T, name string, s scenario, p *tfjson.Plan) {
	t.Helper()
	d := plan.New(p)
	if !strings.HasPrefix(d.Summary(), s.want) || d.Empty() != s.empty || d.Destructive() != s.destructive {
		t.Errorf("%q, empty %v, destructive %v", d.Summary(), d.Empty(), d.Destructive())
	}
	got := golden(t, d)
	if diff := cmp.Diff(string(read(t, file(name, ".digest.json"))), string(got)); diff != "" {
		t.Errorf("digest (-golden +now):\n%s", diff)
	}
	if bytes.Contains(got, []byte("hunter2")) {
		t.Errorf("a secret is in the digest:\n%s", got)
	}
	var back plan.Digest
	if err := json.Unmarshal(got, &back); err != nil || back.Summary() != d.Summary() || len(back.Changes) != len(d.Changes) {
		t.Errorf("the digest does not survive JSON: %v", err)
	}
	secrets := plan.SensitiveValues(p)
	if strings.Contains(s.before+s.after, "hunter2-first") && (len(secrets) == 0 || !strings.HasPrefix(secrets[0], "hunter2")) {
		t.Errorf("sensitive values are %q", secrets)
	}
}

var (
	uuid        = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	tfVersion   = regexp.MustCompile(`"terraform_version": "[^"]*"`)
	planSummary = regexp.MustCompile(`"@message":"(Plan: [^"]*)"`)
)

// golden is the digest as JSON, without what differs from run to run.
func golden(t *testing.T, d plan.Digest) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	raw = tfVersion.ReplaceAll(raw, []byte(`"terraform_version": "VERSION"`))
	return append(uuid.ReplaceAll(raw, []byte("UUID")), '\n')
}

// makePlan has Terraform apply the first configuration and plan the second; it
// returns the plan as JSON and Terraform's own summary.
func makePlan(t *testing.T, s scenario) (raw []byte, summary string) {
	t.Helper()
	dir := t.TempDir()
	run := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command("terraform", args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1"}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	if err := os.Mkdir(filepath.Join(dir, "module"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "module", "main.tf"), []byte(module))
	main := filepath.Join(dir, "main.tf")
	if s.before != "" {
		write(t, main, []byte(s.before))
		run("get")
		run("apply", "-auto-approve", "-input=false")
	}
	write(t, main, []byte(s.after))
	run("get")
	out := run(append([]string{"plan", "-json", "-input=false", "-out=plan.tfplan"}, s.args...)...)
	if m := planSummary.FindSubmatch(out); m != nil {
		summary = string(m[1])
	}
	return run("show", "-json", "plan.tfplan"), summary
}

func parse(t *testing.T, raw []byte) *tfjson.Plan {
	t.Helper()
	var p tfjson.Plan
	p.UseJSONNumber(true)
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return &p
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
