package session_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// What is to be made anew is chosen from what is unfinished, and stays chosen
// until it is made, or no longer wanted.
func TestReplace(t *testing.T) {
	t.Parallel()
	at := session.Moment{Now: start, Lives: session.DefaultLives}
	const other = `module.vm-b.terraform_data.this["x"]`
	stack := project.Stack{State: project.StateMeta{Serial: 1}, Unfinished: []string{halfMade, other, "module.vm-gone.terraform_data.this", "terraform_data.stray"}}
	failed := session.Session{ID: "k4q2", State: session.Failed, Generation: 1, Resources: []project.Resource{vm("a"), vm("b")}, Failure: &session.Failure{}}
	if got := failed.Replaceable(stack); !slices.Equal(got, []string{halfMade, other}) {
		t.Errorf("replaceable: %q", got)
	}
	chosen, err := failed.Replace([]string{halfMade, other}, stack, at)
	if err != nil || chosen.State != session.Failed || chosen.Generation != 1 || !slices.Equal(chosen.Replacing, []string{halfMade, other}) || failed.Replacing != nil {
		t.Fatalf("%+v, %v", chosen, err)
	}
	var te *session.TransitionError
	for _, address := range []string{"module.vm-gone.terraform_data.this", "terraform_data.stray", "-destroy", ""} {
		if _, err := failed.Replace([]string{address}, stack, at); !errors.As(err, &te) {
			t.Errorf("%q was chosen: %v", address, err)
		}
	}
	planned := must(chosen.Submit([]project.Resource{vm("a")}, stack, at))(t)
	if !slices.Equal(planned.Replacing, []string{halfMade}) {
		t.Errorf("without b it replaces %q", planned.Replacing)
	}
	again := must(must(planned.Reject([]string{"no"}, at))(t).Replace(nil, stack, at))(t)
	if again.State != session.Validating || again.Generation != 3 || len(again.Replacing) > 0 {
		t.Errorf("taken back: %+v", again)
	}
	stack.Unfinished = nil
	if s := must(chosen.Submit(chosen.Resources, stack, at))(t); len(s.Replacing) > 0 {
		t.Errorf("what was made meanwhile is made again: %q", s.Replacing)
	}
	chosen.State = session.Applying
	if s := must(chosen.Fail(session.Failure{}, at))(t); len(s.Replacing) > 0 {
		t.Errorf("what may have been made is made again: %q", s.Replacing)
	}
	if _, err := chosen.Replace(nil, stack, at); !errors.As(err, &te) {
		t.Errorf("chosen in the middle of an apply: %v", err)
	}
}

// What is unfinished in a region is made anew there, unless the session leaves it.
func TestReplaceInARegion(t *testing.T) {
	t.Parallel()
	const away = "module.vm-a_us-1.terraform_data.this"
	a := vm("a")
	a.Regions = []string{"eu-1", "us-1"}
	stack := project.Stack{Region: "eu-1", Resources: []project.Resource{a}, Unfinished: []string{halfMade, away, "module.vm-gone_us-1.terraform_data.this"}}
	for name, c := range map[string]struct{ regions, want []string }{
		"in those of its stack":  {nil, []string{halfMade, away}},
		"in those that it names": {[]string{"eu-1", "us-1"}, []string{halfMade, away}},
		"leaving it":             {[]string{"eu-1"}, []string{halfMade}},
	} {
		s := session.Session{State: session.Failed, Resources: []project.Resource{a}, Regions: c.regions}
		if got := s.Replaceable(stack); !slices.Equal(got, c.want) {
			t.Errorf("%s: replaceable are %q", name, got)
		}
	}
}

func must(s session.Session, err error) func(*testing.T) session.Session {
	return func(t *testing.T) session.Session {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}
