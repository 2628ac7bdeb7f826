package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// The destruction of a stack is offered for what exists, planned at once, and
// refused in words where there is nothing.
func TestDeployDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	destroy := func(m *discordsim.Member, stack string) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": stack, "destroy": true}))
	}
	if got := destroy(w.ada, "main"); !strings.Contains(got, "There is no stack `main` in `dev` to destroy") || !strings.Contains(got, "Nothing was started") {
		t.Errorf("nothing there: %s", got)
	}
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	w.ends(w.approved(w.lobby("Plan ready")), 0, orchestrator.Outcome{})
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "drafted"}))

	offered := func(destroy bool) string {
		t.Helper()
		var names []string
		for _, c := range get(w.ada.Complete(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "destroy": destroy}, "stack", ""))(w) {
			names = append(names, c.Name)
		}
		return strings.Join(names, "|")
	}
	if got, want := offered(true), "main · eu-1 · 1 resource"; got != want {
		t.Errorf("to destroy: %q, want %q", got, want)
	}
	if got, want := offered(false), "drafted · eu-1 · 0 resources|main · eu-1 · 1 resource"; got != want {
		t.Errorf("to change: %q, want %q", got, want)
	}
	if got := destroy(w.grace, "main"); !strings.Contains(got, "You have no access to `dev`") {
		t.Errorf("grace: %s", got)
	}
	if got := destroy(w.ada, "main"); !strings.Contains(got, "Nothing is destroyed before it is approved with the stack's name") {
		t.Errorf("started: %s", got)
	}
	if s := w.session(); !s.Destroy || s.State != session.Planning || len(s.Resources) != 0 {
		t.Fatalf("the session: %+v", s)
	}
	w.plan(plan.Digest{Destroy: 1, Changes: []plan.Change{{Address: "vpc.main", Label: "vpc.main", Action: plan.Delete}}})
	if s := w.session(); s.State != session.PlanReady {
		t.Errorf("the session: %+v", s)
	}
}

func TestDeployTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	deploy := func(args discordsim.Args) string {
		t.Helper()
		args["project"] = "dev"
		return w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", args))
	}
	for tags, want := range map[string]string{
		"team":          "`tags` cannot have `team`. Expected pairs such as",
		"team=web, x y": "cannot have `x y`",
		"stack=other":   "cannot have `stack=other`",
	} {
		if got := deploy(discordsim.Args{"tags": tags}); !strings.Contains(got, want) || !strings.Contains(got, "Nothing was started") {
			t.Errorf("%q: %s", tags, got)
		}
	}
	if got := deploy(discordsim.Args{"tags": "team=web", "destroy": true}); !strings.Contains(got, "Give one of `tags` and `destroy`") {
		t.Errorf("both: %s", got)
	}
	deploy(discordsim.Args{"tags": "team=web, cost-center=42"})
	if s := w.session(); s.Tags["team"] != "web" || s.Tags["cost-center"] != "42" {
		t.Errorf("tags: %v", s.Tags)
	}
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-project", discordsim.Args{"project": "dev", "required_tags": "owner"}))
	w.add(w.lobby("Draft"), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Tags", "`dev` requires `owner`", "tags:owner=")
}

// Stacks are offered with all their regions, as far as they can be named.
func TestStackChoices(t *testing.T) {
	t.Parallel()
	ten := []string{"eu-central-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "eu-north-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-2"}
	for _, tc := range []struct {
		name    string
		regions []string
		want    string
	}{
		{"web", ten[:1], "web · eu-central-1 · 2 resources"},
		{"web", ten[:3], "web · eu-central-1, ap-northeast-1, ap-northeast-2 · 2 resources"},
		{"web", ten, "web · eu-central-1, ap-northeast-1, ap-northeast-2, ap-south-1 and 6 more · 2 resources"},
		{strings.Repeat("w", 32), ten, strings.Repeat("w", 32) + " · eu-central-1, ap-northeast-1 and 8 more · 2 resources"},
	} {
		if got := stackChoice(store.ListedStack{Name: tc.name, Regions: tc.regions, Resources: 2}); got.label != tc.want || got.value != tc.name {
			t.Errorf("got %q, want %q", got.label, tc.want)
		}
	}
}
