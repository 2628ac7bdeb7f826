package plan_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Addresses are written as Terraform writes them, whatever the keys.
func TestPresent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	terraform := func(args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "terraform", args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1"}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	for name, text := range map[string]string{
		"main.tf": `module "vpc-main" {
			source = "./vpc"
			count  = 2
		}
		resource "terraform_data" "alone" {}`,
		"vpc/main.tf": `locals { keys = ["plain", "two words", "q\"uote", "back\\slash", "$${x}", "%%{ if }", "$", "line\nand\ttab", "é 😀", "\u0001\u200b", "a.b[0]"] }
		resource "terraform_data" "this" { for_each = toset(local.keys) }
		resource "terraform_data" "disk" { count = 2 }
		data "terraform_remote_state" "none" {
			backend = "local"
			config  = { path = "none" }
			count   = 0
		}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terraform("init")
	terraform("apply", "-auto-approve")
	want := strings.Split(strings.TrimSpace(string(terraform("state", "list"))), "\n")
	if len(want) != 2*(11+2)+1 {
		t.Fatalf("the state has %d objects: %q", len(want), want)
	}
	state, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := plan.Present(state, slices.Concat([]string{"terraform_data.gone", "-destroy"}, want, want[:1]))
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
	if got, err := plan.Present(nil, want); err != nil || got != nil {
		t.Errorf("without a state: %v, %v", got, err)
	}
	if _, err := plan.Present([]byte("{"), want); err == nil {
		t.Error("half a state is read")
	}
}

func TestModules(t *testing.T) {
	t.Parallel()
	object := func(module, mode, instances string) string {
		return `{"module": "` + module + `", "mode": "` + mode + `", "type": "t", "name": "n", "instances": [` + instances + `]}`
	}
	raw := `{"version": 4, "resources": [` + strings.Join([]string{
		object("module.vpc-main_us-1", "managed", `{"deposed": "0badc0de"}`), object("module.vpc-main_us-1", "managed", "{}"),
		object("module.vpc-main.module.subnets", "managed", "{}"), object("module.vpc-data", "data", "{}"),
		object("module.vpc-empty", "managed", ""), object("", "managed", "{}"),
	}, ",") + `]}`
	got, err := plan.Modules([]byte(raw))
	if diff := cmp.Diff([]string{"module.vpc-main_us-1", "module.vpc-main.module.subnets"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := plan.Modules([]byte("{")); err == nil {
		t.Error("half a state is read")
	}
}

func TestResourceOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"module.compute_vm-web.terraform_data.this":               {"compute_vm.web", ""},
		"module.compute_vm-web-1.module.disk.terraform_data.this": {"compute_vm.web-1", ""},
		`module.vpc-main[0].aws_vpc.this["a-b.c"]`:                {"vpc.main", ""},
		"module.vpc-main_us-east-1.aws_vpc.this":                  {"vpc.main", "us-east-1"},
		"module.vpc-main-us-east-1_us-east-1[0].aws_vpc.this":     {"vpc.main-us-east-1", "us-east-1"},
		"terraform_data.this":                                     {},
		"module.other.terraform_data.this":                        {},
		"compute_vm.web":                                          {},
		"":                                                        {},
	} {
		if label, region := plan.ResourceOf(address); label != want[0] || region != want[1] {
			t.Errorf("%s is of %q in %q, want %q", address, label, region, want)
		}
	}
}
