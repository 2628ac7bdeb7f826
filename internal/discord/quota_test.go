package discord

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func number(n int) *int { return &n }

func TestMeter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		used  int
		limit *int
		want  string
	}{
		{3, nil, "3 · no limit"},
		{0, number(5), "▱▱▱▱▱▱▱▱▱▱ 0 of 5 · 5 left"},
		{3, number(5), "▰▰▰▰▰▰▱▱▱▱ 3 of 5 · 2 left"},
		{5, number(5), "▰▰▰▰▰▰▰▰▰▰ 5 of 5 · none left"},
		{7, number(5), "▰▰▰▰▰▰▰▰▰▰ 7 of 5 · 2 too many"},
		{0, number(0), "▱▱▱▱▱▱▱▱▱▱ 0 of 0 · none left"},
		{100_000, number(mostLimit), "▰▰▰▰▰▰▰▰▰▰ 100000 of 100000 · none left"},
	} {
		if got := meter(c.used, c.limit); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestGoldenQuota(t *testing.T) {
	t.Parallel()
	v := orchestrator.QuotaView{
		Project: project.Project{Slug: "dev"}, UserID: "100",
		Limits: policy.Applicable{Project: project.Limits{Stacks: number(5), Kinds: map[string]int{"database": 1}}, Person: project.Limits{Sessions: number(2)}},
		Used: policy.Used{Project: project.Usage{Stacks: 3, Resources: 7, Sessions: 2, Kinds: map[string]int{"database": 2, "vpc": 5}},
			Person: project.Usage{Stacks: 1, Resources: 2, Sessions: 2, Kinds: map[string]int{"vpc": 2}}},
	}
	paid := v
	paid.Limits.Project.Budget, paid.Limits.Person.Budget = number(500), number(10)
	paid.Used.Project.Cost, paid.Used.Person.Cost = dollars("480.5", "web/bucket.files", "old (not estimated)"), dollars("10.01")
	free := orchestrator.QuotaView{Project: project.Project{Slug: "free"}, UserID: "100"}
	golden(t, "quota", strings.Join([]string{
		quotaPicture(v, false).Content, quotaPicture(free, true).Content, quotaRow(v), quotaRow(free), quotaPicture(paid, true).Content, quotaRow(paid),
	}, "\n\n")+"\n")
}

// A limit is set and shown; who may not set it is told who can.
func TestQuotas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.planned()
	set := func(args discordsim.Args) string {
		t.Helper()
		args["project"] = "dev"
		return w.says(w.boss.Slash(w.ctx, w.ops, "cloud-set-quota", args))
	}
	for name, c := range map[string]struct {
		got  string
		want []string
	}{
		"set":           {set(discordsim.Args{"limit": "stacks", "value": 5}), []string{"**`dev`** · all together · stacks: no limit → **5**", "Used now: 0."}},
		"each person":   {set(discordsim.Args{"limit": "sessions", "value": 0, "each_person": true}), []string{"each person · open deployments: no limit → **0**", "Above it: <@" + w.ada.ID + ">", "Nothing is taken away"}},
		"budget":        {set(discordsim.Args{"limit": "budget", "value": 500}), []string{"all together · budget: no limit → **$500 a month**", "Used now: $0.00/month."}},
		"one person":    {set(discordsim.Args{"limit": "kind", "kind": "vpc", "value": 2, "user": w.ada}), []string{"<@" + w.ada.ID + "> · `vpc`: no limit → **2**", "Used now: 0."}},
		"both":          {set(discordsim.Args{"limit": "stacks", "user": w.ada, "each_person": true}), []string{"Give one of `user` and `each_person`"}},
		"no kind":       {set(discordsim.Args{"limit": "kind", "value": 2}), []string{"which kind is limited", "Nothing was changed"}},
		"kind besides":  {set(discordsim.Args{"limit": "stacks", "kind": "vpc", "value": 2}), []string{"goes with `limit:kind` only"}},
		"unknown kind":  {set(discordsim.Args{"limit": "kind", "kind": "moon", "value": 2}), []string{"no kind `moon`", "`vpc`"}},
		"not of anyone": {w.says(w.boss.Slash(w.ctx, w.ops, "cloud-set-quota", discordsim.Args{"project": "prod", "limit": "stacks", "value": 1})), []string{"no project `prod`"}},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.got, want) {
				t.Errorf("%s: %q, want %q", name, c.got, want)
			}
		}
	}
	if got := set(discordsim.Args{"limit": "stacks", "reason": "no longer"}); !strings.Contains(got, "stacks: 5 → **no limit**") {
		t.Errorf("taken away: %s", got)
	}
	if got := set(discordsim.Args{"limit": "budget"}); !strings.Contains(got, "budget: $500 a month → **no limit**") {
		t.Errorf("the budget taken away: %s", got)
	}
	set(discordsim.Args{"limit": "resources", "value": 9})

	show := func(m *discordsim.Member, args discordsim.Args) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-quota", args))
	}
	dev := discordsim.Args{"project": "dev"}
	for name, c := range map[string]struct{ got, want string }{
		"in all":        {show(w.ada, dev), "resources ▱▱▱▱▱▱▱▱▱▱ 0 of 9 · 9 left"},
		"own":           {show(w.ada, dev), "open deployments ▱▱▱▱▱▱▱▱▱▱ 1 of 0 · 1 too many\n`vpc` ▱▱▱▱▱▱▱▱▱▱ 0 of 2 · 2 left"},
		"of somebody":   {show(w.boss, discordsim.Args{"project": "dev", "user": w.ada}), "**<@" + w.ada.ID + ">**"},
		"of others":     {show(w.ada, discordsim.Args{"project": "dev", "user": w.boss}), "does not let you administer it"},
		"of others all": {show(w.ada, discordsim.Args{"user": w.boss}), "is shown for one project"},
		"every project": {show(w.ada, nil), "**dev** · resources 0 of 9 · <@" + w.ada.ID + "> open deployments 1 of 0"},
		"no access":     {show(w.grace, dev), "You have no access to `dev`"},
		"no project":    {show(w.grace, nil), "You have access to no project here"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	// Over the limit of deployments that are open at once.
	got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "web"}))
	if !strings.Contains(got, "Nothing was started") || !strings.Contains(got, "0 open deployments in `dev`; 1 used, 1 more asked") {
		t.Errorf("one more: %s", got)
	}
	if _, err := w.ada.Slash(w.ctx, w.ops, "cloud-set-quota", discordsim.Args{"project": "dev", "limit": "stacks"}); err == nil {
		t.Error("ada is offered to set quotas")
	}
}

// Many projects are shown page by page.
func TestQuotasOfManyProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	for i := range 12 {
		w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": fmt.Sprintf("p%02d", i), "provider": "sandbox"}))
	}
	in := get(w.boss.Slash(w.ctx, w.ops, "cloud-quota", nil))(w)
	page := get(in.Reply(w.ctx))(w)
	if !strings.Contains(page.Text(), "12 in all · page 1 of 2\n**p00** · no limit") {
		t.Fatalf("first page: %s", page.Text())
	}
	in = get(w.boss.Click(w.ctx, *page, "Older"))(w)
	if page = get(in.Reply(w.ctx))(w); !strings.Contains(page.Text(), "page 2 of 2\n**p10** · no limit\n**p11**") {
		t.Errorf("second page: %s", page.Text())
	}
}
