package terraform_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestPlanAndApply(t *testing.T) {
	t.Parallel()
	d := mustDir(t, map[string]string{
		root: `{"module": {
			"vpc-main": {"source": "./modules/vpc", "name": "a"},
			"vpc-second": {"source": "./modules/vpc", "name": "${module.vpc-main.id}"}},
			"output": {"id": {"value": "${module.vpc-main.id}"}, "secret": {"value": "hunter2", "sensitive": true}}}`,
		"modules/vpc/main.tf": `variable "name" { type = string }
			resource "terraform_data" "this" { input = var.name }
			output "id" { value = terraform_data.this.id }`,
	})
	p := mustPlan(t, d, terraform.PlanOptions{})
	digest := plan.New(p.Plan)
	if got, want := digest.Summary(), "2 to add, 0 to change, 0 to destroy"; got != want {
		t.Errorf("the plan says %q, want %q", got, want)
	}
	mustStart(t, d, terraform.Spec{Binary: mustFind(t).Path, Env: terraform.Environment(d, nil), PlanSHA256: p.SHA256})
	var progress terraform.Progress
	human := ""
	mustFollow(t, d, 0, func(e terraform.Event) {
		progress = progress.After(e)
		human += e.Human() + "\n"
	})
	t.Log(human)
	s := mustStatus(t, d, terraform.Exited)
	if s.Exit.Code != 0 || s.Exit.Interrupted {
		t.Errorf("exit is %+v", s.Exit)
	}
	if progress.Done != 2 || progress.Total != 2 || len(progress.Unfinished()) != 0 {
		t.Errorf("progress is %+v", progress)
	}
	if n := resources(t, d); n != 2 {
		t.Errorf("%d resources in the state", n)
	}
}
