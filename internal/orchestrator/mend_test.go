package orchestrator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func mending(stack string) orchestrator.Mending {
	return orchestrator.Mending{GuildID: guild, Project: "dev", Stack: stack, Operator: "ann", Reason: "the cloud was changed by hand"}
}

// What is mended must be there, and everything that is done has a reason.
func TestMendingRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.applied("web", 3)
	w.draft("new")
	w.unchanged(s.ID, func() {
		for _, m := range []orchestrator.Mending{
			{GuildID: "999", Project: "dev", Stack: "web", Reason: "x"},
			{GuildID: guild, Project: "prod", Stack: "web", Reason: "x"},
			{GuildID: guild, Project: "dev", Stack: "wed", Reason: "x"},
		} {
			_, err := w.PullState(w.ctx, m, 0)
			refused(t, err, usererr.NotFound, "There is no")
		}
		_, err := w.PullState(w.ctx, mending("new"), 0)
		refused(t, err, usererr.NotFound, "no such state")
		_, err = w.PullState(w.ctx, mending("web"), 99)
		refused(t, err, usererr.NotFound, "no such state")
		_, err = w.ExportStack(w.ctx, mending("new"))
		refused(t, err, usererr.NotFound, "holds nothing")

		silent := mending("web")
		silent.Reason = " \n"
		_, err = w.PullState(w.ctx, silent, 0)
		refused(t, err, usererr.Invalid, "reason")
		_, err = w.ExportStack(w.ctx, silent)
		refused(t, err, usererr.Invalid, "reason")
		refused(t, w.PushState(w.ctx, silent, project.StateMeta{Lineage: "l", Serial: 4}, []byte("{}"), true), usererr.Invalid, "reason")
		refused(t, w.ForgetStack(w.ctx, silent, "web"), usererr.Invalid, "reason")
		refused(t, w.ForgetStack(w.ctx, mending("web"), "wed"), usererr.Invalid, "not the stack's name", "`web`")
	})
}

func TestExportAndPull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 3)
	files, err := w.ExportStack(w.ctx, mending("web"))
	w.must(err)
	if string(files["terraform.tfstate"]) != "state 3" || !strings.Contains(string(files[catalog.RootFile]), "module") || files["modules/vpc/main.tf"] == nil || files[catalog.ValuesFile] == nil {
		t.Errorf("exported %q", files)
	}
	raw, err := w.PullState(w.ctx, mending("web"), 0)
	if err != nil || string(raw) != "state 3" {
		t.Errorf("pulled %q, %v", raw, err)
	}
	for _, action := range []string{"stack.export", "state.pull"} {
		if r := w.audited(action); r.Actor != "operator:ann" || r.Subject != "stack/dev/web" || r.Reason != mending("").Reason {
			t.Errorf("the audit: %+v", r)
		}
	}
}

