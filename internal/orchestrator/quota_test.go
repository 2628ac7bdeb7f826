package orchestrator_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// limit sets a limit on the project's things, for a subject.
func (w *world) limit(subject, what string, n int) orchestrator.LimitSet {
	w.t.Helper()
	set, err := w.SetQuota(w.ctx, by(owner), orchestrator.NewLimit{Project: "dev", Subject: subject, What: what, Limit: &n})
	w.must(err)
	return set
}

// holds is how many resources the project's stacks may hold, read behind the
// engine's back.
func (w *world) holds() int {
	w.t.Helper()
	return w.count("select coalesce(sum(jsonb_array_length(held)), 0) from stacks")
}

// A session is refused at validation with every limit that it would pass: on what
// the stack would hold, not on what it adds.
func TestQuotaAtValidation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("main", 1)
	w.limit("", project.LimitStacks, 1)
	w.limit("", project.LimitResources, 1)
	w.limit(project.EachPerson, "vpc", 1)
	s := w.draft("second")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.wantState(s.ID, session.Draft)
	if len(s.Problems) != 3 || !containsAll(strings.Join(s.Problems, "\n"), "allows 1 stack; 1 used, 1 more asked", "allows 1 resource; 1 used, 1 more asked",
		mention(dev)+" may have 1 `vpc` in `dev`; 1 used, 1 more asked", "/cloud-quota") {
		t.Errorf("problems %q", s.Problems)
	}
	// The stack that is there may change what it has, and may not grow.
	s = w.draft("main")
	w.must(w.RemoveResource(w.ctx, by(dev), s.ID, s.Generation, "vpc.main"))
	s = w.wantState(s.ID, session.Planning)
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "files")))
	s = w.wantState(s.ID, session.Planning)
	w.must(w.PutResource(w.ctx, by(dev), form(s, "bucket", "more")))
	s = w.wantState(s.ID, session.Draft)
	if len(s.Problems) != 1 || !containsAll(s.Problems[0], "1 resource; 1 used, 1 more asked") {
		t.Errorf("problems %q", s.Problems)
	}
}

// A limit that was lowered takes nothing away and keeps nobody from making less.
func TestQuotaLowered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("main", 1)
	if set := w.limit("", project.LimitResources, 0); set.Used != 1 || set.Before != nil {
		t.Errorf("set: %+v", set)
	}
	s := w.planned(w.destroying("main"), destroys)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, "main"))
	task, err := w.BeginApply(w.ctx, w.session(s.ID).RunID, "h1")
	w.must(err)
	w.finish(task.Run.ID, wrote(0, 2))
	if n := w.holds(); n != 0 {
		t.Errorf("%d resources are held after the destruction", n)
	}
}

// What was set after the plan counts when it is approved, and when it starts.
func TestQuotaAfterThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ready, approved := w.ready("a"), w.approved("b")
	w.limit("", project.LimitStacks, 0)
	w.unchanged(ready.ID, func() {
		refused(t, w.Approve(w.ctx, by(dev), ready.ID, ready.Generation, ""), usererr.Denied, "Nothing was approved", "allows 0 stacks")
	})
	w.notBegun(w.process, approved)
	if s := w.wantState(approved.ID, session.PlanReady); len(s.Problems) != 1 || !containsAll(s.Problems[0], "allows 0 stacks; 0 used, 1 more asked") {
		t.Errorf("problems %q", s.Problems)
	}
}

// A person's limits count for the stacks that they created, whoever changes them;
// one of their own goes before the one that each has.
func TestQuotaOfAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "deploy", 0)
	w.applied("main", 1)
	w.limit(project.EachPerson, project.LimitResources, 1)
	start := func(p policy.Person, stack string) session.Session {
		s, err := w.StartSession(w.ctx, by(p), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: "7"})
		w.must(err)
		w.must(w.PutResource(w.ctx, by(p), form(s, "bucket", "files")))
		return w.session(s.ID)
	}
	if s := start(ann, "hers"); s.State != session.Planning {
		t.Errorf("ann's own: %s, %q", s.State, s.Problems)
	}
	if s := start(ann, "main"); s.State != session.Draft || !containsAll(s.Problems[0], mention(dev)+" may have 1 resource") {
		t.Errorf("ann on dev's: %s, %q", s.State, s.Problems)
	}
	w.limit(dev.UserID, project.LimitResources, 2)
	if s := start(ann, "main"); s.State != session.Planning {
		t.Errorf("ann on dev's, who may have more: %s, %q", s.State, s.Problems)
	}
}

