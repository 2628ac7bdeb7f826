package rego_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestEvaluate(t *testing.T) {
	t.Parallel()
	deny := func(message string) plan.Finding {
		return plan.Finding{Policy: "a", Severity: plan.Deny, Message: message}
	}
	warn := func(message string) plan.Finding {
		return plan.Finding{Policy: "a", Severity: plan.Warn, Message: message}
	}
	cases := map[string]struct {
		rules string
		want  []plan.Finding
	}{
		"nothing":             {`deny contains "x" if input.session.destroy`, nil},
		"a text":              {`deny contains "x"`, []plan.Finding{deny("x")}},
		"denials first":       {"warn contains \"a\"\n\ndeny contains \"b\"\n\ndeny contains \"a\"", []plan.Finding{deny("a"), deny("b"), warn("a")}},
		"an object":           {`deny contains {"msg": "x", "resource": "database.db", "more": {"a": 1}}`, []plan.Finding{{Policy: "a", Severity: plan.Deny, Message: "x", Resource: "database.db"}}},
		"an address":          {`deny contains {"msg": "module.database-db.aws_db_instance.this is open", "resource": "module.database-db.aws_db_instance.this"}`, []plan.Finding{{Policy: "a", Severity: plan.Deny, Message: "database.db is open", Resource: "database.db"}}},
		"once":                {`deny contains msg if some msg in ["x", "x\n", "x\u202e"]`, []plan.Finding{deny("x")}},
		"one line":            {`deny contains "a\n\n b\u001b[31m\tc\u0000d\u2028e"`, []plan.Finding{deny("a b [31m c d e")}},
		"no reason":           {`deny contains " \n"`, []plan.Finding{deny("The policy gives no reason.")}},
		"the session":         {`deny contains msg if msg := sprintf("%s %s %s %v %s", [input.session.project, input.session.stack, input.session.resources[0].kind, input.session.destroy, input.session.tags.team])`, []plan.Finding{deny("dev web vpc false core")}},
		"empty lists":         {"deny contains \"x\" if count(input.session.roles) == 0", []plan.Finding{deny("x")}},
		"numbers are exact":   {`deny contains sprintf("%v", [input.session.resources[0].values.big])`, []plan.Finding{deny("9007199254740993")}},
		"the plan":            {`deny contains input.plan.format_version`, []plan.Finding{deny("1.2")}},
		"print is left aside": {"deny contains \"x\" if print(input)", []plan.Finding{deny("x")}},
	}
	in := rego.Input{Plan: emptyPlan, Session: rego.Session{
		Project: "dev", Stack: "web", Tags: map[string]string{"team": "core"},
		Resources: []rego.Resource{{Kind: "vpc", Name: "main", Values: map[string]any{"big": json.Number("9007199254740993")}}},
	}}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := MustEvaluate(t, MustLoad(t, map[string]string{"a.rego": policy("a", tc.rules)}), in)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// What cannot be judged is an error that people can read, never no findings.
func TestEvaluateFailsClosed(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		plan  string
		says  string
	}{
		"a builtin fails":      {map[string]string{"sizes.rego": policy("a", `deny contains "x" if to_number("x") > 1`)}, "", "the rule at `sizes.rego:3` failed"},
		"a type is wrong":      {map[string]string{"a.rego": policy("a", `deny contains "x" if upper(input.plan.resource_changes) == "A"`)}, "", "the rule at `a.rego:3` failed"},
		"two values":           {map[string]string{"a.rego": policy("a", "limit := 1\n\nlimit := 2\n\ndeny contains \"x\" if limit == 1")}, "", "the rule at `a.rego:"},
		"not a text at last":   {map[string]string{"a.rego": policy("a", `deny contains input.plan.resource_changes`)}, "", "something else than findings"},
		"not an object":        {map[string]string{"a.rego": policy("a", `deny contains input.plan.checks`)}, `{"format_version": "1.2", "checks": {"message": "x"}}`, "something else than findings"},
		"resource no text":     {map[string]string{"a.rego": policy("a", `deny contains {"msg": "x", "resource": input.plan.checks}`)}, `{"format_version": "1.2", "checks": 1}`, "something else than findings"},
		"one of many":          {map[string]string{"a.rego": policy("a", `deny contains "x"`), "b.rego": policy("b", `warn contains "x" if to_number("x") > 1`)}, "", "the rule at `b.rego:3` failed"},
		"no plan":              {map[string]string{"a.rego": policy("a", `deny contains "x" if input.plan.errored`)}, "-", "the plan could not be read"},
		"a broken plan":        {map[string]string{"a.rego": policy("a", `deny contains "x" if input.plan.errored`)}, `{"format_version": "1.2"`, "the plan could not be read"},
		"not a plan":           {map[string]string{"a.rego": policy("a", `deny contains "x" if input.plan.errored`)}, `{}`, "the plan could not be read"},
		"two plans":            {map[string]string{"a.rego": policy("a", `deny contains "x" if input.plan.errored`)}, `{"format_version": "1.2"}{}`, "the plan could not be read"},
		"null where a plan is": {map[string]string{"a.rego": policy("a", `deny contains "x" if input.plan.errored`)}, `null`, "the plan could not be read"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := rego.Input{Plan: emptyPlan}
			if tc.plan != "" {
				in.Plan = json.RawMessage(strings.Trim(tc.plan, "-"))
			}
			found, err := MustLoad(t, tc.files).Evaluate(t.Context(), in)
			public, ok := usererr.Of(err)
			if !ok || found != nil {
				t.Fatalf("findings %v, error %v", found, err)
			}
			for _, want := range []string{tc.says, "nothing was changed"} {
				if !strings.Contains(public.Public, want) {
					t.Errorf("the text lacks %q: %s", want, public.Public)
				}
			}
		})
	}
}

