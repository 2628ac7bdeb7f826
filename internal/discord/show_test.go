package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// standing is a stack as it is shown.
func standing(t *testing.T, change func(*orchestrator.StackView)) picture {
	t.Helper()
	resources := []project.Resource{{Kind: "vpc", Name: "main", Values: map[string]any{"cidr": "10.1.0.0/16"}}, {Kind: "database", Name: "db", Values: map[string]any{"storage_gib": float64(20)}}}
	v := orchestrator.StackView{
		Project: project.Project{Slug: "dev", Provider: "sandbox"},
		Stack: project.Stack{Name: "web", Region: "eu-1", Resources: resources, Held: resources, Tags: map[string]string{"team": "web", "cost-center": "42"},
			CreatedBy: "100", CreatedAt: noon},
		Outputs: []orchestrator.Output{{Label: "compute_vm.web", Name: "private_ip", Value: "10.0.0.5"}, {Label: "database.db", Name: "password", Sensitive: true}},
		State:   &store.StateVersion{RunID: 6, Serial: 12, SavedAt: noon, Size: 5432},
		History: listed(), Sessions: 14,
	}
	change(&v)
	p := stackPicture(v, sandbox(t).Kinds("sandbox"))
	if n := size(p.Embeds[0].Description); n > maxDescription {
		t.Errorf("%d characters", n)
	}
	return p
}

func TestGoldenShow(t *testing.T) {
	t.Parallel()
	held := func(v *orchestrator.StackView) {
		v.Holder = &store.Holder{SessionID: "4kq2x7", Requester: "100", State: session.Applying, StartedAt: at(-time.Hour), HostID: new("host-1"), SeenAt: at(-time.Second), Now: noon}
	}
	for name, change := range map[string]func(*orchestrator.StackView){
		"standing": func(*orchestrator.StackView) {},
		"held":     held,
		"cost": func(v *orchestrator.StackView) {
			c := dollars("1280.4", "database.db")
			c.PricesOf = "2026-07-20"
			v.Stack.Cost = &c
		},
		"cost-invented": func(v *orchestrator.StackView) {
			v.Stack.Cost = &project.Cost{Monthly: decimal.New(292, -1), Invented: true, PricesOf: "2026-07-20"}
		},
		"lost": func(v *orchestrator.StackView) {
			held(v)
			v.Holder.SeenAt, v.Holder.State, v.Holder.RunStatus, v.Lost = at(-time.Hour), session.Failed, store.RunLost, true
		},
		"queued": func(v *orchestrator.StackView) {
			v.Holder = &store.Holder{SessionID: "4kq2x7", Requester: "100", State: session.Approved, CreatedAt: noon, Now: noon}
		},
		"half": func(v *orchestrator.StackView) { v.Stack.Resources = v.Stack.Resources[:1] },
		"new": func(v *orchestrator.StackView) {
			v.Stack.Resources, v.Stack.Held, v.Stack.Tags, v.Outputs, v.State = nil, nil, nil, nil, nil
		},
		"gone": func(v *orchestrator.StackView) { v.Stack.Resources, v.Stack.Held, v.Outputs = nil, nil, nil },
		"large": func(v *orchestrator.StackView) {
			for i := range 60 {
				v.Stack.Resources = append(v.Stack.Resources, project.Resource{Kind: "bucket", Name: fmt.Sprintf("b%02d", i), Values: map[string]any{"purpose": strings.Repeat("*purpose* ", 10)}})
				v.Outputs = append(v.Outputs, orchestrator.Output{Label: fmt.Sprintf("bucket.b%02d", i), Name: "url", Value: strings.Repeat("https://example.com/", 20)})
				v.Stack.Tags[fmt.Sprintf("tag-%02d", i)] = strings.Repeat("x", 90)
			}
		},
	} {
		golden(t, "show/"+name, draw(standing(t, change)))
	}
}

// What stands is shown to those who may see it, without what is sensitive.
func TestShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	w.prints(run, store.Line{Text: "a line"})
	show := func(m *discordsim.Member, stack string) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-show", discordsim.Args{"project": "dev", "stack": stack}))
	}
	if got := show(w.ada, "main"); !strings.Contains(got, "Held") || !strings.Contains(got, w.session().ID) || !strings.Contains(got, "on host `host`") || !strings.Contains(got, "Nothing was applied") {
		t.Errorf("while it applies: %s", got)
	}
	w.ends(run, 0, orchestrator.Outcome{Outputs: []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}, {Label: "vpc.main", Name: "secret", Sensitive: true}}})
	got := show(w.ada, "main")
	for _, part := range []string{"`vpc.main`", "cidr: `10.0.0.0/16`", "secret: (hidden)", "State: serial", "🟢 Applied", mention(w.ada.ID)} {
		if !strings.Contains(got, part) {
			t.Errorf("the stack lacks %q: %s", part, got)
		}
	}
	if strings.Contains(got, "Held") || strings.Contains(got, "hunter2") {
		t.Errorf("the stack: %s", got)
	}
	if got := show(w.ada, "nope"); !strings.Contains(got, "no stack `nope`") {
		t.Errorf("one that is not there: %s", got)
	}
	if got := show(w.grace, "main"); !strings.Contains(got, "no access to `dev`") || strings.Contains(got, "vpc") {
		t.Errorf("a stranger: %s", got)
	}
	offered := get(w.ada.Complete(w.ctx, w.ops, "cloud-show", discordsim.Args{"project": "dev"}, "stack", "m"))(w)
	if len(offered) != 1 || offered[0].Value != "main" {
		t.Errorf("offered: %v", offered)
	}
	if offered := get(w.grace.Complete(w.ctx, w.ops, "cloud-show", discordsim.Args{"project": "dev"}, "stack", ""))(w); len(offered) != 0 {
		t.Errorf("offered to a stranger: %v", offered)
	}
}
