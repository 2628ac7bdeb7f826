package session_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func vm(name string) project.Resource {
	return project.Resource{Kind: "vm", Name: name, Values: map[string]any{}}
}

// halfMade is what an apply has left unfinished.
const halfMade = "module.vm-a.terraform_data.this"

// model plays a world around one session: it knows what must hold, in terms of
// its own, and never looks at the machine's table.
type model struct {
	s      session.Session
	now    time.Time
	runs   int64
	stack  project.Stack
	starts map[int]int // applies started, by generation
}

func (m *model) at() session.Moment {
	return session.Moment{Now: m.now, Lives: session.DefaultLives}
}

// step draws an event, fires it and checks what must hold of one transition.
func (m *model) step(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes")) * time.Minute)
	before := m.s
	frozen := fmt.Sprintf("%+v", before)
	event := rapid.SampledFrom([]string{"submit", "clear", "reject", "accept", "planned", "late plan", "nothing to do",
		"approve", "approve of two", "unapprove", "withdraw", "override", "replace", "replace nothing", "replace what is done", "stale", "start", "applied", "fail", "cancel", "stopped", "expire"}).Draw(t, "event")
	next, err := m.fire(event)
	if got := fmt.Sprintf("%+v", before); got != frozen {
		t.Fatalf("%s changed the value it was fired on:\n%s\n%s", event, frozen, got)
	}
	if err != nil {
		var te *session.TransitionError
		if !errors.As(err, &te) || te.State != before.State || !strings.Contains(err.Error(), string(before.State)) {
			t.Fatalf("%s from %s: the error does not name the state: %v", event, before.State, err)
		}
		return
	}
	m.check(t, event, before, next)
	m.s = next
}

func (m *model) fire(event string) (session.Session, error) {
	s, at := m.s, m.at()
	digest := plan.Digest{Add: 1, Changes: []plan.Change{{Address: "x", Action: plan.Create}}}
	switch event {
	case "submit":
		return s.Submit([]project.Resource{vm("a")}, m.stack, at)
	case "clear":
		return s.Submit(nil, m.stack, at)
	case "reject":
		return s.Reject([]string{"no"}, at)
	case "accept":
		m.runs++
		return s.Accept(m.runs, at)
	case "planned":
		return s.Planned(session.Plan{RunID: s.RunID, Digest: digest}, at)
	case "late plan":
		return s.Planned(session.Plan{RunID: s.RunID - 1, Digest: digest}, at)
	case "nothing to do":
		return s.Planned(session.Plan{RunID: s.RunID}, at)
	case "approve":
		m.runs++
		return s.Approve(approval(fmt.Sprint("u", m.runs)), 0, m.runs, at)
	case "approve of two":
		m.runs++
		return s.Approve(approval(fmt.Sprint("u", m.runs%3)), 2, m.runs, at)
	case "unapprove":
		return s.Unapprove(func(session.Approval) bool { return false }, []string{"left"}, at)
	case "withdraw":
		return s.Unapprove(func(a session.Approval) bool { return a.UserID != "u1" }, []string{"u1 withdrew"}, at)
	case "override":
		return s.Overridden(session.Note{By: "admin", At: m.now}, at)
	case "replace":
		return s.Replace([]string{halfMade}, m.stack, at)
	case "replace nothing":
		return s.Replace(nil, m.stack, at)
	case "replace what is done":
		return s.Replace([]string{"module.vm-b.terraform_data.this"}, m.stack, at)
	case "stale":
		return s.Stale(m.stack, at)
	case "start":
		return s.Start(at)
	case "applied":
		return s.Applied(at)
	case "fail":
		return s.Fail(session.Failure{Summary: "boom"}, at)
	case "cancel":
		return s.Cancel(nil, at)
	case "stopped":
		return s.Stopped(nil, at)
	default:
		return s.Expire(at)
	}
}

