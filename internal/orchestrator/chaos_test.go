package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// broken lists what must never be, each as a query that finds it. One query sees
// one moment, whatever else is under way.
var broken = map[string]string{
	"a stack with two writers":     `select stack_id::text from sessions where state in ('APPROVED', 'APPLYING') group by stack_id having count(*) > 1`,
	"a session between two states": `select id from sessions where state = 'VALIDATING'`,
	"a session without its run": `select s.id || ' ' || s.state from sessions s where s.state in ('PLANNING', 'APPROVED', 'APPLYING') and not exists (
		select from runs r where r.id = s.run_id and r.generation = s.generation and case s.state
			when 'PLANNING' then r.kind = 'plan' and r.status in ('queued', 'running')
			when 'APPROVED' then r.kind = 'apply' and r.status = 'queued'
			else r.kind = 'apply' and r.status = 'running' end)`,
	"a run that nobody waits for": `select r.id || ' ' || r.kind || ' ' || r.status from runs r join sessions s on s.id = r.session_id
		where r.status in ('queued', 'running') and (s.run_id is distinct from r.id or s.state not in ('PLANNING', 'APPROVED', 'APPLYING'))`,
	"a plan of another state that can be approved": `select s.id from sessions s join plans p on p.run_id = s.plan_run_id join stacks k on k.id = s.stack_id
		where s.state in ('PLAN_READY', 'APPROVED') and p.state_serial <> k.state_serial
		and not exists (select from sessions w where w.stack_id = s.stack_id and w.state = 'APPLYING')
		and not exists (select from runs l where l.stack_id = s.stack_id and l.status = 'lost')`,
	"a session that the audit tells otherwise": `select s.id || ' is ' || s.state || ', not ' || coalesce(a.state, 'told of') from sessions s left join lateral (
		select after->>'state' as state from audit where subject = 'session/' || s.id order by id desc limit 1) a on true where a.state is distinct from s.state`,
	"an approved session without approval": `select s.id from sessions s where s.state in ('APPROVED', 'APPLYING')
		and not exists (select from approvals a where a.session_id = s.id and a.generation = s.generation)`,
	"a lost apply whose stack is taken":   `select s.id from runs r join sessions s on s.stack_id = r.stack_id where r.status = 'lost' and s.state in ('APPROVED', 'APPLYING')`,
	"a run that is lost and over":         `select id from runs where status = 'lost' and ended_at is not null`,
	"a post of a lane that is owed twice": `select lane from outbox where kind = 'lobby' and sent_at is null and attempts = 0 group by lane having count(*) > 1`,
}

// chaos is people and drivers who do random things at the same time.
type chaos struct {
	*world
	processes []process

	mu      sync.Mutex
	applied map[string]bool // plans whose apply began, by SHA-256
	done    map[string]int  // what was done, by name
	halves  map[int64]bool  // applies that have reported what they have under way
}

// Whatever people and drivers do at once, on two processes, on three stacks: what
// must never be, never is.
func TestChaos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := &chaos{world: w, processes: []process{w.process, w.join(nil, builtIn(t))}, applied: map[string]bool{}, done: map[string]int{}, halves: map[int64]bool{}}
	w.grant(ann, "approve", 0)
	const actors = 6
	steps := 350
	if os.Getenv("CLOUDENGINE_TEST_LONG") != "" {
		steps = 1500
	}
	var acting sync.WaitGroup
	stop := make(chan struct{})
	for actor := range actors {
		acting.Go(func() {
			for step := 0; step < steps || c.ctx.Err() == nil && len(c.undone()) > 0; step++ {
				c.act(c.processes[actor%2])
			}
		})
	}
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			c.look()
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	acting.Wait()
	close(stop)
	looking.Wait()
	c.look()
	t.Logf("done: %v", c.done)
	if undone := c.undone(); len(undone) > 0 {
		t.Errorf("nothing was ever %s: the test does not test", undone)
	}
}

// undone is what must have been done before the test ends.
func (c *chaos) undone() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc([]string{"planned", "approve", "begin apply", "host lost", "unlock", "report"}, func(what string) bool { return c.done[what] > 0 })
}

// look fails the test if anything is broken now.
func (c *chaos) look() {
	for what, query := range broken {
		var found string
		err := c.store.Pool().QueryRow(c.ctx, "select coalesce(string_agg(x::text, ', '), '') from ("+query+") q(x)").Scan(&found)
		if err != nil || found != "" {
			c.t.Errorf("%s: %s %v", what, found, err)
		}
	}
	c.lookAtHalves()
}

// half is what an apply has under way, once it has reported.
func half(run int64) string { return fmt.Sprintf("module.bucket-half%d.terraform_data.this", run) }

