package orchestrator_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Two people press Approve in the same instant, on two processes, a hundred
// times: there is one apply, and the other reads who won.
func TestApproveRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", 0)
	other := w.join(nil, builtIn(t))
	s := w.ready("")
	wins := map[string]int{}
	for round := range 100 {
		// The same plan again, as it was before anybody approved.
		w.exec(`update sessions set state = 'PLAN_READY', run_id = plan_run_id, version = version + 1 where id = $1`, s.ID)
		w.exec("delete from approvals")
		w.exec("delete from river_job")
		w.exec("delete from runs where kind = 'apply'")
		people := []policy.Person{dev, ann}
		errs := make([]error, 2)
		var ready, done sync.WaitGroup
		ready.Add(2)
		for i, p := range []process{w.process, other} {
			done.Go(func() {
				ready.Done()
				ready.Wait()
				errs[i] = p.Approve(w.ctx, by(people[i]), s.ID, s.Generation, "")
			})
		}
		done.Wait()
		winner := slices.Index(errs, nil)
		if winner < 0 || errs[1-winner] == nil {
			t.Fatalf("round %d: %v", round, errs)
		}
		refused(t, errs[1-winner], usererr.Conflict, "Already approved by "+mention(people[winner]), "applied once")
		if n, jobs := w.applies(s.ID), w.count("select count(*) from river_job"); n != 1 || jobs != 1 {
			t.Fatalf("round %d: %d applies, %d jobs", round, n, jobs)
		}
		if got := w.wantState(s.ID, session.Approved); len(got.Approvals) != 1 || got.Approvals[0].UserID != people[winner].UserID {
			t.Fatalf("round %d: approvals %+v", round, got.Approvals)
		}
		wins[people[winner].UserID]++
	}
	t.Logf("wins: %v", wins)
}

// One interaction that Discord sends to two processes is done once.
func TestReplayedInteraction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.draft("")
	req := by(dev)
	req.InteractionID = "i1"
	w.must(w.PutResource(w.ctx, req, form(s, "vpc", "main")))
	s = w.session(s.ID)
	again := form(s, "bucket", "files")
	w.unchanged(s.ID, func() {
		if err := w.PutResource(w.ctx, req, again); !errors.Is(err, store.ErrReplay) {
			t.Fatalf("a replay: %v", err)
		}
		if _, err := w.Cancel(w.ctx, req, s.ID, s.Generation); !errors.Is(err, store.ErrReplay) {
			t.Fatalf("a replay as another command: %v", err)
		}
		if _, err := w.StartSession(w.ctx, req, orchestrator.NewSession{Project: "dev"}); !errors.Is(err, store.ErrReplay) {
			t.Fatalf("a replay: %v", err)
		}
	})
	// A refusal handled nothing: the same interaction may be tried again.
	req.InteractionID = "i2"
	w.planned(s, creates)
	refused(t, w.Approve(w.ctx, req, s.ID, s.Generation-1, ""), usererr.Stale)
	w.must(w.Approve(w.ctx, req, s.ID, s.Generation, ""))

	other := w.join(nil, builtIn(t))
	req.InteractionID = "i3"
	starts := make(chan error, 2)
	for _, p := range []process{w.process, other} {
		go func() {
			_, err := p.StartSession(w.ctx, req, orchestrator.NewSession{Project: "dev", Stack: "raced"})
			starts <- err
		}()
	}
	if errs := []error{<-starts, <-starts}; (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), store.ErrReplay) {
		t.Errorf("both processes: %v", errs)
	}
	if n := w.count("select count(*) from sessions k join stacks s on s.id = k.stack_id where s.name = 'raced'"); n != 1 {
		t.Errorf("%d sessions were started by one interaction", n)
	}
}

// What was seen is what is decided on.
func TestOlderPictureIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.ready("")
	seen := s.Generation
	w.must(w.Refresh(w.ctx, by(dev), s.ID, seen))
	s = w.planned(w.session(s.ID), destroys)
	// A number that no picture has is no way around it.
	for _, seen := range []int{seen, -1} {
		edit := form(s, "vpc", "main")
		edit.Editing, edit.Seen = "vpc.main", seen
		cancel := func() error { _, err := w.Cancel(w.ctx, by(dev), s.ID, seen); return err }
		for name, do := range map[string]func() error{
			"approve":   func() error { return w.Approve(w.ctx, by(dev), s.ID, seen, "") },
			"confirmed": func() error { return w.Approve(w.ctx, by(dev), s.ID, seen, "main") },
			"cancel":    cancel,
			"edit":      func() error { return w.PutResource(w.ctx, by(dev), edit) },
			"remove":    func() error { return w.RemoveResource(w.ctx, by(dev), s.ID, seen, "vpc.main") },
			"refresh":   func() error { return w.Refresh(w.ctx, by(dev), s.ID, seen) },
			"force": func() error {
				return w.ForceStop(w.ctx, by(owner), s.ID, seen, 0, orchestrator.Forcing{Confirm: "main", Reason: "it hangs"})
			},
		} {
			w.unchanged(s.ID, func() {
				t.Log(name, seen)
				refused(t, do(), usererr.Stale, "changed since you looked", "Look at the lobby again")
			})
		}
	}
	_, err := w.CancelUnseen(w.ctx, by(dev), s.ID) // who names it means it as it is
	w.must(err)
	w.wantState(s.ID, session.Cancelled)
}