func (m *model) check(t *rapid.T, event string, before, next session.Session) {
	fail := func(format string, args ...any) {
		t.Fatalf("%s: %s -> %s: %s", event, before.State, next.State, fmt.Sprintf(format, args...))
	}
	if before.State.Ended() {
		fail("something followed an end")
	}
	switch next.State {
	case session.PlanReady, session.Approved, session.Applying:
		if next.Plan == nil || next.Plan.RunID == 0 {
			fail("there is no plan")
		}
	}
	if next.State == session.Approved && (next.Plan.Digest.Empty() || len(next.Approvals) == 0) {
		fail("approved: nothing, or by nobody")
	}
	if next.Generation != before.Generation && (next.Plan != nil || len(next.Approvals) > 0 || next.Override != nil || next.RunID != 0) {
		fail("an older generation's plan, approvals or override live on")
	}
	if event == "withdraw" && (next.State != session.PlanReady || next.ApprovedBy("u1")) {
		fail("withdrawn, and it counts")
	}
	if next.Override != nil && next.Plan == nil {
		fail("an override of no plan")
	}
	if next.Generation == before.Generation && next.State != session.Failed && !slices.Equal(next.Replacing, before.Replacing) {
		fail("a plan replaces %v, and was made to replace %v", next.Replacing, before.Replacing)
	}
	if len(next.Replacing) > 0 && !slices.Equal(next.Replacing, []string{halfMade}) || event == "replace what is done" {
		fail("it replaces %v", next.Replacing)
	}
	if next.Generation != before.Generation && len(next.Replacing) > len(next.Chosen(m.stack)) {
		fail("it replaces what is not wanted")
	}
	if next.Generation < before.Generation {
		fail("the generation fell")
	}
	if before.State == session.Applying && next.State != session.Applied && next.State != session.Failed && next.State != session.Cancelled {
		fail("an apply was left under way")
	}
	if next.State == session.Applying {
		m.starts[next.Generation]++
		if before.State != session.Approved {
			fail("started without an approval")
		}
		if m.starts[next.Generation] > 1 {
			fail("one plan was started twice")
		}
	}
	if next.State == session.Expired && before.ExpiresAt != nil && m.now.Before(*before.ExpiresAt) {
		fail("expired early")
	}
	timed := next.State == session.Draft || next.State == session.PlanReady || next.State == session.Approved || next.State == session.Failed
	if timed != (next.ExpiresAt != nil) || timed && !next.ExpiresAt.After(m.now) {
		fail("expires at %v", next.ExpiresAt)
	}
	if next.State == session.Failed && next.Failure == nil {
		fail("failed without a reason")
	}
}

func TestRandomEventsKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: start, starts: map[int]int{}}
		if rapid.Bool().Draw(t, "stack exists") {
			m.stack.State.Serial, m.stack.Unfinished = 1, []string{halfMade}
		}
		m.s = session.New("k4q2", project.Project{ID: 1, GuildID: "g"}, m.stack, "u", m.at())
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			m.step(t)
		}
	})
}

func TestTheMainPath(t *testing.T) {
	m := &model{now: start, starts: map[int]int{}}
	m.s = session.New("k4q2", project.Project{ID: 1}, m.stack, "u", m.at())
	for _, step := range []struct {
		event string
		want  session.State
	}{
		{"submit", session.Validating}, {"accept", session.Planning}, {"planned", session.PlanReady}, {"approve of two", session.PlanReady},
		{"approve of two", session.Approved}, {"start", session.Applying}, {"applied", session.Applied},
	} {
		next, err := m.fire(step.event)
		if err != nil || next.State != step.want {
			t.Fatalf("%s: %s, %v; want %s", step.event, next.State, err, step.want)
		}
		m.s = next
	}
}

func TestApproveRefusals(t *testing.T) {
	at := session.Moment{Now: start, Lives: session.DefaultLives}
	ready := session.Session{ID: "k4q2", State: session.PlanReady, RunID: 7, Generation: 1,
		Plan: &session.Plan{RunID: 7, Digest: plan.Digest{Add: 1, Changes: []plan.Change{{Address: "x", Action: plan.Create}}}}}
	once, err := ready.Approve(approval("ada"), 2, 8, at)
	if err != nil || once.State != session.PlanReady || once.RunID != 7 {
		t.Fatalf("first of two: %+v, %v", once, err)
	}
	if _, err := once.Approve(approval("ada"), 2, 8, at); err == nil {
		t.Error("one person approved twice")
	}
	empty := ready
	empty.Plan = &session.Plan{RunID: 7}
	if _, err := empty.Approve(approval("ada"), 1, 8, at); err == nil {
		t.Error("a plan without changes was approved")
	}
}

func TestStaleMergesWhatOthersDid(t *testing.T) {
	at := session.Moment{Now: start, Lives: session.DefaultLives}
	s := session.Session{ID: "k4q2", State: session.PlanReady, Plan: &session.Plan{}, Resources: []project.Resource{vm("mine")}}
	stack := project.Stack{Resources: []project.Resource{vm("theirs")}, State: project.StateMeta{Serial: 1}}
	next, err := s.Stale(stack, at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]project.Resource{vm("theirs"), vm("mine")}, next.Resources); diff != "" {
		t.Error(diff)
	}
}

func approval(userID string) session.Approval {
	return session.Approval{Person: project.Person{UserID: userID}}
}
