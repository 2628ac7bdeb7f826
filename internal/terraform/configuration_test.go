package terraform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestBuiltinOnly(t *testing.T) {
	t.Parallel()
	const module = `variable "a" {}
resource "terraform_data" "this" { input = var.a }
output "a" { value = terraform_data.this.output }`
	for name, tc := range map[string]struct {
		files map[string]string
		state string
		want  bool
	}{
		"our stacks": {files: map[string]string{
			root:                       `{"terraform": {"required_version": ">= 1.9"}, "module": {"vpc-main": {"source": "./modules/vpc", "a": "${var.a}"}}, "variable": {"a": {"type": "string"}}, "output": {"x": {"value": "${module.vpc-main.a}"}}}`,
			"modules/vpc/variables.tf": `variable "b" { default = 1 }`, "modules/vpc/main.tf": module, "modules/vpc/README.md": "x",
		}, want: true},
		"HCL":                       {files: map[string]string{"main.tf": module + "\nlocals { x = 1 }"}, want: true},
		"nothing":                   {files: map[string]string{"README.md": ""}},
		"another provider":          {files: map[string]string{"main.tf": `resource "aws_vpc" "a" {}`}},
		"another data source":       {files: map[string]string{"main.tf": `data "http" "a" {}`}},
		"in a module":               {files: map[string]string{root: `{"module": {"a-b": {"source": "./m"}}}`, "m/main.tf": `resource "aws_vpc" "a" {}`}},
		"required provider":         {files: map[string]string{"main.tf": "terraform {\n required_providers {\n aws = { source = \"hashicorp/aws\" }\n }\n}"}},
		"backend":                   {files: map[string]string{"main.tf": "terraform {\n backend \"s3\" {}\n}"}},
		"cloud":                     {files: map[string]string{root: `{"terraform": {"cloud": {}}}`}},
		"provider block":            {files: map[string]string{"main.tf": `provider "aws" {}`}},
		"ephemeral":                 {files: map[string]string{"main.tf": `ephemeral "random_password" "a" {}`}},
		"registry module":           {files: map[string]string{"main.tf": `module "a-b" { source = "hashicorp/vpc/aws" }`}},
		"git module":                {files: map[string]string{"main.tf": `module "a-b" { source = "git::https://example.com/x" }`}},
		"computed source":           {files: map[string]string{"main.tf": `module "a-b" { source = var.x }`}},
		"module outside":            {files: map[string]string{"main.tf": `module "a-b" { source = "../elsewhere" }`}},
		"missing module":            {files: map[string]string{"main.tf": `module "a-b" { source = "./m" }`}},
		"calls itself":              {files: map[string]string{"main.tf": `module "a-b" { source = "./" }`}},
		"explicit provider":         {files: map[string]string{"main.tf": "resource \"terraform_data\" \"a\" {\n provider = aws.x\n}"}},
		"broken":                    {files: map[string]string{"main.tf": `resource "terraform_data" {`}},
		"unknown block":             {files: map[string]string{root: `{"brand_new": {}}`}},
		"state of another provider": {files: map[string]string{"main.tf": module}, state: `{"resources":[{"provider":"provider[\"registry.terraform.io/hashicorp/aws\"]"}]}`},
		"state of ours":             {files: map[string]string{"main.tf": module}, state: `{"resources":[{"provider":"module.a-b.provider[\"terraform.io/builtin/terraform\"]"}]}`, want: true},
		"torn state":                {files: map[string]string{"main.tf": module}, state: `{"resources":[`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, tc.files)
			if tc.state != "" {
				if err := d.Write(nil, []byte(tc.state)); err != nil {
					t.Fatal(err)
				}
			}
			if got := d.BuiltinOnly(); got != tc.want {
				t.Errorf("built-in only: %v", got)
			}
		})
	}
}

// TestInitWhereItIsNeeded reads which commands are run.
func TestInitWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	const lock = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.0.0\"\n}\n"
	for name, tc := range map[string]struct {
		lock      string
		providers bool
		want      string
	}{
		"built-in only":       {"", false, "version apply"},
		"empty lock":          {"# nothing\n", false, "version apply"},
		"another host's plan": {lock, false, "version init apply"},
		"providers are there": {lock, true, "version apply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, spec := mustPrepare(t, slow("0", 1))
			if tc.lock != "" {
				if err := d.WritePlan(must(os.ReadFile(d.File(terraform.PlanFile))), []byte(tc.lock)); err != nil {
					t.Fatal(err)
				}
			}
			if tc.providers {
				if err := os.MkdirAll(d.File(".terraform/providers"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			spec.Version = ""
			// It only notes what it is asked: no provider can be installed here.
			spec.Binary = mustScript(t, `echo "$1" >> asked; [ "$1" = version ] && echo '{"terraform_version":"1.11.4"}'; exit 0`)
			mustStart(t, d, spec)
			mustFollow(t, d, 0, nil)
			if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 {
				t.Errorf("exit is %+v", s.Exit)
			}
			asked := strings.Join(strings.Fields(string(must(os.ReadFile(d.File("asked"))))), " ")
			if asked != tc.want {
				t.Errorf("asked for %q, want %q", asked, tc.want)
			}
		})
	}
}

// TestKnownVersionIsNotAsked: nor does an odd path become a piece of script.
func TestKnownVersionIsNotAsked(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0", 1))
	odd := filepath.Join(t.TempDir(), `it's "odd" $(touch evil) `+"`x`")
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	real := spec.Binary
	spec.Binary = filepath.Join(odd, "terraform")
	script := "#!/bin/sh\necho \"$1\" >> asked\nexec " + real + " \"$@\"\n"
	if err := os.WriteFile(spec.Binary, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	mustStart(t, d, spec)
	mustFollow(t, d, 0, nil)
	if s := mustStatus(t, d, terraform.Exited); s.Exit.Code != 0 || resources(t, d) != 1 {
		t.Errorf("exit is %+v", s.Exit)
	}
	if asked := strings.TrimSpace(string(must(os.ReadFile(d.File("asked"))))); asked != "apply" {
		t.Errorf("asked for %q", asked)
	}
	if _, err := os.Stat(d.File("evil")); err == nil {
		t.Error("the path was run")
	}
}
