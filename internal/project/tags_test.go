package project_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestParseTags(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]map[string]string{
		"":                                   {},
		" , ":                                {},
		"team=web":                           {"team": "web"},
		" cost-center = 42 ,team= web shop ": {"cost-center": "42", "team": "web shop"},
		"a=b=c":                              {"a": "b=c"},
		"team=":                              {"team": ""},
		"x_1-y=${file(\"/etc/passwd\")}`":    {"x_1-y": "${file(\"/etc/passwd\")}`"},
		"long=" + strings.Repeat("ä", 100):   {"long": strings.Repeat("ä", 100)},
		strings.Repeat("k", 63) + "=v":       {strings.Repeat("k", 63): "v"},
	} {
		got, err := project.ParseTags(in)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v %s", in, err, diff)
		}
	}
	var many string
	for i := range 21 {
		many += "k" + string(rune('a'+i)) + "=1,"
	}
	if got, err := project.ParseTags(strings.TrimSuffix(many, "ku=1,")); err != nil || len(got) != 20 {
		t.Errorf("20 tags: %v, %v", got, err)
	}
	for _, in := range []string{"team", "=web", "Team=web", "1a=b", "a b=c", "a=1,a=2", "project=x", "managed-by=me", "aws:x=1",
		"long=" + strings.Repeat("a", 101), strings.Repeat("k", 64) + "=v", "a=\x00", "a=b\nc", "a=\xff", many} {
		var bad *project.TagError
		if got, err := project.ParseTags(in); !errors.As(err, &bad) || bad.Part == "" {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func TestMergeTags(t *testing.T) {
	t.Parallel()
	were := map[string]string{"team": "web", "cost-center": "42"}
	got := project.MergeTags(were, map[string]string{"team": "", "stage": "live", "cost-center": "43"})
	if diff := cmp.Diff(map[string]string{"cost-center": "43", "stage": "live"}, got); diff != "" {
		t.Error(diff)
	}
	if len(were) != 2 || were["team"] != "web" {
		t.Errorf("what was there is changed: %v", were)
	}
}
