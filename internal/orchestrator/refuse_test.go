package orchestrator_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Another guild's ids are not found, by its admins neither.
func TestOtherGuildFindsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _ := w.applying("")
	there := orchestrator.Request{GuildID: "999", Person: owner}
	w.unchanged(s.ID, func() {
		_, viewed := w.View(w.ctx, there, s.ID, project.View)
		_, cancelled := w.CancelUnseen(w.ctx, there, s.ID)
		_, started := w.StartSession(w.ctx, there, orchestrator.NewSession{Project: "dev"})
		_, granted := w.Grant(w.ctx, there, orchestrator.NewGrant{Project: "dev", UserID: "5", Level: "admin"})
		for name, err := range map[string]error{
			"view": viewed, "cancel": cancelled, "start": started, "grant": granted,
			"add":     w.PutResource(w.ctx, there, form(s, "vpc", "x")),
			"remove":  w.RemoveResource(w.ctx, there, s.ID, s.Generation, "vpc.main"),
			"refresh": w.Refresh(w.ctx, there, s.ID, s.Generation),
			"approve": w.Approve(w.ctx, there, s.ID, s.Generation, ""),
			"force":   w.ForceStop(w.ctx, there, s.ID, s.Generation, 0, orchestrator.Forcing{Confirm: "main", Reason: "it hangs"}),
		} {
			t.Log(name)
			refused(t, err, usererr.NotFound, "There is no", "/cloud-")
		}
		_, unknown := w.View(w.ctx, by(owner), "nosuch", project.View)
		refused(t, unknown, usererr.NotFound)
		// What is there and what is not are told apart by nobody.
		if _, err := w.Cancel(w.ctx, there, "nosuch", 0); !sameKind(err, cancelled) {
			t.Errorf("%v and %v differ", err, cancelled)
		}
	})
}

func sameKind(a, b error) bool {
	x, _ := usererr.Of(a)
	y, _ := usererr.Of(b)
	return x != nil && y != nil && x.Code == y.Code
}

// No grant, expired, too low: refused, with the way to ask.
func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "view", 0)
	w.grant(bob, "deploy", time.Hour)
	w.clock.advance(2 * time.Hour)
	s := w.ready("")
	for _, p := range []policy.Person{eve, ann, bob} {
		w.unchanged(s.ID, func() {
			_, started := w.StartSession(w.ctx, by(p), orchestrator.NewSession{Project: "dev"})
			for _, err := range []error{started,
				w.PutResource(w.ctx, by(p), form(s, "vpc", "x")), w.RemoveResource(w.ctx, by(p), s.ID, s.Generation, "vpc.main"),
				w.Refresh(w.ctx, by(p), s.ID, s.Generation), w.Approve(w.ctx, by(p), s.ID, s.Generation, ""),
			} {
				refused(t, err, usererr.Denied, "Nothing was changed", "/cloud-request project:dev", "an admin of this server")
			}
		})
	}
	if _, err := w.View(w.ctx, by(ann), s.ID, project.View); err != nil {
		t.Errorf("a viewer may look: %v", err)
	}
	_, err := w.View(w.ctx, by(bob), s.ID, project.View)
	refused(t, err, usererr.Denied, "ended <t:")
	// The requester of another's session who may deploy edits it too.
	w.grant(bob, "deploy", 0)
	w.must(w.PutResource(w.ctx, by(bob), form(s, "bucket", "files")))
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("standing", 1)
	w.draft("open")
	for name, test := range map[string]struct {
		in    orchestrator.NewSession
		code  usererr.Code
		parts []string
	}{
		"unknown project":    {orchestrator.NewSession{Project: "prod"}, usererr.NotFound, []string{"`prod`", "/cloud-create-project"}},
		"hostile project":    {orchestrator.NewSession{Project: "`@everyone`\n'; drop table projects"}, usererr.NotFound, []string{"''"}},
		"other provider":     {orchestrator.NewSession{Project: "dev", Provider: "aws"}, usererr.Invalid, []string{"`sandbox`", "`aws`", "Leave `provider` out"}},
		"bad stack":          {orchestrator.NewSession{Project: "dev", Stack: "../x"}, usererr.Invalid, []string{"`../x`", project.SlugRule}},
		"unknown region":     {orchestrator.NewSession{Project: "dev", Regions: []string{"mars-1"}}, usererr.Invalid, []string{"`mars-1`", "`eu-1`", "`us-1`"}},
		"standing moves":     {orchestrator.NewSession{Project: "dev", Stack: "standing", Regions: []string{"us-1"}}, usererr.Conflict, []string{"`eu-1`", "cannot move", "Leave `regions` out"}},
		"open one elsewhere": {orchestrator.NewSession{Project: "dev", Stack: "open", Regions: []string{"us-1"}}, usererr.Conflict, []string{"open in `eu-1`", "Finish or cancel it"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.count("select count(*) from sessions")
			_, err := w.StartSession(w.ctx, by(dev), test.in)
			refused(t, err, test.code, test.parts...)
			if n := w.count("select count(*) from sessions"); n != before {
				t.Error("a session was started")
			}
		})
	}
	if n := w.count("select count(*) from stacks"); n != 2 {
		t.Errorf("%d stacks: a refusal made one", n)
	}
	// A stack that was never made moves once nobody is at it.
	open := w.count("select count(*) from sessions where state = 'DRAFT'")
	if open != 1 {
		t.Fatalf("%d drafts", open)
	}
	w.clock.advance(time.Hour)
	w.sweep()
	s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Provider: "sandbox", Stack: "open", Regions: []string{"us-1"}})
	w.must(err)
	l, err := w.Lobby(w.ctx, s.ID)
	if err != nil || l.Stack.Region != "us-1" {
		t.Errorf("the stack is in %s, %v", l.Stack.Region, err)
	}
}

func TestCreateProjectRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, test := range map[string]struct {
		who   policy.Person
		in    orchestrator.NewProject
		code  usererr.Code
		parts []string
	}{
		"no admin":         {dev, orchestrator.NewProject{Slug: "x", Provider: "sandbox"}, usererr.Denied, []string{"admins of this server"}},
		"bad name":         {owner, orchestrator.NewProject{Slug: "My Project", Provider: "sandbox"}, usererr.Invalid, []string{"`My Project`", project.SlugRule}},
		"no provider":      {owner, orchestrator.NewProject{Slug: "x"}, usererr.Invalid, []string{"`sandbox`"}},
		"unknown provider": {owner, orchestrator.NewProject{Slug: "x", Provider: "moon"}, usererr.Invalid, []string{"`moon`", "`sandbox`"}},
		"unknown region":   {owner, orchestrator.NewProject{Slug: "x", Provider: "sandbox", Region: "mars-1"}, usererr.Invalid, []string{"`mars-1`", "`eu-1`"}},
		"twice":            {owner, orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}, usererr.Conflict, []string{"`dev` already", "/cloud-grant"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreateProject(w.ctx, by(test.who), test.in)
			refused(t, err, test.code, test.parts...)
		})
	}
	p, err := w.CreateProject(w.ctx, by(owner), orchestrator.NewProject{Slug: "x", Provider: "sandbox", Region: "ap-1"})
	if err != nil || p.DefaultRegion != "ap-1" || p.ID == 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if n := w.count("select count(*) from audit where action = 'project.create' and actor = '1' and subject = 'project/x'"); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

func TestGrantRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	for name, test := range map[string]struct {
		who   policy.Person
		in    orchestrator.NewGrant
		code  usererr.Code
		parts []string
	}{
		"no admin":      {dev, orchestrator.NewGrant{Project: "dev", UserID: "5", Level: "view"}, usererr.Denied, []string{"level:admin", mention(ann)}},
		"to oneself":    {ann, orchestrator.NewGrant{Project: "dev", UserID: ann.UserID, Level: "admin"}, usererr.Denied, []string{"Nobody grants to themselves"}},
		"unknown level": {owner, orchestrator.NewGrant{Project: "dev", UserID: "5", Level: "root"}, usererr.Invalid, []string{"`root`", "`approve`"}},
		"a bot":         {owner, orchestrator.NewGrant{Project: "dev", UserID: "5", Bot: true, Level: "view"}, usererr.Invalid, []string{"Choose a person"}},
		"no project":    {owner, orchestrator.NewGrant{Project: "prod", UserID: "5", Level: "view"}, usererr.NotFound, []string{"`prod`"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Grant(w.ctx, by(test.who), test.in)
			refused(t, err, test.code, test.parts...)
		})
	}
	if n := w.count("select count(*) from grants"); n != 2 {
		t.Errorf("%d grants", n)
	}
	w.must(w.grantErr(by(ann), eve, "deploy", time.Hour))
	if n := w.count("select count(*) from audit where action = 'grant.create' and actor = $1 and after->>'user' = $2", ann.UserID, eve.UserID); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

// What an admin gives ends with what they have; and they cannot make an admin
// less than that.
func TestGrantOfAnAdminForATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", time.Hour)
	given, err := w.Grant(w.ctx, by(ann), orchestrator.NewGrant{Project: "dev", UserID: eve.UserID, Level: "admin"})
	w.must(err)
	if own := w.count("select count(*) from grants where user_id = $1 and expires_at = $2", ann.UserID, given.ExpiresAt); own != 1 {
		t.Errorf("what ann gave ends %v, not with her own", given.ExpiresAt)
	}
	refused(t, w.grantErr(by(eve), ann, "view", 0), usererr.Denied, mention(ann), "An admin of this server")
	w.clock.advance(2 * time.Hour)
	refused(t, w.grantErr(by(eve), bob, "view", 0), usererr.Denied, "ended")
	w.grant(ann, "admin", 0)
	w.must(w.grantErr(by(owner), ann, "view", 0))
}

// The lobby of a queued run says how many go first.
func TestLobbyOfAQueuedRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planning("a")
	w.planning("b")
	last := w.planning("c")
	l, err := w.Lobby(w.ctx, last.ID)
	w.must(err)
	if l.QueueAhead != 2 || l.Run == nil || l.Needed != 1 || !slices.Equal(l.Approvers, []string{dev.UserID}) || l.Project.Slug != "dev" {
		t.Errorf("%+v", l)
	}
}

// Drivers know which errors will not pass.
func TestIsFinal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.applying("")
	_, elsewhere := w.BeginApply(w.ctx, task.Run.ID, "h2")
	_, again := s.Start(session.Moment{Now: w.clock.time(time.Now())})
	late := task.Run
	late.Fence--
	fenced := w.Report(w.ctx, late, orchestrator.Progress{})
	for what, err := range map[string]error{"a run of another host": elsewhere, "a transition that there is not": again, "a late driver": fenced, "what cannot be opened": store.ErrSealed} {
		if !orchestrator.IsFinal(err) {
			t.Errorf("%s passes: %v", what, err)
		}
	}
	if err := errors.New("a database that restarts"); orchestrator.IsFinal(err) {
		t.Errorf("%v does not pass", err)
	}
}
