package orchestrator_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// startIn starts a session of dev's that names regions.
func (w *world) startIn(stack string, regions ...string) session.Session {
	w.t.Helper()
	s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: stack, Regions: regions, ChannelID: "7"})
	w.must(err)
	return s
}

// appliedIn applies what a session desires.
func (w *world) appliedIn(s session.Session, out orchestrator.Outcome) session.Session {
	w.t.Helper()
	s = w.planned(s, creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, out)
	return w.session(s.ID)
}

// regionsOf are those of each resource of a session.
func regionsOf(s session.Session) map[string][]string {
	regions := map[string][]string{}
	for _, r := range s.Resources {
		regions[r.Label()] = r.Regions
	}
	return regions
}

// A deployment that names regions has its resources in each; the next one keeps them
// there, and one that names fewer takes them away, with what it takes to do so.
func TestRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.startIn("web", "us-1", "eu-1", "us-1")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.wantState(s.ID, session.Planning)
	both := []string{"us-1", "eu-1"} // of a new stack the first that is named is its own
	if diff := cmp.Diff(map[string][]string{"vpc.main": both}, regionsOf(s)); diff != "" {
		t.Fatal(diff)
	}
	w.appliedIn(s, wrote(0, 1))

	next := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(next, "bucket", "files")))
	next = w.wantState(next.ID, session.Planning)
	if diff := cmp.Diff(map[string][]string{"vpc.main": both, "bucket.files": both}, regionsOf(next)); diff != "" {
		t.Errorf("the next deployment: %s", diff)
	}
	_, err := w.CancelUnseen(w.ctx, by(dev), next.ID)
	w.must(err)

	less := w.startIn("web", "us-1")
	w.must(w.Refresh(w.ctx, by(dev), less.ID, less.Generation))
	less = w.wantState(less.ID, session.Planning)
	if diff := cmp.Diff(map[string][]string{"vpc.main": nil}, regionsOf(less)); diff != "" {
		t.Errorf("fewer regions: %s", diff)
	}
	task, err := w.BeginPlan(w.ctx, less.RunID, "h1")
	w.must(err)
	if cmp.Diff([]string{"us-1"}, task.Session.Regions) != "" || task.Session.Region != "us-1" {
		t.Errorf("policies see %q of %s", task.Session.Regions, task.Session.Region)
	}
	if n := strings.Count(string(task.Files[catalog.RootFile]), `"source": "./modules/vpc"`); n != 1 {
		t.Errorf("the module is called %d times", n)
	}
	// An apply that fails may have left the other region, or not: both are held.
	w.must(w.Planned(w.ctx, planOf(task, destroys)))
	w.must(w.Approve(w.ctx, by(dev), less.ID, w.session(less.ID).Generation, "web"))
	apply, err := w.BeginApply(w.ctx, w.session(less.ID).RunID, "h1")
	w.must(err)
	w.finish(apply.Run.ID, wrote(1, 2))
	st := w.stackOf(less)
	if len(st.Held) != 1 || !slices.Equal(st.Held[0].Regions, both) || len(st.Resources[0].Regions) != 0 {
		t.Errorf("held %v, desired %v", st.Held, st.Resources)
	}
	// It is destroyed in both, whatever it was to leave.
	_, err = w.CancelUnseen(w.ctx, by(dev), less.ID)
	w.must(err)
	destroy, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	if w.must(err); !slices.Equal(destroy.RegionsIn(st), both) {
		t.Errorf("it is destroyed in %q", destroy.RegionsIn(st))
	}
}

// A stack keeps its regions when all that stood in them is taken out, and forgets them
// when it is destroyed.
func TestRegionsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.startIn("web", "eu-1", "us-1")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	w.appliedIn(w.wantState(s.ID, session.Planning), wrote(0, 1))
	finish := func(s session.Session, serial int64) {
		t.Helper()
		s = w.planned(w.wantState(s.ID, session.Planning), destroys)
		w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "web"))
		task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
		w.must(err)
		w.finish(task.Run.ID, wrote(0, serial))
	}
	none := w.draft("web")
	w.must(w.RemoveResource(w.ctx, by(dev), none.ID, none.Generation, "vpc.main"))
	finish(none, 2)
	both := []string{"eu-1", "us-1"}
	next := w.draft("web")
	if st := w.stackOf(next); len(st.Resources) != 0 || !slices.Equal(st.Regions(), both) {
		t.Fatalf("of %v it stands in %q", st.Resources, st.Regions())
	}
	w.must(w.PutResource(w.ctx, by(dev), form(next, "bucket", "files")))
	if diff := cmp.Diff(map[string][]string{"bucket.files": both}, regionsOf(w.session(next.ID))); diff != "" {
		t.Errorf("what comes next: %s", diff)
	}
	w.appliedIn(w.wantState(next.ID, session.Planning), wrote(0, 3))

	destroy, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	finish(destroy, 4)
	if st := w.stackOf(destroy); !slices.Equal(st.Standing(), both[:1]) {
		t.Errorf("when it is destroyed it stands in %q", st.Standing())
	}
}

