package orchestrator_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// ask lets somebody ask for a level in dev.
func (w *world) ask(p policy.Person, level string, life time.Duration) project.AccessRequest {
	w.t.Helper()
	r, err := w.RequestAccess(w.ctx, by(p), orchestrator.NewRequest{Project: "dev", Level: level, Life: life, Reason: "a release", ChannelID: "700"})
	w.must(err)
	return r
}

// trail counts the audit rows of an action by somebody.
func (w *world) trail(action, actor string) int {
	w.t.Helper()
	return w.count("select count(*) from audit where action = $1 and actor = $2 and subject = 'project/dev'", action, actor)
}

func TestRequestRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "approve", time.Hour)
	in := func(slug, level string, life time.Duration, why string) orchestrator.NewRequest {
		return orchestrator.NewRequest{Project: slug, Level: level, Life: life, Reason: why, ChannelID: "700"}
	}
	for name, c := range map[string]struct {
		who  policy.Person
		in   orchestrator.NewRequest
		code usererr.Code
		want []string
	}{
		"no project":             {eve, in("prod", "view", 0, "x"), usererr.NotFound, []string{"`prod`"}},
		"no level":               {eve, in("dev", "root", 0, "x"), usererr.Invalid, []string{"`root`"}},
		"no reason":              {eve, in("dev", "view", 0, ""), usererr.Invalid, []string{"Say why"}},
		"an admin of the server": {owner, in("dev", "deploy", 0, "x"), usererr.Conflict, []string{"admin of this server"}},
		"has it for ever":        {dev, in("dev", "deploy", time.Hour, "x"), usererr.Conflict, []string{"`deploy` in `dev` already", "until somebody changes it"}},
		"has more for as long":   {ann, in("dev", "deploy", time.Minute, "x"), usererr.Conflict, []string{"`approve` in `dev` already, until <t:"}},
	} {
		_, err := w.RequestAccess(w.ctx, by(c.who), c.in)
		t.Run(name, func(t *testing.T) { refused(t, err, c.code, c.want...) })
	}
	w.ask(ann, "approve", 2*time.Hour) // longer than she has it
	w.ask(dev, "approve", 0)           // more than he has
	w.rule(func(r *project.Rules) { r.GrantMax = 30 * time.Minute })
	refusedRequest(t, w, bob, 0, "")
	w.grant(bob, "deploy", 0)
	refusedRequest(t, w, bob, 24*time.Hour, "You asked for")
	w.exec("update projects set archived_at = now()")
	_, err := w.RequestAccess(w.ctx, by(eve), in("dev", "view", 0, "x"))
	refused(t, err, usererr.Conflict, "archived")
}

// refusedRequest asks for deploy; an empty want means that it is taken.
func refusedRequest(t *testing.T, w *world, p policy.Person, life time.Duration, want string) {
	t.Helper()
	_, err := w.RequestAccess(w.ctx, by(p), orchestrator.NewRequest{Project: "dev", Level: "deploy", Life: life, Reason: "x", ChannelID: "700"})
	if want == "" {
		w.must(err)
		return
	}
	var pending *orchestrator.PendingError
	refused(t, err, usererr.Conflict, want)
	if !errors.As(err, &pending) && want == "You asked for" {
		t.Errorf("got %v", err)
	}
}

// Whoever decides at once, on two processes, with whatever: one decision holds, and
// the others read who made it.
func TestRequestsAreDecidedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	processes := []process{w.process, w.join(nil, builtIn(t))}
	for round := range 30 {
		r := w.ask(eve, "deploy", time.Hour)
		var deciding sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i, decide := range []func(p process) error{
			func(p process) error { _, err := p.ApproveRequest(w.ctx, by(ann), r.ID); return err },
			func(p process) error { _, err := p.ApproveRequest(w.ctx, by(owner), r.ID); return err },
			func(p process) error { return p.DeclineRequest(w.ctx, by(owner), r.ID, "no") },
			func(p process) error { return p.CancelRequest(w.ctx, by(eve), r.ID) },
		} {
			deciding.Go(func() {
				err := decide(processes[(i+round)%2])
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else {
					refused(t, err, usererr.Conflict, "This request was ", "by <@")
				}
			})
		}
		deciding.Wait()
		if won != 1 {
			t.Fatalf("round %d: %d decided", round, won)
		}
		grants := w.count("select count(*) from grants where user_id = $1 and revoked_at is null", eve.UserID)
		if approved := w.count("select count(*) from access_requests where id = $1 and status = 'APPROVED' and grant_id is not null", r.ID); approved != grants {
			t.Fatalf("round %d: approved %d times, %d grants", round, approved, grants)
		}
		w.exec("update grants set revoked_at = now() where user_id = $1 and revoked_at is null", eve.UserID)
	}
	if rows := w.count("select count(*) from audit where action in ('request.approve', 'request.decline', 'request.cancel')"); rows != 30 {
		t.Errorf("%d decisions in the audit", rows)
	}
}