const endless = `deny contains "x" if count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b == 0]) > 0`

func TestEvaluateTimeout(t *testing.T) {
	t.Parallel()
	p := MustLoad(t, map[string]string{"a.rego": policy("a", endless)})
	_, err := p.WithTimeout(50*time.Millisecond).Evaluate(t.Context(), rego.Input{Plan: emptyPlan})
	if public, ok := usererr.Of(err); !ok || !strings.Contains(public.Public, "took longer than 50ms") {
		t.Errorf("the error is %v", err)
	}
}

func TestEvaluateCancel(t *testing.T) {
	t.Parallel()
	p := MustLoad(t, map[string]string{"a.rego": policy("a", endless)}).WithTimeout(time.Hour)
	why := errors.New("the bot stops")
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error)
	go func() {
		_, err := p.Evaluate(ctx, rego.Input{Plan: emptyPlan})
		done <- err
	}()
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("the error is %v", err)
	}
}

func TestEvaluateLimits(t *testing.T) {
	t.Parallel()
	many := func(rule string, n int) string {
		return fmt.Sprintf("%s contains sprintf(\"%s %%04d\", [n]) if some n in numbers.range(1, %d)\n\n", rule, rule, n)
	}
	cases := map[string]struct {
		rules    string
		n        int
		last     string
		severity plan.Severity
	}{
		"just fits":       {many("deny", 60) + many("warn", 40), 100, "warn 0040", plan.Warn},
		"one too many":    {many("deny", 61) + many("warn", 40), 100, "2 more findings are not shown.", plan.Warn},
		"denials dropped": {many("deny", 1000) + many("warn", 40), 100, "941 more findings are not shown.", plan.Deny},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := MustEvaluate(t, MustLoad(t, map[string]string{"a.rego": policy("a", tc.rules)}), rego.Input{Plan: emptyPlan})
			if last := found[len(found)-1]; len(found) != tc.n || last.Message != tc.last || last.Severity != tc.severity {
				t.Errorf("%d findings, the last is %+v", len(found), last)
			}
		})
	}
	long := MustEvaluate(t, MustLoad(t, map[string]string{"a.rego": policy("a", `deny contains concat("", ["é" | some _ in numbers.range(1, 400)])`)}), rego.Input{Plan: emptyPlan})
	if n := utf8.RuneCountInString(long[0].Message); n != rego.MaxMessage || !strings.HasSuffix(long[0].Message, "é…") {
		t.Errorf("a long message has %d runes: %s", n, long[0].Message)
	}
}

func TestEvaluateConcurrently(t *testing.T) {
	t.Parallel()
	p := MustStarter(t)
	in := rego.Input{Plan: planOf(t, 5)}
	want := MustEvaluate(t, p, in)
	if len(want) != 15 {
		t.Fatalf("%d findings: %v", len(want), want)
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 5 {
				got, err := p.Evaluate(t.Context(), in)
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkEvaluate(b *testing.B) {
	p := MustStarter(b)
	for _, n := range []int{3, 500} {
		in := rego.Input{Plan: planOf(b, n)}
		b.Run(fmt.Sprintf("%d resources", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Evaluate(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		MustStarter(b)
	}
}