// lookAtHalves fails the test if an apply whose end nobody saw does not say any more
// what it had done, and what it had under way.
func (c *chaos) lookAtHalves() {
	c.mu.Lock()
	reported := maps.Clone(c.halves)
	c.mu.Unlock()
	rows, err := c.store.Pool().Query(c.ctx, `select r.id, coalesce(s.failure->'unfinished', '[]') as unfinished, k.unfinished as stack, coalesce(r.progress->'created', '[]') as created, jsonb_path_query_array(r.progress, '$.working[*].address') as working,
		not exists (select from runs later where later.stack_id = r.stack_id and later.id > r.id and later.kind = 'apply' and later.started_at is not null) as last
		from runs r join sessions s on s.run_id = r.id join stacks k on k.id = r.stack_id where r.status in ('lost', 'interrupted') and s.state = 'FAILED'`)
	if err != nil {
		c.t.Error(err)
		return
	}
	type row struct {
		ID                                  int64
		Unfinished, Stack, Created, Working []string
		Last                                bool
	}
	ended, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		c.t.Error(err)
	}
	for _, r := range ended {
		if !reported[r.ID] || slices.Contains(r.Working, half(r.ID)) { // reported since its host is lost
			continue
		}
		if !slices.Contains(r.Unfinished, half(r.ID)) || r.Last && !slices.Contains(r.Stack, half(r.ID)) || !slices.Contains(r.Created, "vpc.main") {
			c.t.Errorf("run %d leaves %v, its stack %v, and has created %v", r.ID, r.Unfinished, r.Stack, r.Created)
		}
	}
}

// report tells what an apply has done and has under way.
func (c *chaos) report(p process, run store.Run) {
	err := p.Report(c.ctx, run, orchestrator.Progress{Total: 2, Done: 1, Created: []string{"vpc.main"}, Working: []orchestrator.Working{{Address: half(run.ID), Label: plan.Label(half(run.ID)), Action: "create"}}})
	c.settle("report", err)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halves[run.ID] = true
}

// act does one random thing.
func (c *chaos) act(p process) {
	who := []policy.Person{dev, ann, owner}[rand.IntN(3)]
	const enough = 5 // sessions, on three stacks
	s, open := c.any()
	if open < enough {
		_, err := p.StartSession(c.ctx, by(who), orchestrator.NewSession{Project: "dev", Stack: fmt.Sprint("s", rand.IntN(3))})
		c.settle("start", err)
		return
	}
	seen := s.Generation - rand.IntN(8)/7 // now and then an older picture
	switch rand.IntN(22) {
	case 0, 1:
		f := form(s, "bucket", fmt.Sprint("b", rand.IntN(5)))
		c.settle("add", p.PutResource(c.ctx, by(who), f))
	case 2:
		if len(s.Resources) > 0 {
			c.settle("remove", p.RemoveResource(c.ctx, by(who), s.ID, seen, s.Resources[0].Label()))
		}
	case 3:
		c.settle("refresh", p.Refresh(c.ctx, by(who), s.ID, seen))
	case 4, 5, 6:
		c.settle("approve", p.Approve(c.ctx, by(who), s.ID, seen, c.stackOf(s)))
	case 7:
		if rand.IntN(3) > 0 {
			return
		}
		_, err := p.Cancel(c.ctx, by(who), s.ID, seen)
		c.settle("cancel", err)
	case 8:
		level := []string{"view", "deploy"}[rand.IntN(4)/3]
		c.settle("grant", c.grantErr(by(owner), []policy.Person{dev, eve}[rand.IntN(4)/3], level, 0))
	case 9:
		_, err := p.Sweep(c.ctx)
		c.settle("sweep", err)
	case 10, 11:
		c.loseHost(p)
	case 12, 13:
		c.freeLost(p)
	default:
		c.drive(p, s)
	}
}

// loseHost takes from a host what it has under way, and now and then what it lost
// before.
func (c *chaos) loseHost(p process) {
	hosts, err := p.store.HostsAtWork(c.ctx, "h2")
	if err != nil {
		c.t.Error(err)
	}
	for _, host := range hosts {
		c.settle("host lost", p.HostLost(c.ctx, host))
	}
	c.freeLost(p)
}

// freeLost ends, now and then, what is lost: by its host's report, or by an admin's
// word.
func (c *chaos) freeLost(p process) {
	mine, err := p.store.RunsOfHost(c.ctx, "h1")
	if err != nil {
		c.t.Error(err)
	}
	for _, run := range mine {
		if run.Status != store.RunLost {
			continue
		}
		switch rand.IntN(4) {
		case 0:
			c.drive(p, session.Session{RunID: run.ID})
		default:
			s, err := c.store.Session(c.ctx, run.SessionID)
			if err != nil {
				c.t.Error(err)
			}
			c.clock.advance(3 * time.Minute)
			_, err = p.Unlock(c.ctx, by(owner), s.ID, s.Generation, c.stackOf(s), "")
			c.settle("unlock", err)
		}
	}
}