// A stack that nobody made anything of counts for who takes it up, not for who
// once named it.
func TestQuotaOfAnAbandonedStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "deploy", 0)
	s := w.draft("web")
	_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	_, err = w.StartSession(w.ctx, by(ann), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7"})
	w.must(err)
	w.draft("web") // while hers is open, it is hers
	if n := w.count("select count(*) from stacks where name = 'web' and created_by = $1", ann.UserID); n != 1 {
		t.Error("the stack is not ann's")
	}
}

// Sessions that each fit, but not together: as many as fit are approved, the others
// are refused with what is used, asked and allowed. What is held never passes the
// limit.
func TestQuotaUnderConcurrency(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ rounds, sessions, fit int }{{60, 2, 1}, {40, 4, 2}} {
		t.Run(fmt.Sprintf("%d sessions of which %d fit", tc.sessions, tc.fit), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			engines := []process{w.process, w.join(nil, builtIn(t))}
			for round := range tc.rounds {
				limit := w.holds() + tc.fit
				w.limit("", project.LimitResources, limit)
				w.limit("", "vpc", limit)
				sessions := make([]session.Session, tc.sessions)
				for i := range sessions {
					sessions[i] = w.ready(fmt.Sprintf("r%d-%d", round, i))
				}
				errs := w.atOnce(len(sessions), func(i int) error {
					s := sessions[i]
					return engines[i%2].Approve(w.ctx, by(dev), s.ID, s.Generation, "")
				})
				approved := 0
				for i, err := range errs {
					if err == nil {
						approved++
						continue
					}
					refused(t, err, usererr.Denied, "Nothing was approved", fmt.Sprintf("allows %d resource", limit), fmt.Sprintf("; %d used, 1 more asked", limit),
						fmt.Sprintf("allows %d `vpc`; %d used, 1 more asked", limit, limit))
					w.wantState(sessions[i].ID, session.PlanReady)
				}
				if approved != tc.fit {
					t.Fatalf("round %d: %d were approved, want %d: %v", round, approved, tc.fit, errs)
				}
				w.endAll(sessions, round%5 == 0)
				if n := w.holds(); n > limit {
					t.Fatalf("round %d: %d are held of %d", round, n, limit)
				}
			}
		})
	}
}

// atOnce does something n times in one moment.
func (w *world) atOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = do(i)
		})
	}
	done.Wait()
	return errs
}

// endAll applies what is approved, or cancels it; the rest is cancelled.
func (w *world) endAll(sessions []session.Session, apply bool) {
	w.t.Helper()
	for _, s := range sessions {
		s = w.session(s.ID)
		if s.State == session.Approved && apply {
			task, err := w.BeginApply(w.ctx, s.RunID, "h1")
			w.must(err)
			w.finish(task.Run.ID, wrote(0, 1))
			continue
		}
		_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
		w.must(err)
	}
}

// However many start at once, no more are open than may be: in all, and of a person.
func TestSessionsAtOnce(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{"", project.EachPerson, dev.UserID} {
		t.Run("limit of "+subject, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			engines := []process{w.process, w.join(nil, builtIn(t))}
			const rounds, most, starts = 34, 2, 5
			w.limit(subject, project.LimitSessions, most)
			for round := range rounds {
				errs := w.atOnce(starts, func(i int) error {
					_, err := engines[i%2].StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: fmt.Sprintf("s%d", i%3), ChannelID: "7"})
					return err
				})
				failed := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
				if len(failed) != starts-most {
					t.Fatalf("round %d: %v", round, errs)
				}
				for _, err := range failed {
					refused(t, err, usererr.Denied, "Nothing was started", "2 open deployments", "2 used, 1 more asked", "/cloud-cancel")
				}
				w.exec("update sessions set state = 'CANCELLED', version = version + 1")
			}
			if n := w.count("select count(*) from audit where action = 'session.start'"); n != rounds*most {
				t.Errorf("%d starts in the audit, want %d", n, rounds*most)
			}
		})
	}
}

// Others' sessions do not count for a person.
func TestSessionsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "deploy", 0)
	w.limit(project.EachPerson, project.LimitSessions, 1)
	w.draft("a")
	_, err := w.StartSession(w.ctx, by(ann), orchestrator.NewSession{Project: "dev", Stack: "b", ChannelID: "7"})
	w.must(err)
	_, err = w.StartSession(w.ctx, by(ann), orchestrator.NewSession{Project: "dev", Stack: "c", ChannelID: "7"})
	refused(t, err, usererr.Denied, mention(ann)+" may have 1 open deployment")
	if n := w.count("select count(*) from stacks where name = 'c'"); n != 0 {
		t.Error("the refused session left a stack")
	}
}

