package rego_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/rego"
)

func TestStarterPolicies(t *testing.T) {
	t.Parallel()
	p := MustStarter(t)
	if diff := cmp.Diff([]string{"destroy_database", "encryption", "instance_sizes", "public_database"}, p.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	results, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Passed {
			t.Errorf("%s:%d: %s %s", r.File, r.Line, r.Name, r.Reason)
		}
	}
	for _, name := range p.Names() {
		if !slices.ContainsFunc(results, func(r rego.TestResult) bool { return strings.HasPrefix(r.Name, "cloudengine."+name+"_test.") }) {
			t.Errorf("policy %s has no tests", name)
		}
	}
}

// The sandbox's own modules, planned by Terraform and judged as the bot does it.
func TestStarterOnTheSandbox(t *testing.T) {
	t.Parallel()
	kinds, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	p := MustStarter(t)
	w := workspace{t.TempDir()}
	judge := func(t *testing.T, session rego.Session, resources ...project.Resource) []string {
		t.Helper()
		composed, err := kinds.Compose(catalog.Composition{
			Provider: "sandbox", Region: "eu-1", Resources: resources,
			Settings: map[string]any{"sandbox_seconds": 0},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range resources {
			session.Resources = append(session.Resources, rego.Resource(r))
		}
		var texts []string
		for _, f := range MustEvaluate(t, p, rego.Input{Plan: w.MustPlan(t, composed.Files), Session: session}) {
			texts = append(texts, strings.Join([]string{f.Policy, string(f.Severity), f.Resource, f.Message}, " | "))
		}
		return texts
	}
	database := func(size, engine string) project.Resource {
		version := map[string]string{"postgres": "16", "mysql": "8.4"}[engine]
		return project.Resource{Kind: "database", Name: "db", Values: map[string]any{"size": size, "engine": engine, "engine_version": version}}
	}
	network := project.Resource{Kind: "vpc", Name: "main", Values: map[string]any{}}
	destroyed := []string{"destroy_database | deny | database.db | database.db would be destroyed, and its data lost. No database is destroyed in passing: an admin can let it pass, with a reason."}
	replaced := []string{strings.Replace(destroyed[0], "destroyed,", "replaced,", 1)}

	expect := func(t *testing.T, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	}
	expect(t, []string{
		"instance_sizes | deny | database.db | database.db has the size large. Allowed: small, medium.",
	}, judge(t, rego.Session{}, network, database("large", "postgres")))
	expect(t, nil, judge(t, rego.Session{}, network, database("small", "postgres")))
	w.MustApply(t)
	expect(t, nil, judge(t, rego.Session{}, network, database("medium", "postgres")))
	expect(t, replaced, judge(t, rego.Session{}, network, database("small", "mysql")))
	expect(t, destroyed, judge(t, rego.Session{}, network))
	expect(t, destroyed, judge(t, rego.Session{}))
	expect(t, nil, judge(t, rego.Session{Destroy: true}))

	open := database("small", "postgres")
	open.Values["engine"] = "mysql" // so that something changes
	open.Values["engine_version"] = "8.4"
	asked := rego.Session{Destroy: true, Resources: []rego.Resource{{Kind: "database", Name: "db", Values: map[string]any{"public": true, "encrypted": false}}}}
	expect(t, []string{
		"encryption | deny | database.db | database.db is not encrypted. What is stored or sent has to be encrypted.",
		"public_database | deny | database.db | database.db is public. Databases are reached from their network only.",
	}, judge(t, asked, network, open))
}

// A package of the operator's folder takes the place of the starter's.
func TestOverride(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		names []string
		says  []string // of instance_sizes
	}{
		"the list": {
			map[string]string{"sizes.rego": "package settings.instance_sizes\n\nallowed := {\"aws\": [\"db.t3.*\"]}\n"},
			[]string{"destroy_database", "encryption", "instance_sizes", "public_database"},
			[]string{"database.db0 has the size db.x2g.large. Allowed: db.t3.*."},
		},
		"the list, wider": {
			map[string]string{"sizes.rego": "package settings.instance_sizes\n\nallowed := {\"aws\": [\"db.*.*\"]}\n"},
			[]string{"destroy_database", "encryption", "instance_sizes", "public_database"}, nil,
		},
		"the policy": {
			map[string]string{"mine.rego": policy("instance_sizes", `deny contains "no"`)},
			[]string{"destroy_database", "encryption", "instance_sizes", "public_database"},
			[]string{"no"},
		},
		"one more": {
			map[string]string{"mine.rego": policy("mine", "import data.starter.plan\n\ndeny contains \"no\" if count(plan.made) > 1")},
			[]string{"destroy_database", "encryption", "instance_sizes", "mine", "public_database"},
			[]string{"database.db0 has the size db.x2g.large. Allowed: t3.*, t3a.*, t4g.*, m7g.large, m7i.large, db.t3.*, db.t4g.*, db.m7g.large, cache.t3.*, cache.t4g.*."},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := rego.Load(t.Context(), MustFolder(t, tc.files), true)
			if err != nil {
				t.Fatal(err)
			}
			p = p.WithTimeout(deadline)
			if diff := cmp.Diff(tc.names, p.Names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			var says []string
			for _, f := range MustEvaluate(t, p, rego.Input{Plan: planOf(t, 1)}) {
				if f.Policy == "instance_sizes" {
					says = append(says, f.Message)
				}
			}
			if diff := cmp.Diff(tc.says, says); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			results, err := p.Test(t.Context()) // the other starter policies are as they were
			for _, r := range results {
				if !r.Passed {
					t.Errorf("%s: %s", r.Name, r.Reason)
				}
			}
			if err != nil || len(results) < 15 {
				t.Errorf("%d tests, %v", len(results), err)
			}
		})
	}
}

func TestTests(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.rego": policy("a", `deny contains "x" if input.plan.errored`),
		"a_test.rego": `package cloudengine.a_test

import data.cloudengine.a

test_errored if count(a.deny) == 1 with input as {"plan": {"errored": true}}

test_wrong if count(a.deny) == 2 with input as {"plan": {"errored": true}}

test_cases[name] if {
	some name, errored in {"yes": true, "no": false}
	count(a.deny) == 0 with input as {"plan": {"errored": errored}}
}

test_fails if to_number(input.plan.timestamp) == 1 with input as {"plan": {"timestamp": "x"}}

todo_test_later if false
`,
	}
	p := MustLoad(t, files)
	results, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, reason string }{
		{"test_errored", ""}, {"test_wrong", "is not true"}, {"test_cases", "is not true of yes"},
		{"test_fails", "to_number"}, {"todo_test_later", "not run"},
	}
	if len(results) != len(want) {
		t.Fatalf("%d tests: %+v", len(results), results)
	}
	for i, r := range results {
		w := want[i]
		if r.Name != "cloudengine.a_test."+w.name || r.Passed != (w.reason == "") || !strings.Contains(r.Reason, w.reason) || !strings.HasSuffix(r.File, "a_test.rego") {
			t.Errorf("%+v instead of %+v", r, w)
		}
	}

	files["a_test.rego"] = "package cloudengine.a_test\n\ntest_x if input.plan.oops\n"
	var faults *rego.LoadError
	if _, err := MustLoad(t, files).Test(t.Context()); !errors.As(err, &faults) || !strings.Contains(err.Error(), "a_test.rego:3:11: input.plan, a plan's JSON, has no oops") {
		t.Errorf("the error is %v", err)
	}
}
