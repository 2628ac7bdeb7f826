package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func number(n int) *int { return &n }

// Every reason is given, not the first; what is only destroyed meets no rule.
func TestDesired(t *testing.T) {
	t.Parallel()
	resources := []project.Resource{{Kind: "vpc", Name: "shop-net"}, {Kind: "database", Name: "db"}}
	for name, tc := range map[string]struct {
		rules     project.Rules
		resources []project.Resource
		tags      map[string]string
		want      []string // parts, one reason each
	}{
		"no rules":       {resources: resources},
		"allowed kinds":  {rules: project.Rules{Kinds: []string{"vpc", "database"}}, resources: resources},
		"another kind":   {rules: project.Rules{Kinds: []string{"vpc"}}, resources: resources, want: []string{"`database.db` is a `database`"}},
		"matching names": {rules: project.Rules{NamePattern: "shop-.*|db"}, resources: resources},
		"part of a name": {rules: project.Rules{NamePattern: "shop|db"}, resources: resources, want: []string{"Name: `shop-net`, `shop-web` does not match"}},
		"broken pattern": {rules: project.Rules{NamePattern: "("}, resources: resources, want: []string{"Name: `db`, `shop-net`, `shop-web`"}},
		"tags":           {rules: project.Rules{RequiredTags: []string{"team"}}, resources: resources, tags: map[string]string{"team": "web"}},
		"blank tag":      {rules: project.Rules{RequiredTags: []string{"team", "x"}}, resources: resources, tags: map[string]string{"team": " "}, want: []string{"requires `team`, `x`"}},
		"all at once": {rules: project.Rules{Kinds: []string{"bucket"}, NamePattern: "x", RequiredTags: []string{"team"}}, resources: resources,
			want: []string{"vpc.shop-net", "database.db", "Name:", "Tags:"}},
		"destroyed": {rules: project.Rules{Kinds: []string{"bucket"}, NamePattern: "x", RequiredTags: []string{"team"}}},
	} {
		s := policy.Scope{Project: project.Project{Slug: "prod", Rules: tc.rules}, Now: now}
		got := s.Desired(project.Stack{Name: "shop-web"}, tc.resources, tc.tags)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
			continue
		}
		for i, part := range tc.want {
			if !strings.Contains(got[i], part) {
				t.Errorf("%s: %q, want %q", name, got[i], part)
			}
		}
	}
}

// A person's own limit goes before the one that each person has, limit by limit.
func TestApplicableTo(t *testing.T) {
	t.Parallel()
	all := project.Limits{Resources: number(9)}
	each := project.Limits{Stacks: number(2), Sessions: number(3)}
	own := project.Limits{Stacks: number(5), Kinds: map[string]int{"database": 1}}
	quotas := []project.Quota{{Limits: all}, {Subject: project.EachPerson, Limits: each}, {Subject: "ada", Limits: own}}
	for user, want := range map[string]policy.Applicable{
		"ada":   {Project: all, Person: project.Limits{Stacks: number(5), Sessions: number(3), Kinds: map[string]int{"database": 1}}},
		"grace": {Project: all, Person: each},
	} {
		if diff := cmp.Diff(want, policy.ApplicableTo(user, quotas)); diff != "" {
			t.Errorf("%s: %s", user, diff)
		}
	}
	if a := policy.ApplicableTo("ada", nil); !a.Project.IsZero() || !a.Person.IsZero() {
		t.Errorf("without quotas: %+v", a)
	}
}

// A refusal lists every limit hit, with used, asked and limit.
func TestQuotaListsEveryLimit(t *testing.T) {
	t.Parallel()
	limits := policy.Applicable{Project: project.Limits{Stacks: number(2), Resources: number(5)}, Person: project.Limits{Kinds: map[string]int{"database": 1}}}
	used := policy.Used{Project: project.Usage{Stacks: 2, Resources: 4}, Person: project.Usage{Kinds: map[string]int{"database": 1}}}
	got := policy.Quota("dev", "7", limits, used, project.Usage{Stacks: 1, Resources: 2, Kinds: map[string]int{"database": 1}})
	want := []string{"allows 2 stacks; 2 used, 1 more asked", "allows 5 resources; 4 used, 2 more asked", "<@7> may have 1 `database` in `dev`; 1 used, 1 more asked"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}
