package project_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func in(name string, regions ...string) project.Resource {
	return project.Resource{Kind: "vm", Name: name, Regions: regions}
}

func TestRegionsOfAStack(t *testing.T) {
	t.Parallel()
	st := project.Stack{Region: "eu-1", Resources: []project.Resource{in("a"), in("b", "eu-1", "us-1")}}
	for name, c := range map[string]struct{ got, want []string }{
		"of its resources":       {st.Regions(), []string{"eu-1", "us-1"}},
		"with others":            {st.With([]project.Resource{in("a", "eu-1", "us-2", "ap-1")}), []string{"eu-1", "ap-1", "us-2"}},
		"of none":                {st.With(nil), []string{"eu-1"}},
		"of its last deployment": {project.Stack{Region: "eu-1", Spread: []string{"us-1", "eu-1"}}.Regions(), []string{"eu-1", "us-1"}},
		"where it may stand":     {project.Stack{Region: "eu-1", Resources: []project.Resource{in("a")}, Held: []project.Resource{in("b", "us-1")}}.Standing(), []string{"eu-1", "us-1"}},
		"its own is first":       {st.Led([]string{"us-1", "ap-1", "eu-1", "us-1"}), []string{"eu-1", "ap-1", "us-1"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Each region counts, and what an apply may have left in one is held.
func TestRegionsCount(t *testing.T) {
	t.Parallel()
	both, one := in("a", "eu-1", "us-1"), in("a")
	if u := project.UsageOf([]project.Resource{both, in("b")}); u.Resources != 3 || u.Kinds["vm"] != 3 || u.Stacks != 1 {
		t.Errorf("usage is %+v", u)
	}
	for name, c := range map[string]struct {
		before, desired project.Resource
		succeeded       bool
		want            project.Resource
	}{
		"left for certain":   {both, one, true, one},
		"perhaps not left":   {both, one, false, both},
		"perhaps not there":  {one, both, false, both},
		"moved, perhaps not": {both, in("a", "eu-1", "ap-1"), false, in("a", "eu-1", "ap-1", "us-1")},
	} {
		desired := []project.Resource{c.desired}
		if diff := cmp.Diff([]project.Resource{c.want}, project.HeldAfter([]project.Resource{c.before}, desired, c.succeeded)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.desired, desired[0]); diff != "" {
			t.Errorf("%s: what is desired was changed: %s", name, diff)
		}
	}
}

// Where a resource stands is no edit: one that goes to another region keeps what
// somebody else has made of the resource meanwhile.
func TestMergeLeavesRegions(t *testing.T) {
	t.Parallel()
	base := []project.Resource{in("a")}
	mine := []project.Resource{in("a", "eu-1", "us-1")}
	theirs := []project.Resource{{Kind: "vm", Name: "a", Values: map[string]any{"size": "large"}}}
	if diff := cmp.Diff(theirs, project.Merge(base, mine, theirs)); diff != "" {
		t.Error(diff)
	}
	if merged := project.Merge(base, mine, nil); len(merged) != 0 {
		t.Errorf("what they removed is back: %v", merged)
	}
}

// What is found is held beside what was.
func TestFound(t *testing.T) {
	t.Parallel()
	before := project.Stack{Region: "eu-1", Held: []project.Resource{in("a"), in("b", "eu-1", "us-1"), in("c", "us-1")}}
	st := before
	for _, found := range [][2]string{{"a", ""}, {"a", "us-1"}, {"b", "us-1"}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", "us-1"}, {"e", "ap-1"}} {
		st = st.Found("vm", found[0], found[1])
	}
	want := []project.Resource{in("a", "eu-1", "us-1"), in("b", "eu-1", "us-1"), in("c", "us-1", "eu-1"), in("d"), in("e", "us-1", "ap-1")}
	if diff := cmp.Diff(want, st.Held); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]project.Resource{in("a"), in("b", "eu-1", "us-1"), in("c", "us-1")}, before.Held); diff != "" {
		t.Errorf("the stack before was changed: %s", diff)
	}
}