// Terraform's rules for a state that is pushed, and what no force helps against.
func TestPushState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lineage string
		serial  int64
		raw     string
		refused string // empty: it is taken
		force   string // what is said with force
	}{
		"a later one":                     {"l", 6, `{}`, "", ""},
		"an older one":                    {"l", 4, `{}`, "newer: 5", ""},
		"another lineage":                 {"m", 6, `{}`, "another lineage", ""},
		"the same":                        {"l", 5, `{"kept": 5}`, "kept already", "kept already"},
		"the same serial, another state":  {"l", 5, `{}`, "raise its serial to 6", "raise its serial to 6"},
		"no lineage":                      {"", 6, `{}`, "no lineage", "no lineage"},
		"no serial":                       {"l", 0, `{}`, "serial below 1", "serial below 1"},
		"the same content, another names": {"l", 6, `{"kept": 5}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, task := w.applying("web")
			out := wrote(0, 5)
			out.State = []byte(`{"kept": 5}`)
			w.finish(task.Run.ID, out)
			meta := project.StateMeta{Lineage: test.lineage, Serial: test.serial}
			push := func(force bool) error { return w.PushState(w.ctx, mending("web"), meta, []byte(test.raw), force) }
			if test.refused != "" {
				w.unchanged(s.ID, func() { refused(t, push(false), codeOf(test.serial, test.lineage), test.refused) })
			}
			if test.force != "" {
				w.unchanged(s.ID, func() { refused(t, push(true), codeOf(test.serial, test.lineage), test.force) })
			} else {
				w.must(push(test.refused != ""))
			}
			raw, err := w.PullState(w.ctx, mending("web"), 0)
			if w.must(err); test.force == "" && string(raw) != test.raw || test.force != "" && string(raw) != string(out.State) {
				t.Errorf("the state is %q", raw)
			}
		})
	}
}

func codeOf(serial int64, lineage string) usererr.Code {
	if serial < 1 || lineage == "" {
		return usererr.Invalid
	}
	return usererr.Conflict
}

// What the state that is pushed names may exist: also where nothing else is known to
// be, so that it can be destroyed there.
func TestPushStateOfAnotherRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 5)
	meta := project.StateMeta{Lineage: "l", Serial: 6}
	refused(t, w.PushState(w.ctx, mending("web"), meta, []byte("no state"), true), usererr.Invalid, "cannot be read", "Nothing was changed")
	w.must(w.PushState(w.ctx, mending("web"), meta, inState("vpc-main", "vpc-main_us-1", "bucket-files_ap-1", "no_resource"), false))
	s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	want := []project.Resource{{Kind: "vpc", Name: "main", Regions: []string{"eu-1", "us-1"}}, {Kind: "bucket", Name: "files", Regions: []string{"ap-1"}}}
	st := w.stackOf(s)
	for i := range st.Held {
		st.Held[i].Values = nil
	}
	if diff := cmp.Diff(want, st.Held); diff != "" || len(st.Resources) != 1 || st.State != meta {
		t.Errorf("it stands at %+v with %d resources, and holds %s", st.State, len(st.Resources), diff)
	}
}

// A push voids what was planned, in the same moment, and the next apply goes on
// from it, whatever its serial is. What was there before stays a version.
func TestPushVoidsPlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 5)
	change := func() session.Session {
		s := w.draft("web")
		w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files"+s.ID[:1])))
		return w.wantState(s.ID, session.Planning)
	}
	draft, planning, ready := w.draft("web"), change(), w.planned(change(), creates)
	late, err := w.BeginPlan(w.ctx, planning.RunID, "h1")
	w.must(err)

	pushed := project.StateMeta{Lineage: "other", Serial: 2}
	w.must(w.PushState(w.ctx, mending("web"), pushed, []byte(`{"by": "hand"}`), true))
	if s := w.wantState(ready.ID, session.Planning); s.Generation != ready.Generation+1 || s.Plan != nil {
		t.Errorf("the planned session: %+v", s)
	}
	if s := w.wantState(planning.ID, session.Planning); s.RunID == planning.RunID {
		t.Error("the plan that was being made goes on")
	}
	if err := w.Planned(w.ctx, planOf(late, creates)); err == nil {
		t.Error("a plan of the state before was taken")
	}
	w.wantState(draft.ID, session.Draft)
	if r := w.audited("state.push"); r.Actor != "operator:ann" || !strings.Contains(string(r.After), "other") || !strings.Contains(string(r.Before), `"l"`) {
		t.Errorf("the audit: %+v", r)
	}

	s := w.planned(w.session(ready.ID), creates)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	refused(t, w.PushState(w.ctx, mending("web"), project.StateMeta{Lineage: "other", Serial: 9}, []byte("x"), true), usererr.Conflict, s.ID, "approved or being applied")
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	if w.must(err); string(task.State) != `{"by": "hand"}` || task.Meta != pushed {
		t.Errorf("the apply goes on from %q", task.State)
	}
	refused(t, w.PushState(w.ctx, mending("web"), project.StateMeta{Lineage: "other", Serial: 9}, []byte("x"), true), usererr.Conflict, s.ID)
	out := wrote(0, 3)
	out.Meta.Lineage = "other"
	w.finish(task.Run.ID, out)
	versions, err := w.StateVersions(w.ctx, mending("web"))
	if w.must(err); len(versions) != 3 || versions[0].Serial != 3 || versions[1].PushedBy != "ann" || versions[1].Size != len(`{"by": "hand"}`) || versions[2].Serial != 5 {
		t.Fatalf("versions: %+v", versions)
	}
	if raw, err := w.PullState(w.ctx, mending("web"), versions[2].ID); err != nil || string(raw) != "state 5" {
		t.Errorf("the first version: %q, %v", raw, err)
	}
}

// A stack that is forgotten is as if it had never been, but for its past states;
// what was open on it is closed.
func TestForgetStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.applied("web", 5)
	open := w.draft("web")
	busy := w.approved("api")
	refused(t, w.ForgetStack(w.ctx, mending("api"), "api"), usererr.Conflict, busy.ID)
	w.must(w.ForgetStack(w.ctx, mending("web"), "web"))

	if s := w.wantState(open.ID, session.Cancelled); s.Ending == nil || s.Ending.By != "operator:ann" || !strings.Contains(s.Ending.Reason, "by hand") {
		t.Errorf("the open session ended as %+v", s.Ending)
	}
	w.wantState(first.ID, session.Applied)
	if n := w.count("select count(*) from stacks where name = 'web' and state_serial = 0 and held = '[]' and resources = '[]'"); n != 1 {
		t.Error("the stack holds something still")
	}
	_, err := w.PullState(w.ctx, mending("web"), 0)
	refused(t, err, usererr.NotFound, "state list")
	versions, err := w.StateVersions(w.ctx, mending("web"))
	if w.must(err); len(versions) != 1 {
		t.Fatalf("versions: %+v", versions)
	}
	if raw, err := w.PullState(w.ctx, mending("web"), versions[0].ID); err != nil || string(raw) != "state 5" {
		t.Errorf("the past version: %q, %v", raw, err)
	}
	if r := w.audited("stack.forget"); r.Actor != "operator:ann" {
		t.Errorf("the audit: %+v", r)
	}

	// A new one of that name begins from nothing.
	s, task := w.applying("web")
	if task.State != nil || task.Meta != (project.StateMeta{}) {
		t.Errorf("it begins from %q", task.State)
	}
	out := wrote(0, 1)
	out.Meta.Lineage = "new"
	w.finish(task.Run.ID, out)
	w.wantState(s.ID, session.Applied)
	if raw, err := w.PullState(w.ctx, mending("web"), 0); err != nil || string(raw) != "state 1" {
		t.Errorf("the new state: %q, %v", raw, err)
	}
}