// Nobody decides on their own, nor beyond what they have; Discord must know who
// asked.
func TestWhoDecidesOnRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", time.Hour)
	w.grant(bob, "approve", 0)
	r := w.ask(eve, "admin", 24*time.Hour)
	there := orchestrator.Request{GuildID: "999", Person: owner}
	for name, c := range map[string]struct {
		req  orchestrator.Request
		code usererr.Code
		want string
	}{
		"its author":    {by(eve), usererr.Denied, "Nobody decides on their own request"},
		"an approver":   {by(bob), usererr.Denied, "does not let you administer it"},
		"another guild": {there, usererr.NotFound, "no such request here"},
	} {
		_, err := w.ApproveRequest(w.ctx, c.req, r.ID)
		t.Run(name, func(t *testing.T) { refused(t, err, c.code, c.want) })
		refused(t, w.DeclineRequest(w.ctx, c.req, r.ID, ""), c.code, c.want)
	}
	refused(t, w.CancelRequest(w.ctx, by(ann), r.ID), usererr.Denied, mention(eve))
	w.guild.fall(errors.New("no answer"))
	_, err := w.ApproveRequest(w.ctx, by(ann), r.ID)
	refused(t, err, usererr.Unavailable, "Nothing was decided")
	w.guild.fall(nil)
	given, err := w.ApproveRequest(w.ctx, by(ann), r.ID)
	w.must(err)
	if given.Limit != policy.ByGiver || given.Level != project.Admin || w.trail("grant.create", ann.UserID) != 1 || w.trail("request.approve", ann.UserID) != 1 {
		t.Errorf("given: %+v", given)
	}
	if n := w.count("select count(*) from outbox where kind = 'decided' and user_id = $1", eve.UserID); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// What is over is written down once, by whichever sweep comes first, also where
// something new took its place.
func TestGrantsExpireOnceInTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.join(nil, builtIn(t))
	const people = 40
	for i := range people {
		w.grant(policy.Person{UserID: fmt.Sprint("9", i)}, "view", time.Hour)
	}
	w.grant(eve, "deploy", time.Hour)
	w.sweep()
	if n := w.trail("grant.expire", store.Engine); n != 0 {
		t.Fatalf("%d expired before their time", n)
	}
	w.clock.advance(time.Hour)
	w.grant(eve, "view", time.Hour) // in place of what is over, before any sweep
	if n := w.trail("grant.expire", store.Engine); n != people+1 {
		t.Errorf("%d expired when one was replaced, want all of the project", n)
	}
	if n := w.count("select count(*) from audit where action = 'grant.create' and after->>'user' = $1 and before is not null", eve.UserID); n != 0 {
		t.Error("what was over counts as replaced")
	}
	w.clock.advance(time.Hour)
	for i := range people {
		w.grant(policy.Person{UserID: fmt.Sprint("8", i)}, "view", time.Minute)
	}
	w.clock.advance(time.Minute)
	var sweeping errgroup.Group
	for i := range 4 {
		sweeping.Go(func() error {
			_, err := []process{w.process, other}[i%2].Sweep(w.ctx)
			return err
		})
	}
	w.must(sweeping.Wait())
	w.sweep()
	if n := w.trail("grant.expire", store.Engine); n != 2*people+2 {
		t.Errorf("%d expired, want %d", n, 2*people+2)
	}
}

// Who left loses what they had within the hour, although nobody asked about them;
// one whom Discord does not know about does not keep the others.
func TestWhoLeftIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	w.ask(eve, "view", 0)
	w.grant(eve, "view", time.Minute)
	w.guild.leave(eve.UserID)
	w.sweep()
	if n := w.trail("grant.revoke", store.Engine); n != 0 {
		t.Errorf("%d looked at before their time", n)
	}
	w.grant(eve, "deploy", 0)
	w.clock.advance(time.Hour)
	w.guild.fall(errors.New("no answer"))
	if _, err := w.Sweep(w.ctx); err == nil {
		t.Error("a silent Discord is no error")
	}
	w.guild.fall(nil)
	w.clock.advance(time.Hour)
	w.sweep()
	if n := w.count("select count(*) from grants where revoked_by = $1 and user_id = $2", store.Engine, eve.UserID); n != 1 {
		t.Errorf("%d grants revoked", n)
	}
	if n := w.count("select count(*) from access_requests where status = 'CANCELLED' and decision = 'left the server'"); n != 1 {
		t.Errorf("%d requests cancelled", n)
	}
	if n := w.count("select count(*) from audit where action in ('grant.revoke', 'request.cancel') and reason = 'left the server' and actor = $1", store.Engine); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	if n := w.count("select count(*) from grants where revoked_at is null and user_id in ($1, $2)", ann.UserID, dev.UserID); n != 2 {
		t.Errorf("of the others %d are left", n)
	}
}

// Who asks and cancels over and over pings the admins once in a while.
func TestRequestsPingOnceInAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(ann, "admin", 0)
	pings := func(r project.AccessRequest) int {
		t.Helper()
		n := w.count("select cardinality(mention_users) from outbox where request_id = $1", r.ID)
		w.must(w.CancelRequest(w.ctx, by(eve), r.ID))
		return n
	}
	if n := pings(w.ask(eve, "view", 0)); n != 1 {
		t.Errorf("the first pings %d", n)
	}
	if n := pings(w.ask(eve, "deploy", 0)); n != 0 {
		t.Errorf("the second pings %d", n)
	}
	w.exec("update access_requests set created_at = created_at - interval '11 minutes'")
	if n := pings(w.ask(eve, "view", 0)); n != 1 {
		t.Errorf("a later one pings %d", n)
	}
}

// Whoever waits for a request that is being decided holds no grant meanwhile, or
// who decides and who takes a former member's things would wait for each other.
func TestWhoLeftIsLockedInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant(eve, "view", 0)
	r := w.ask(eve, "deploy", 0)
	w.guild.leave(eve.UserID)
	person := make(chan error, 1)
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		if _, err := tx.LockRequest(w.ctx, r.ID); err != nil {
			return err
		}
		go func() {
			_, err := w.Person(w.ctx, guild, eve.UserID)
			person <- err
		}()
		for w.count("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		_, err := tx.Exec(w.ctx, "select from grants where user_id = $1 for update nowait", eve.UserID)
		return err
	}))
	refused(t, <-person, usererr.Denied, "not in that server")
	if n := w.count("select count(*) from grants where user_id = $1 and revoked_at is null", eve.UserID); n != 0 {
		t.Errorf("%d grants are left", n)
	}
}