// any returns a random session that has not ended, and how many there are.
func (c *chaos) any() (session.Session, int) {
	open, err := c.store.OpenSessions(c.ctx, guild, owner, project.View, false, "", 50)
	if err != nil {
		c.t.Error(err)
	}
	if len(open) == 0 {
		return session.Session{}, 0
	}
	s, err := c.store.Session(c.ctx, open[rand.IntN(len(open))].ID)
	if err != nil {
		c.t.Error(err)
		return session.Session{}, 0
	}
	return s, len(open)
}

func (c *chaos) stackOf(s session.Session) string {
	l, err := c.Lobby(c.ctx, s.ID)
	if err != nil {
		c.t.Error(err)
	}
	return l.Stack.Name
}

// drive does what a worker does with the session's run, some of it twice, late,
// or on another host.
func (c *chaos) drive(p process, s session.Session) {
	if s.RunID == 0 {
		return
	}
	run, err := p.store.Run(c.ctx, s.RunID)
	if err != nil {
		c.t.Error(err)
		return
	}
	host := []string{"h1", "h2"}[rand.IntN(2)]
	if run.Kind == store.RunPlan {
		c.drivePlan(p, run, host)
		return
	}
	task, err := p.BeginApply(c.ctx, run.ID, host)
	c.settle("begin apply", err)
	if err != nil {
		return
	}
	if !task.Attach {
		c.begun(task.SHA256)
	}
	serial := task.Meta.Serial
	for range rand.IntN(3) {
		serial++
		c.settle("save state", p.SaveState(c.ctx, task.Run, project.StateMeta{Lineage: "l", Serial: serial}, []byte("x")))
	}
	if rand.IntN(2) == 0 {
		c.report(p, task.Run)
	}
	switch rand.IntN(5) {
	case 0: // its driver dies here; another attaches
	case 1:
		c.finish(p, "interrupted", task.Run, orchestrator.Outcome{Interrupted: true, Failure: &session.Failure{Summary: "interrupted"}})
	case 2:
		c.finish(p, "failed", task.Run, wrote(1, serial+1))
	default:
		c.finish(p, "applied", task.Run, wrote(0, serial+1))
	}
}

func (c *chaos) finish(p process, what string, run store.Run, out orchestrator.Outcome) {
	_, err := p.FinishApply(c.ctx, run, out)
	c.settle(what, err)
}

// begun fails the test if the plan's apply began before.
func (c *chaos) begun(sha256 string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.applied[sha256] {
		c.t.Errorf("plan %s is applied twice", sha256)
	}
	c.applied[sha256] = true
}

func (c *chaos) drivePlan(p process, run store.Run, host string) {
	task, err := p.BeginPlan(c.ctx, run.ID, host)
	c.settle("begin plan", err)
	if err != nil {
		return
	}
	switch rand.IntN(10) {
	case 0:
		c.settle("lost", p.PlanLost(c.ctx, run.ID, host))
		if rand.IntN(2) == 0 {
			return
		}
		exit := 1 // and comes late
		if err := p.PlanFailed(c.ctx, task.Run, &exit, session.Failure{Phase: "plan", Summary: "late"}); !errors.Is(err, orchestrator.ErrNothingToDo) {
			c.t.Errorf("the plan that was lost has failed: %v", err)
		}
	case 1:
		exit := 1
		c.settle("plan failed", p.PlanFailed(c.ctx, task.Run, &exit, session.Failure{Phase: "plan", Summary: "no"}))
	default:
		c.settle("planned", p.Planned(c.ctx, planOf(task, []plan.Digest{creates, creates, destroys, nothing}[rand.IntN(4)])))
	}
}

// settle counts what was done. A refusal in words is fine, and so is nothing to
// do; any other error is a fault.
func (c *chaos) settle(what string, err error) {
	var faults *orchestrator.FormError
	var confirm *orchestrator.ConfirmError
	refusal, refused := usererr.Of(err)
	switch {
	case err == nil:
		c.mu.Lock()
		c.done[what]++
		c.mu.Unlock()
	case refused && refusal.Code != usererr.Internal && refusal.Code != usererr.Unavailable:
	case errors.Is(err, orchestrator.ErrNothingToDo), errors.Is(err, store.ErrFenced), errors.As(err, &faults), errors.As(err, &confirm):
	case errors.Is(err, context.DeadlineExceeded):
		c.t.Errorf("%s took too long", what)
	default:
		c.t.Errorf("%s: %v", what, err)
	}
}