// N distinct people with `approve`; the requester's `deploy` is not enough then.
func TestApprovalsOfSeveral(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(2)
	for _, p := range []policy.Person{ann, bob} {
		w.grant(p, "approve", 0)
	}
	s := w.ready("")
	var notice store.Post
	for _, p := range w.owed(s.ID) {
		if p.Kind == store.PostNotice {
			notice = p
		}
	}
	if want := []string{ann.UserID, bob.UserID}; !slices.Equal(notice.MentionUsers, want) {
		t.Errorf("asked for approval: %v, want %v", notice.MentionUsers, want)
	}
	approve := func(p policy.Person) error { return w.Approve(w.ctx, by(p), s.ID, s.Generation, "") }
	w.unchanged(s.ID, func() {
		refused(t, approve(dev), usererr.Denied, "You asked for this deployment", "somebody else", "People with `approve`")
		refused(t, approve(eve), usererr.Denied, "no access", "/cloud-request")
	})
	w.must(approve(ann))
	w.wantState(s.ID, session.PlanReady)
	w.unchanged(s.ID, func() { refused(t, approve(ann), usererr.Conflict, "You approved this plan already", "1 more") })
	if n := w.applies(s.ID); n != 0 {
		t.Fatalf("%d applies with one of two approvals", n)
	}
	l, err := w.Lobby(w.ctx, s.ID)
	if err != nil || l.Needed != 2 || !slices.Equal(l.Approvers, []string{ann.UserID, bob.UserID}) {
		t.Errorf("the lobby needs %d of %v, %v", l.Needed, l.Approvers, err)
	}
	// An approval whose giver lost the permission does not help to reach two.
	w.grant(ann, "view", 0)
	w.must(approve(bob))
	if got := w.wantState(s.ID, session.PlanReady); len(got.Approvals) != 1 || got.Approvals[0].UserID != bob.UserID {
		t.Fatalf("approvals: %+v", got.Approvals)
	}
	w.must(approve(owner))
	if got := w.wantState(s.ID, session.Approved); len(got.Approvals) != 2 || w.applies(s.ID) != 1 {
		t.Errorf("approvals: %+v, %d applies", got.Approvals, w.applies(s.ID))
	}
	refused(t, approve(ann), usererr.Denied, "`view`")
	w.grant(ann, "approve", 0)
	refused(t, approve(ann), usererr.Conflict, "Already approved by "+mention(owner))
}

// A new plan takes new approvals.
func TestApprovalsAreOfOnePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(2)
	w.grant(ann, "approve", 0)
	s := w.ready("")
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	s = w.planned(w.session(s.ID), creates)
	if len(s.Approvals) != 0 {
		t.Fatalf("approvals of the plan before: %+v", s.Approvals)
	}
	w.must(w.Approve(w.ctx, by(ann), s.ID, s.Generation, ""))
	w.wantState(s.ID, session.PlanReady)
}

func TestDestructivePlanTakesTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planned(w.planning("web"), destroys)
	w.unchanged(s.ID, func() {
		var confirm *orchestrator.ConfirmError
		if err := w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""); !errors.As(err, &confirm) || confirm.Stack != "web" || confirm.Error() == "" {
			t.Fatalf("got %v", err)
		}
		for _, typed := range []string{"Web", "web ", "`web`\n@everyone", "main"} {
			refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, typed), usererr.Invalid, "Type `web`", "Nothing was approved")
		}
	})
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "web"))
	w.wantState(s.ID, session.Approved)
}

func TestEmptyPlanIsNotApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.needApprovals(1)
	s := w.planned(w.planning(""), nothing)
	if got := kinds(w.owed(s.ID)); slices.Contains(got, "notice") {
		t.Errorf("somebody is asked to approve nothing: %v", got)
	}
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(owner), s.ID, s.Generation, ""), usererr.Conflict, "nothing to approve")
	})
}

// Approve says why it cannot be, wherever the session stands.
func TestApproveInOtherStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, test := range map[string]struct {
		session session.Session
		parts   []string
	}{
		"draft":    {w.draft("a"), []string{"no plan yet", "Add a resource"}},
		"planning": {w.planning("b"), []string{"plan is being made", "Wait"}},
		"approved": {w.approved("c"), []string{"Already approved by " + mention(dev)}},
		"applying": {func() session.Session { s, _ := w.applying("d"); return s }(), []string{"Already approved by"}},
		"applied":  {w.applied("e", 1), []string{"Already approved by"}},
		"cancelled": {func() session.Session {
			s := w.ready("f")
			_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
			w.must(err)
			return s
		}(), []string{"was cancelled", "/cloud-deploy"}},
	} {
		w.unchanged(test.session.ID, func() {
			t.Log(name)
			refused(t, w.Approve(w.ctx, by(dev), test.session.ID, test.session.Generation, ""), usererr.Conflict, test.parts...)
		})
	}
	s := w.ready("g")
	w.grant(dev, "deploy", time.Hour)
	w.clock.advance(time.Hour)
	w.unchanged(s.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""), usererr.Denied, "Your access to `dev` ended <t:", "/cloud-request project:dev level:deploy")
	})
}