// What others did to a stack's regions makes a plan stale; each deployment stays in
// the regions that it names.
func TestRegionsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	mine := w.draft("web")
	w.must(w.PutResource(w.ctx, by(dev), form(mine, "bucket", "files")))
	mine = w.planned(w.wantState(mine.ID, session.Planning), creates)
	other := w.startIn("web", "eu-1", "us-1")
	w.must(w.Refresh(w.ctx, by(dev), other.ID, other.Generation))
	w.appliedIn(w.wantState(other.ID, session.Planning), wrote(0, 2))
	mine = w.wantState(mine.ID, session.Planning)
	both := []string{"eu-1", "us-1"}
	if diff := cmp.Diff(map[string][]string{"vpc.main": both, "bucket.files": both}, regionsOf(mine)); diff != "" {
		t.Error(diff)
	}
	named := w.startIn("web", "eu-1")
	w.must(w.PutResource(w.ctx, by(dev), form(named, "bucket", "more")))
	if diff := cmp.Diff(map[string][]string{"vpc.main": nil, "bucket.more": nil}, regionsOf(w.session(named.ID))); diff != "" {
		t.Error(diff)
	}
}

// Each region counts to the quota, and each must be allowed.
func TestRegionsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit("", project.LimitResources, 1)
	s := w.startIn("web", "eu-1", "us-1")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.wantState(s.ID, session.Draft)
	if raw, _ := json.Marshal(s.Problems); len(s.Problems) != 1 || !strings.Contains(string(raw), "0 used, 2 more asked") {
		t.Errorf("problems %s", raw)
	}
	w.rules(func(p *project.Project) { p.Regions = []string{"eu-1", "eu-2"} })
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if s = w.wantState(s.ID, session.Draft); !strings.Contains(strings.Join(s.Problems, "\n"), "no region `us-1`") {
		t.Errorf("problems %q", s.Problems)
	}
	var many []string
	for range project.MostRegions + 1 {
		many = append(many, "eu-1")
	}
	for name, c := range map[string]struct {
		regions []string
		kind    usererr.Code
		says    string
	}{
		"one that is not allowed": {[]string{"eu-1", "us-1"}, usererr.Invalid, "no region `us-1`"},
		"too many":                {many, usererr.Invalid, "can name 10 regions"},
	} {
		_, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "other", Regions: c.regions, ChannelID: "7"})
		t.Run(name, func(t *testing.T) { refused(t, err, c.kind, c.says, "Nothing was changed") })
	}
}

// What an apply left unfinished in another region is made anew there, and choosing it
// moves nothing.
func TestReplaceInRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1) // in one region
	s := w.startIn("web", "eu-1", "us-1")
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	w.plan(s.ID)
	const away = "module.vpc-main_us-1.terraform_data.this"
	s = w.killed(s.ID, inState("vpc-main", "vpc-main_us-1"), []string{away})
	w.must(w.Replace(w.ctx, by(dev), s.ID, s.Generation, []string{away}))
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	if got := w.plan(s.ID); !slices.Equal(got, []string{away}) {
		t.Errorf("the plan replaces %q", got)
	}
	less := w.startIn("web", "eu-1")
	w.must(w.Refresh(w.ctx, by(dev), less.ID, less.Generation))
	less = w.wantState(less.ID, session.Planning)
	w.must(w.Replace(w.ctx, by(dev), less.ID, less.Generation, nil))
	if diff := cmp.Diff(map[string][]string{"vpc.main": nil}, regionsOf(w.session(less.ID))); diff != "" {
		t.Errorf("choosing what is made anew moves it: %s", diff)
	}
}

// What is destroyed is destroyed everywhere: nobody takes it for the leaving of a region.
func TestDestroyInAllRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.startIn("web", "eu-1", "us-1")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	w.appliedIn(w.wantState(s.ID, session.Planning), wrote(0, 1))
	destroy := func(regions ...string) error {
		_, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", Regions: regions, ChannelID: "7", Destroy: true})
		return err
	}
	refused(t, destroy("eu-1"), usererr.Invalid, "all its regions: `eu-1`, `us-1`", "Nothing was started", "without `destroy`")
	refused(t, destroy("eu-1", "us-1", "ap-1"), usererr.Invalid, "all its regions")
	w.must(destroy("us-1", "eu-1"))
	gone, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	task, err := w.BeginPlan(w.ctx, w.wantState(gone.ID, session.Planning).RunID, "h1")
	w.must(err)
	if both := []string{"eu-1", "us-1"}; !slices.Equal(task.Session.Regions, both) {
		t.Errorf("policies are told of %q", task.Session.Regions)
	}
}

// A stack that was never made has the first region that is named for its own, whatever
// somebody who gave up had named.
func TestFirstRegionIsItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.CancelUnseen(w.ctx, by(dev), w.startIn("web", "eu-1", "us-1").ID)
	w.must(err)
	s := w.startIn("web", "us-1", "eu-1")
	if st := w.stackOf(s); st.Region != "us-1" || !slices.Equal(s.Regions, []string{"us-1", "eu-1"}) {
		t.Errorf("the stack's own is %s, of %q", st.Region, s.Regions)
	}
}
