package orchestrator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func ptr[T any](v T) *T { return &v }

// edit changes the project as its server's admin.
func (w *world) edit(e orchestrator.ProjectEdit) project.Project {
	w.t.Helper()
	done, err := w.EditProject(w.ctx, by(owner), "dev", e)
	w.must(err)
	return done.After
}

// Each setting is set, kept, taken away, and written to the audit as it was and is.
func TestEditProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type edit = orchestrator.ProjectEdit
	day := 24 * time.Hour
	for name, step := range map[string]struct {
		set, clear edit
		want       func(p *project.Project)
		audited    string
	}{
		"regions":       {edit{Regions: &[]string{"us-1", "eu-1", "us-1"}}, edit{Regions: &[]string{}}, func(p *project.Project) { p.Regions = []string{"eu-1", "us-1"} }, "regions"},
		"region":        {edit{DefaultRegion: "eu-2"}, edit{DefaultRegion: "eu-1"}, func(p *project.Project) { p.DefaultRegion = "eu-2" }, "default_region"},
		"approvals":     {edit{Approvals: ptr(2), RequesterCounts: ptr(true)}, edit{Approvals: ptr(0), RequesterCounts: ptr(false)}, func(p *project.Project) { p.Rules.Approvals.Needed, p.Rules.Approvals.RequesterCounts = 2, true }, "approvals"},
		"approver role": {edit{ApproverRole: "77"}, edit{}, func(p *project.Project) { p.Rules.Approvals.Role = "77" }, "approvals"},
		"policies":      {edit{Enforcement: "advisory"}, edit{}, func(p *project.Project) { p.Rules.Enforcement = project.EnforceAdvisory }, "enforcement"},
		"kinds":         {edit{Kinds: &[]string{"vpc", "bucket"}}, edit{Kinds: &[]string{}}, func(p *project.Project) { p.Rules.Kinds = []string{"bucket", "vpc"} }, "kinds"},
		"names":         {edit{NamePattern: ptr("shop-.*")}, edit{NamePattern: ptr("")}, func(p *project.Project) { p.Rules.NamePattern = "shop-.*" }, "name_pattern"},
		"tags":          {edit{RequiredTags: &[]string{"team"}}, edit{RequiredTags: &[]string{}}, func(p *project.Project) { p.Rules.RequiredTags = []string{"team"} }, "required_tags"},
		"channels":      {edit{ChannelAdd: "7"}, edit{ChannelRemove: "7"}, func(p *project.Project) { p.Rules.Channels = []string{"7"} }, "channels"},
		"every channel": {edit{ChannelAdd: "8"}, edit{EveryChannel: true}, func(p *project.Project) { p.Rules.Channels = []string{"8"} }, "channels"},
		"grants":        {edit{GrantDefault: &day, GrantMax: ptr(2 * day)}, edit{GrantDefault: ptr(time.Duration(0)), GrantMax: ptr(time.Duration(0))}, func(p *project.Project) { p.Rules.GrantDefault, p.Rules.GrantMax = day, 2*day }, "grant_max"},
		"freeze":        {edit{Freeze: ptr(time.Duration(0)), Reason: "release"}, edit{Unfreeze: true}, func(p *project.Project) { p.Rules.Freeze = &project.Freeze{Reason: "release", By: owner.UserID} }, "freeze"},
		"usage": {edit{Usage: ptr(`{"aws_s3_bucket": {"storage": 100}}`)}, edit{Usage: ptr(" ")}, func(p *project.Project) {
			p.Usage = map[string]map[string]decimal.Decimal{"aws_s3_bucket": {"storage": decimal.NewFromInt(100)}}
		}, "usage"},
		"archived": {edit{Archived: ptr(true)}, edit{Archived: ptr(false)}, nil, "archived_at"},
	} {
		t.Run(name, func(t *testing.T) {
			was := w.edit(edit{})
			got := w.edit(step.set)
			if n := w.count("select count(*) from audit where action = 'project.edit' and after ? $1 and before is distinct from after and reason = $2", step.audited, step.set.Reason); n == 0 {
				t.Errorf("%s is not in the audit", step.audited)
			}
			if step.want != nil {
				want := was
				step.want(&want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			} else if got.ArchivedAt == nil {
				t.Error("not archived")
			}
			scope, err := w.ProjectSettings(w.ctx, by(owner), "dev")
			if diff := cmp.Diff(got, scope.Project); err != nil || diff != "" {
				t.Errorf("not kept: %s, %v", diff, err)
			}
			if !step.clear.IsZero() {
				if diff := cmp.Diff(was, w.edit(step.clear), cmp.Comparer(func(a, b []string) bool { return slices.Equal(a, b) })); diff != "" {
					t.Errorf("not taken away: %s", diff)
				}
			}
		})
	}
	rows := w.count("select count(*) from audit where action = 'project.edit'")
	w.edit(edit{})
	w.edit(edit{Approvals: ptr(0)})
	if n := w.count("select count(*) from audit where action = 'project.edit'"); n != rows {
		t.Error("what changes nothing is in the audit")
	}
}

