package plan_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

func TestLabel(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"module.compute_vm-web.terraform_data.this":            "compute_vm.web",
		"module.compute_vm-my-web.terraform_data.this":         "compute_vm.my-web",
		"module.compute_vm-web.terraform_data.disk":            "compute_vm.web (terraform_data.disk)",
		"module.compute_vm-web":                                "compute_vm.web",
		"module.vpc-main[0].aws_vpc.this":                      "vpc.main[0]",
		`module.vpc-main["a.b"].aws_vpc.this["c.d"]`:           `vpc.main["a.b"]["c.d"]`,
		`module.vpc-main.aws_subnet.zones["eu-1.a"]`:           `vpc.main (aws_subnet.zones["eu-1.a"])`,
		"module.vpc-main.data.aws_ami.this":                    "vpc.main (data.aws_ami.this)",
		"module.vpc-main.module.inner.aws_vpc.this":            "vpc.main (module.inner)",
		"module.vpc-main.module.inner.aws_vpc.this[1]":         "vpc.main (module.inner[1])",
		"module.vpc-main.module.inner.aws_vpc.other":           "vpc.main (module.inner.aws_vpc.other)",
		"module.plain.aws_vpc.this":                            "module.plain.aws_vpc.this",
		"terraform_data.a":                                     "terraform_data.a",
		"":                                                     "",
		"module":                                               "module",
		"module.":                                              "module.",
		"module.-x.a.b":                                        "module.-x.a.b",
		"module.x-.a.b":                                        "module.x-.a.b",
		`module.a-b["unclosed.x`:                               `a.b["unclosed.x`,
		"module.a-b.this":                                      "a.b (this)",
		`module.vpc-main.aws_vpc.this (deposed object a1b2c3)`: "vpc.main (aws_vpc.this (deposed object a1b2c3))",
	} {
		if got := plan.Label(address); got != want {
			t.Errorf("%s is called %q, want %q", address, got, want)
		}
	}
}
