package discord

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// A plan over several regions is grouped by region: the stack's own first, what is
// there once last.
func TestLobbyRegions(t *testing.T) {
	t.Parallel()
	d := plan.Digest{Add: 3, Destroy: 2, Changes: []plan.Change{
		{Label: "bucket.files", Module: "bucket-files", Action: plan.Create},
		{Label: "compute_vm.old@ap-1", Module: "compute_vm-old_ap-1", Action: plan.Delete, Attributes: []plan.AttributeChange{{Name: "input.size", Before: "large"}}},
		{Label: "compute_vm.web", Module: "compute_vm-web", Action: plan.Create},
		{Label: "compute_vm.web@us-1", Module: "compute_vm-web_us-1", Action: plan.Create},
		{Label: "vpc.main (terraform_data.gone)", Module: "vpc-main", Action: plan.Delete},
	}}
	regions := []string{"eu-1", "us-1"}
	change := all(withPlan(d), withCost(session.Cost{After: dollars("90"), Peak: dollars("90"), Line: "+$60.00/month (+$0.082/hour), 5 of 6 resources priced, prices of 2026-07-20",
		Regions: []session.RegionCost{{Region: "eu-1", Monthly: decimal.New(60, 0)}, {Region: "us-1", Monthly: decimal.New(30, 0), Unpriced: 1}, {Monthly: decimal.New(1, 0)}}}),
		func(l *lobby) {
			l.Session.Regions = regions
			l.Session.Resources = []project.Resource{{Kind: "vpc", Name: "main", Regions: regions}, {Kind: "compute_vm", Name: "web", Regions: regions}, {Kind: "bucket", Name: "files"}}
		})
	l := sample(t, session.PlanReady, change)
	golden(t, "lobby/regions", draw(l.picture()))
	golden(t, "thread/plan-regions", draw(planPicture(l.Session, l.Stack, "")))

	// Of a stack that leaves its second region, too.
	left := sample(t, session.PlanReady, withPlan(plan.Digest{Destroy: 1, Changes: []plan.Change{{Label: "vpc.main@us-1", Module: "vpc-main_us-1", Action: plan.Delete}}}))
	golden(t, "lobby/regions-left", draw(left.picture()))

	// What is destroyed is shown wherever it may stand, also after an apply that failed.
	destroyed := sample(t, session.Planning, func(l *lobby) {
		l.Session.Destroy, l.Session.Resources = true, nil
		l.Stack.Resources, l.Stack.Held = []project.Resource{{Kind: "vpc", Name: "main"}}, []project.Resource{{Kind: "vpc", Name: "main", Regions: regions}}
	})
	if got := draw(destroyed.picture()); !strings.Contains(got, "sandbox · eu-1, us-1 ·") {
		t.Errorf("what is destroyed stands elsewhere:\n%s", got)
	}

	stood := project.Stack{Name: "web", Region: "eu-1", Resources: l.Session.Resources, CreatedBy: "100", CreatedAt: noon,
		Held: []project.Resource{{Kind: "vpc", Name: "main", Regions: []string{"eu-1", "ap-1", "us-1"}}}}
	golden(t, "show/regions", draw(stackPicture(orchestrator.StackView{Project: l.Project, Stack: stood}, l.Kinds)))
}