// muchUsage is longer than what a form can show again.
func muchUsage() string {
	used := cost.Usage{}
	for i := range 109 {
		used[fmt.Sprintf("aws_s3_bucket.%06d", i)] = map[string]decimal.Decimal{"storage": decimal.NewFromInt(1)}
	}
	return used.JSON("")
}

// What a project uses goes along with its plans.
func TestPlansAreGivenTheUsage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.edit(orchestrator.ProjectEdit{Usage: ptr(`{"aws_s3_bucket": {"storage": 7}}`)})
	task, err := w.BeginPlan(w.ctx, w.planning("web").RunID, "h1")
	if w.must(err); task.Usage.JSON("") != `{"aws_s3_bucket":{"storage":7}}` {
		t.Errorf("got %s", task.Usage.JSON(""))
	}
}

func TestEditProjectRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.edit(orchestrator.ProjectEdit{GrantMax: ptr(time.Hour)})
	type edit = orchestrator.ProjectEdit
	many := make([]string, 26)
	for i := range many {
		many[i] = fmt.Sprintf("tag%d", i)
	}
	for name, c := range map[string]struct {
		edit  edit
		parts []string
	}{
		"region":               {edit{Regions: &[]string{"mars-1"}}, []string{"no region `mars-1`", "`eu-1`"}},
		"default is left out":  {edit{Regions: &[]string{"us-1"}}, []string{"`default_region`", "`eu-1`", "`us-1`"}},
		"default not allowed":  {edit{Regions: &[]string{"eu-1"}, DefaultRegion: "us-1"}, []string{"`default_region`"}},
		"approvals":            {edit{Approvals: ptr(6)}, []string{"`approvals`", "0 to 5"}},
		"level":                {edit{ApproverLevel: "view"}, []string{"`approver_level`", "`deploy`, `approve` or `admin`"}},
		"level and role":       {edit{ApproverLevel: "admin", ApproverRole: "9"}, []string{"Give one of"}},
		"everybody approves":   {edit{ApproverRole: guild}, []string{"@everyone"}},
		"policies":             {edit{Enforcement: "none"}, []string{"`policies`", "`advisory`"}},
		"kind":                 {edit{Kinds: &[]string{"vpc", "spaceship"}}, []string{"no kind `spaceship`", "`bucket`"}},
		"pattern":              {edit{NamePattern: ptr("shop-(")}, []string{"`name_pattern`", "missing closing ) in `shop-(`"}},
		"pattern that escapes": {edit{NamePattern: ptr("a)|(b")}, []string{"unexpected )"}},
		"backtick":             {edit{NamePattern: ptr("`")}, []string{"backticks"}},
		"long pattern":         {edit{NamePattern: ptr(strings.Repeat("a", 201))}, []string{"200 characters"}},
		"tag":                  {edit{RequiredTags: &[]string{"Team"}}, []string{"`required_tags`", "`Team` cannot be a tag"}},
		"engine's tag":         {edit{RequiredTags: &[]string{"stack"}}, []string{"`stack` cannot be a tag"}},
		"many tags":            {edit{RequiredTags: &many}, []string{"at most 25"}},
		"channel":              {edit{ChannelRemove: "9"}, []string{"not bound to <#9>"}},
		"channels":             {edit{ChannelAdd: "9", EveryChannel: true}, []string{"Give one of"}},
		"default grant":        {edit{GrantDefault: ptr(2 * time.Hour)}, []string{"`grant_default`", "longer than the longest"}},
		"long grant":           {edit{GrantMax: ptr(400 * 24 * time.Hour)}, []string{"at most a year"}},
		"usage":                {edit{Usage: ptr("{\n`**x**`}")}, []string{"`usage`: a usage file is JSON", "not in line 2"}},
		"usage of nothing":     {edit{Usage: ptr(`{"**x**": {}}`)}, []string{"`usage`: \"∗∗x∗∗\" is neither a resource type"}},
		"much usage":           {edit{Usage: ptr(muchUsage())}, []string{"`usage`: it has 4034 characters", "of at most 4000"}},
		"freeze for nothing":   {edit{Freeze: ptr(time.Hour)}, []string{"`reason`", "takes a reason"}},
		"both":                 {edit{Freeze: ptr(time.Hour), Unfreeze: true, Reason: "x"}, []string{"Give one of"}},
	} {
		_, err := w.EditProject(w.ctx, by(owner), "dev", c.edit)
		t.Log(name)
		refused(t, err, usererr.Invalid, append(c.parts, "Nothing was changed")...)
	}
	_, err := w.EditProject(w.ctx, by(owner), "prod", edit{Approvals: ptr(1)})
	refused(t, err, usererr.NotFound, "no project `prod`")
	if n := w.count("select count(*) from audit where action = 'project.edit'"); n != 1 {
		t.Errorf("%d edits are in the audit, want 1", n)
	}
}

