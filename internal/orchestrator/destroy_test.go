package orchestrator_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// destroying starts a session of dev's that destroys a stack.
func (w *world) destroying(stack string) session.Session {
	w.t.Helper()
	s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: "7", Destroy: true})
	w.must(err)
	return w.wantState(s.ID, session.Planning)
}

// The destruction of a stack is planned at once, takes the stack's name, and leaves
// nothing held.
func TestDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	s := w.destroying("web")
	if len(s.Resources) != 0 || !s.Destroy {
		t.Fatalf("started: %+v", s)
	}
	s = w.planned(s, destroys)
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, "main"), usererr.Invalid, "Type `web`")
		refused(t, w.PutResource(w.ctx, by(dev), form(s, "bucket", "x")), usererr.Conflict, "destroys all of `web`", "Nothing was changed", "/cloud-deploy")
		refused(t, w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"), usererr.Conflict, "destroys all of `web`")
	})
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "web"))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, wrote(0, 2))
	if n := w.count("select count(*) from stacks where name = 'web' and held = '[]' and resources = '[]'"); n != 1 {
		t.Error("the stack still holds something")
	}
	want := []string{"start by 2", "destroy by 2", "planned by engine", "approve by 2", "start_apply by engine", "applied by engine"}
	if diff := cmp.Diff(want, w.actions(s.ID)); diff != "" {
		t.Error(diff)
	}
}

// What others add to the stack meanwhile is destroyed too: planned anew, not kept.
func TestDestroyTakesWhatOthersAdd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	s := w.planned(w.destroying("web"), destroys)
	other := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(other, "bucket", "files")))
	other = w.planned(w.session(other.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), other.ID, other.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(other.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, wrote(0, 2))
	s = w.wantState(s.ID, session.Planning)
	if len(s.Resources) != 0 || len(s.Base) != 2 {
		t.Errorf("resources %v, base %v", s.Resources, s.Base)
	}
	s = w.planned(s, destroys)
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if s = w.wantState(s.ID, session.Planning); len(s.Resources) != 0 {
		t.Errorf("after a refresh: %v", s.Resources)
	}
}

func TestDestroyRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft("drafted")
	w.applied("web", 1)
	destroy := func(p policy.Person, stack string, regions ...string) error {
		_, err := w.StartSession(w.ctx, by(p), orchestrator.NewSession{Project: "dev", Stack: stack, Regions: regions, ChannelID: "7", Destroy: true})
		return err
	}
	refused(t, destroy(dev, "none"), usererr.NotFound, "no stack `none` in `dev` to destroy", "Nothing was started")
	refused(t, destroy(dev, "drafted"), usererr.NotFound, "nothing was ever applied")
	refused(t, destroy(dev, "web", "us-1"), usererr.Conflict, "stands in `eu-1`")
	refused(t, destroy(eve, "web"), usererr.Denied, "no access")
	if n := w.count("select count(*) from stacks where name = 'none'"); n != 0 {
		t.Error("what cannot be destroyed was created")
	}
}

// A stack in a region that is no longer allowed can be destroyed, and not changed.
func TestDestroyWhereNothingMayStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	w.rules(func(p *project.Project) { p.Regions, p.DefaultRegion = []string{"us-1"}, "us-1" })
	s := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	if s = w.wantState(s.ID, session.Draft); len(s.Problems) != 1 || !containsAll(s.Problems[0], "stands in `eu-1`", "can be destroyed", "allow the region to `dev` again") {
		t.Errorf("problems %q", s.Problems)
	}
	s = w.planned(w.destroying("web"), destroys)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "web"))
	_, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
}

// rules changes the project behind the engine's back.
func (w *world) rules(change func(*project.Project)) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, guild, "dev")
		if err != nil {
			return err
		}
		change(&p)
		return tx.SaveProject(w.ctx, p)
	}))
}

// Rules of the project are reasons at validation, every one; when set later they
// hold at the start of the apply.
func TestRulesAtValidation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	approved := w.approved("early")
	w.rules(func(p *project.Project) {
		p.Rules.Kinds, p.Rules.NamePattern, p.Rules.RequiredTags = []string{"bucket"}, "shop-.*", []string{"team"}
	})
	s := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "shop-net")))
	s = w.wantState(s.ID, session.Draft)
	if len(s.Problems) != 3 || !containsAll(s.Problems[0], "`vpc.shop-net` is a `vpc`") || !containsAll(s.Problems[1], "Name: `web`") || !containsAll(s.Problems[2], "requires `team`", "tags:team=") {
		t.Errorf("problems %q", s.Problems)
	}
	w.notBegun(w.process, approved)
	if s := w.wantState(approved.ID, session.PlanReady); len(s.Problems) != 3 {
		t.Errorf("problems %q", s.Problems)
	}
}

// A project that is bound to channels opens deployments there; an archived one none.
func TestWhereAndWhetherDeploymentsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(func(p *project.Project) { p.Rules.Channels = []string{"7", "8"} })
	w.draft("a")
	_, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", ChannelID: "9"})
	refused(t, err, usererr.Denied, "open in <#7>, <#8> only", "Nothing was started")
	_, err = w.StartSession(w.ctx, by(eve), orchestrator.NewSession{Project: "dev", ChannelID: "9"})
	refused(t, err, usererr.Denied, "no access")
	w.rules(func(p *project.Project) { p.ArchivedAt = &p.CreatedAt })
	_, err = w.StartSession(w.ctx, by(owner), orchestrator.NewSession{Project: "dev", ChannelID: "7"})
	refused(t, err, usererr.Conflict, "was archived <t:", "nothing can be deployed")
}

// Tags go over those of the stack, into the configuration and, once applied, to the
// stack; the engine's own cannot be taken.
func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	labels := func(task orchestrator.PlanTask) map[string]string {
		t.Helper()
		var values struct{ Labels map[string]string }
		w.must(json.Unmarshal(task.Files["terraform.tfvars.json"], &values))
		return values.Labels
	}
	start := func(tags map[string]string) session.Session {
		t.Helper()
		s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Tags: tags})
		w.must(err)
		return s
	}
	engines := map[string]string{"managed-by": "cloud-engine", "guild": guild, "project": "dev", "stack": "web", "expiry": "never"}
	for i, step := range []struct{ give, want map[string]string }{
		{map[string]string{"team": "web", "cost-center": "42", "stack": "other"}, map[string]string{"team": "web", "cost-center": "42", "stack": "other"}},
		{nil, map[string]string{"team": "web", "cost-center": "42", "stack": "other"}},
		{map[string]string{"team": "shop", "stack": ""}, map[string]string{"team": "shop", "cost-center": "42"}},
		{map[string]string{"team": "", "owner": "ops"}, map[string]string{"cost-center": "42", "owner": "ops"}},
	} {
		s := start(step.give)
		if diff := cmp.Diff(step.want, s.Tags); diff != "" {
			t.Fatalf("step %d: %s", i, diff)
		}
		if i == 0 {
			w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
		} else {
			w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
		}
		s = w.session(s.ID)
		task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
		w.must(err)
		want := project.MergeTags(project.MergeTags(map[string]string{"owner": dev.UserID}, step.want), engines)
		if diff := cmp.Diff(want, labels(task)); diff != "" {
			t.Fatalf("step %d: %s", i, diff)
		}
		w.must(w.Planned(w.ctx, planOf(task, creates)))
		w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
		apply, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
		w.must(err)
		w.finish(apply.Run.ID, wrote(0, int64(i+1)))
	}
}