// Setting a limit says what was and what is there, is audited, and is for the
// server's admins alone.
func TestSetQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	w.applied("main", 1)
	w.draft("other")
	five := 5
	set := func(req orchestrator.Request, in orchestrator.NewLimit) (orchestrator.LimitSet, error) {
		in.Project = "dev"
		return w.SetQuota(w.ctx, req, in)
	}
	for _, p := range []policy.Person{ann, dev, eve} {
		_, err := set(by(p), orchestrator.NewLimit{What: project.LimitStacks, Limit: &five})
		refused(t, err, usererr.Denied, "admins of this server", "Nothing was changed")
	}
	_, err := set(by(owner), orchestrator.NewLimit{What: "spaceship", Limit: &five})
	refused(t, err, usererr.NotFound, "no kind `spaceship`", "`vpc`")
	_, err = w.SetQuota(w.ctx, by(owner), orchestrator.NewLimit{Project: "prod", What: project.LimitStacks, Limit: &five})
	refused(t, err, usererr.NotFound, "no project `prod`")
	if n := w.count("select count(*) from audit where action = 'quota.set'"); n != 0 {
		t.Errorf("%d refusals are in the audit", n)
	}

	for i, step := range []struct {
		subject, what string
		limit         *int
		before        *int
		used          int
	}{
		{"", project.LimitStacks, &five, nil, 1},
		{"", "vpc", &five, nil, 1},
		{"", project.LimitStacks, nil, &five, 1},
		{"", "spaceship", nil, nil, 0},
		{dev.UserID, project.LimitSessions, &five, nil, 1},
	} {
		got, err := set(by(owner), orchestrator.NewLimit{Subject: step.subject, What: step.what, Limit: step.limit, Reason: "spring"})
		if err != nil || got.Used != step.used || (got.Before == nil) != (step.before == nil) || len(got.Above) != 0 {
			t.Errorf("step %d: %+v, %v", i, got, err)
		}
	}
	if got := w.limit(project.EachPerson, project.LimitResources, 0); !slices.Equal(got.Above, []string{dev.UserID}) {
		t.Errorf("above: %v", got.Above)
	}
	w.limit(dev.UserID, project.LimitResources, 3)
	if got := w.limit(project.EachPerson, project.LimitResources, 0); len(got.Above) != 0 {
		t.Errorf("above, with a limit of their own: %v", got.Above)
	}
	var entry store.Entry
	w.must(w.store.Pool().QueryRow(w.ctx, "select actor, subject, before->>'value', after->>'value', reason from audit where action = 'quota.set' and before->>'value' = '5' limit 1").
		Scan(&entry.Actor, &entry.Subject, &entry.Before, &entry.After, &entry.Reason))
	if entry.Actor != owner.UserID || entry.Subject != "project/dev" || entry.Before != "5" || entry.After != nil || entry.Reason != "spring" {
		t.Errorf("audit: %+v", entry)
	}
}

// Everybody sees their own; others' are for admins.
func TestQuotaIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	w.applied("main", 1)
	w.draft("other")
	w.limit("", project.LimitStacks, 4)
	w.limit(project.EachPerson, project.LimitSessions, 2)
	for _, req := range []orchestrator.Request{by(dev), by(ann), by(owner)} {
		v, err := w.Quota(w.ctx, req, "dev", dev.UserID)
		if err != nil || *v.Limits.Project.Stacks != 4 || *v.Limits.Person.Sessions != 2 || v.Used.Project.Stacks != 1 || v.Used.Person.Sessions != 1 || v.Used.Person.Kinds["vpc"] != 1 {
			t.Errorf("%s reads %+v, %v", req.Person.UserID, v, err)
		}
	}
	v, err := w.Quota(w.ctx, by(ann), "dev", "")
	if err != nil || v.UserID != ann.UserID || v.Used.Person.Resources != 0 || v.Used.Project.Resources != 1 {
		t.Errorf("ann's own: %+v, %v", v, err)
	}
	_, err = w.Quota(w.ctx, by(dev), "dev", ann.UserID)
	refused(t, err, usererr.Denied, "does not let you administer")
	_, err = w.Quota(w.ctx, by(eve), "dev", "")
	refused(t, err, usererr.Denied, "no access")
}