// A project's admins edit it, but for what binds them too; others do not.
func TestWhoEditsAProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	w.grant(bob, "approve", 0)
	w.edit(orchestrator.ProjectEdit{Approvals: ptr(1)})
	for _, p := range []policy.Person{dev, bob, eve} {
		_, err := w.EditProject(w.ctx, by(p), "dev", orchestrator.ProjectEdit{Approvals: ptr(2)})
		refused(t, err, usererr.Denied, "Nothing was changed", "level:admin")
		_, err = w.ProjectSettings(w.ctx, by(p), "dev")
		refused(t, err, usererr.Denied)
	}
	_, err := w.EditProject(w.ctx, by(ann), "dev", orchestrator.ProjectEdit{Approvals: ptr(2), Kinds: &[]string{"vpc"}})
	w.must(err)
	for _, e := range []orchestrator.ProjectEdit{{Approvals: ptr(1)}, {ApproverRole: "9"}, {Archived: ptr(true)}, {Approvals: ptr(0), NamePattern: ptr("x")}} {
		_, err := w.EditProject(w.ctx, by(ann), "dev", e)
		refused(t, err, usererr.Denied, "Admins of `dev` cannot change", "Nothing was changed", "An admin of this server")
	}
	scope, err := w.ProjectSettings(w.ctx, by(ann), "dev")
	if err != nil || scope.Project.Rules.Approvals.Needed != 2 || scope.Project.Rules.NamePattern != "" {
		t.Errorf("the project: %+v, %v", scope.Project.Rules, err)
	}
}

// What is there, or open, keeps a project from being archived, and is named.
func TestArchive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	s := w.draft("other")
	archive := orchestrator.ProjectEdit{Archived: ptr(true)}
	_, err := w.EditProject(w.ctx, by(owner), "dev", archive)
	refused(t, err, usererr.Conflict, "nothing was changed", "Stack `web` holds resources (1)", "stack:web destroy:True", "Deployment `"+s.ID+"` of `other` by "+mention(dev))
	_, err = w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	d := w.planned(w.destroying("web"), destroys)
	w.must(w.Approve(w.ctx, by(dev), d.ID, d.Generation, "web"))
	task, err := w.BeginApply(w.ctx, w.session(d.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, wrote(0, 2))
	w.edit(archive)
	_, err = w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", ChannelID: "7"})
	refused(t, err, usererr.Conflict, "was archived")
	w.edit(orchestrator.ProjectEdit{Archived: ptr(false)})
	w.draft("again")
}

// Of an archive and a start in one moment, one comes first: an archived project has
// no open deployment.
func TestArchiveRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 20 {
		errs := w.atOnce(2, func(i int) error {
			if i == round%2 {
				_, err := w.EditProject(w.ctx, by(owner), "dev", orchestrator.ProjectEdit{Archived: ptr(true)})
				return err
			}
			_, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: fmt.Sprint("s", round), ChannelID: "7"})
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("round %d: %v", round, errs)
		}
		if n := w.count("select count(*) from sessions s join projects p on p.id = s.project_id where p.archived_at is not null and s.state = 'DRAFT'"); n != 0 {
			t.Fatalf("round %d: an archived project has an open deployment", round)
		}
		w.exec("update sessions set state = 'CANCELLED', version = version + 1")
		w.edit(orchestrator.ProjectEdit{Archived: ptr(false)})
	}
}

// Open deployments are told by their lobbies, and held to the new rules when they
// are approved.
func TestEditAndOpenDeployments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.ready("web")
	w.exec("delete from outbox")
	w.edit(orchestrator.ProjectEdit{Freeze: ptr(time.Hour), Reason: "release"})
	if posts := w.owed(s.ID); len(posts) != 1 || posts[0].Kind != store.PostLobby {
		t.Errorf("owed: %v", kinds(posts))
	}
	refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "`dev` is frozen by "+mention(owner)+" until <t:", "release")
	w.clock.advance(time.Hour)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.Approved)
}
